"""Shared trunk, one regression head and one classification head; losses weighted by learned uncertainty."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_diabetes
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset


class MultiTask(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(d, 32), nn.ReLU(), nn.Dropout(0.1))
        self.reg = nn.Linear(32, 1)
        self.cls = nn.Linear(32, 1)
        self.log_var = nn.Parameter(torch.zeros(2))

    def forward(self, x):
        h = self.trunk(x)
        return self.reg(h).squeeze(-1), self.cls(h).squeeze(-1)

    def loss(self, out, target, sex):
        l_reg = F.mse_loss(out[0], target)
        l_cls = F.binary_cross_entropy_with_logits(out[1], sex)
        s = self.log_var
        return 0.5 * torch.exp(-s[0]) * l_reg + 0.5 * s[0] + torch.exp(-s[1]) * l_cls + 0.5 * s[1]


def prepare(seed=0):
    bunch = load_diabetes(scaled=False)
    sex_col = bunch.feature_names.index("sex")
    sex = (bunch.data[:, sex_col] == 2).astype("float32")
    X = bunch.data[:, [i for i in range(bunch.data.shape[1]) if i != sex_col]]
    return train_test_split(X, bunch.target, sex, test_size=0.25, random_state=seed, stratify=sex)


def main():
    torch.manual_seed(0)
    Xa, Xb, ta, tb, sa, sb = prepare()
    xs, ts = StandardScaler().fit(Xa), StandardScaler().fit(ta[:, None])
    f = lambda a: torch.tensor(a, dtype=torch.float32)
    train = TensorDataset(f(xs.transform(Xa)), f(ts.transform(ta[:, None])[:, 0]), f(sa))
    model = MultiTask(Xa.shape[1])
    opt = torch.optim.Adam(model.parameters(), lr=3e-3)
    for epoch in range(30):
        model.train()
        for x, t, s in DataLoader(train, batch_size=32, shuffle=True):
            opt.zero_grad()
            model.loss(model(x), t, s).backward()
            opt.step()
    model.eval()
    with torch.no_grad():
        r, c = model(f(xs.transform(Xb)))
    pred = ts.inverse_transform(r.numpy()[:, None])[:, 0]
    print("R2", r2_score(tb, pred), "AUC sex", roc_auc_score(sb, c.numpy()), "log variances", model.log_var.tolist())


if __name__ == "__main__":
    main()

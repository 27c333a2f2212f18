from __future__ import annotations
import torch
from torch import nn, Tensor
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import r2_score, roc_auc_score


class MultiTask(nn.Module):
    """Two heads: disease progression (regression) and high blood pressure (binary)."""

    def __init__(self, n_in: int):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(n_in, 24), nn.ReLU(), nn.Dropout(0.1))
        self.reg = nn.Linear(24, 1)
        self.cls = nn.Linear(24, 1)
        self.log_var = nn.Parameter(torch.zeros(2))      # Kendall et al. 2018

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.trunk(x)
        return self.reg(h).squeeze(-1), self.cls(h).squeeze(-1)

    def loss(self, x: Tensor, y_reg: Tensor, y_cls: Tensor) -> Tensor:
        r, c = self(x)
        l_reg = nn.functional.mse_loss(r, y_reg)
        l_cls = nn.functional.binary_cross_entropy_with_logits(c, y_cls)
        w = torch.exp(-self.log_var)
        return 0.5 * w[0] * l_reg + w[1] * l_cls + 0.5 * self.log_var.sum()


def main() -> None:
    torch.manual_seed(0)
    data = load_diabetes(as_frame=True)
    frame = data.frame.copy()
    high_bp = (frame["bp"] > 0.0).astype(int).to_numpy()
    target = frame["target"].to_numpy()
    X = frame.drop(columns=["bp", "target"]).to_numpy()

    X_tr, X_te, r_tr, r_te, c_tr, c_te = train_test_split(X, target, high_bp, test_size=0.3, random_state=0, stratify=high_bp)
    sx, sr = StandardScaler().fit(X_tr), StandardScaler().fit(r_tr[:, None])

    def tensors(X, r, c):
        return (
            torch.tensor(sx.transform(X), dtype=torch.float32),
            torch.tensor(sr.transform(r[:, None])[:, 0], dtype=torch.float32),
            torch.tensor(c, dtype=torch.float32),
        )

    tr, te = tensors(X_tr, r_tr, c_tr), tensors(X_te, r_te, c_te)
    net = MultiTask(X.shape[1])
    decay = [p for n, p in net.named_parameters() if n != "log_var"]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": 1e-2}, {"params": [net.log_var], "weight_decay": 0.0}], lr=5e-3)
    for _ in range(60):
        net.train()
        for idx in torch.randperm(len(tr[0])).split(32):
            opt.zero_grad()
            net.loss(*(t[idx] for t in tr)).backward()
            opt.step()
    net.eval()
    with torch.no_grad():
        r, c = net(te[0])
    print("R2 ", round(r2_score(te[1], r), 3))
    print("AUC", round(roc_auc_score(te[2], c), 3))
    print("sigmas", (0.5 * net.log_var).exp().tolist())


if __name__ == "__main__":
    main()

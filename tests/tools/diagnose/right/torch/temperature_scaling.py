import torch
from torch import nn
from torch.nn import functional as F
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split


def expected_calibration_error(logits, labels, n_bins=10):
    probs = logits.softmax(dim=1)
    conf, pred = probs.max(dim=1)
    correct = pred.eq(labels).float()
    edges = torch.linspace(0, 1, n_bins + 1)
    ece = torch.zeros(())
    for lo, hi in zip(edges[:-1], edges[1:]):
        mask = (conf > lo) & (conf <= hi)
        if mask.any():
            ece += mask.float().mean() * (correct[mask].mean() - conf[mask].mean()).abs()
    return ece.item()


class TemperatureScaler(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_t = nn.Parameter(torch.zeros(1))

    def forward(self, logits):
        return logits / self.log_t.exp()

    def fit(self, logits, labels):
        opt = torch.optim.LBFGS([self.log_t], lr=0.1, max_iter=60)

        def closure():
            opt.zero_grad()
            loss = F.cross_entropy(self(logits), labels)
            loss.backward()
            return loss

        opt.step(closure)
        return self


torch.manual_seed(7)
X, y = make_classification(1800, 20, n_informative=8, n_classes=4, flip_y=0.15, random_state=7)
X_train, X_rest, y_train, y_rest = train_test_split(X, y, test_size=0.6, random_state=7)
X_cal, X_test, y_cal, y_test = train_test_split(X_rest, y_rest, test_size=0.5, random_state=7)
as_x = lambda a: torch.tensor(a, dtype=torch.float32)
as_y = lambda a: torch.tensor(a, dtype=torch.long)

net = nn.Sequential(nn.Linear(20, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 4))
opt = torch.optim.Adam(net.parameters(), 1e-3)
xt, yt = as_x(X_train), as_y(y_train)
for epoch in range(30):
    for idx in torch.randperm(len(xt)).split(64):
        loss = F.cross_entropy(net(xt[idx]), yt[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()

net.eval()
with torch.no_grad():
    cal_logits, test_logits = net(as_x(X_cal)), net(as_x(X_test))
scaler = TemperatureScaler().fit(cal_logits, as_y(y_cal))
with torch.no_grad():
    scaled = scaler(test_logits)
print("T =", scaler.log_t.exp().item())
print("ECE before", expected_calibration_error(test_logits, as_y(y_test)), "after", expected_calibration_error(scaled, as_y(y_test)))

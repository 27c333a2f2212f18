import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset


class ArcMargin(nn.Module):
    def __init__(self, d, n_classes, s=16.0, m=0.2):
        super().__init__()
        self.W = nn.Parameter(torch.empty(n_classes, d))
        nn.init.xavier_normal_(self.W)
        self.s, self.m = s, m

    def forward(self, emb, y=None):
        cos = F.linear(F.normalize(emb), F.normalize(self.W))
        if y is None:
            return self.s * cos
        theta = torch.acos(cos.clamp(-1 + 1e-6, 1 - 1e-6))
        with_margin = torch.cos((theta + self.m).clamp(max=math.pi))
        hot = F.one_hot(y, cos.size(1)).bool()
        return self.s * torch.where(hot, with_margin, cos)


def main():
    torch.manual_seed(2)
    x, y = load_digits(return_X_y=True)
    tr, te, ytr, yte = train_test_split((x / 16).astype("float32"), y, test_size=0.3, random_state=2, stratify=y)
    dl = DataLoader(TensorDataset(torch.from_numpy(tr), torch.from_numpy(ytr)), batch_size=64, shuffle=True)
    te, yte = torch.from_numpy(te), torch.from_numpy(yte)
    body = nn.Sequential(nn.Linear(64, 64), nn.PReLU(), nn.Linear(64, 16))
    head = ArcMargin(16, 10)
    opt = torch.optim.Adam([{"params": body.parameters()}, {"params": head.parameters(), "weight_decay": 5e-4}], lr=5e-3)
    for epoch in range(8):
        body.train()
        for xb, yb in dl:
            loss = F.cross_entropy(head(body(xb), yb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
        body.eval()
        with torch.no_grad():
            acc = (head(body(te)).argmax(1) == yte).float().mean().item()
        print(f"{epoch}  loss {loss.item():.3f}  acc {acc:.3f}")


if __name__ == "__main__":
    main()

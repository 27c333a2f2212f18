import argparse
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


class PatchTransformer(nn.Module):
    """ViT on 8x8 images with 2x2 patches."""

    def __init__(self, dim=32, depth=2, heads=4, classes=10):
        super().__init__()
        self.patch = nn.Conv2d(1, dim, 2, stride=2)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, 17, dim) * 0.02)
        layer = nn.TransformerEncoderLayer(dim, heads, 2 * dim, dropout=0.1, activation="gelu", batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, classes)

    def forward(self, x):
        z = self.patch(x).flatten(2).transpose(1, 2)
        z = torch.cat([self.cls.expand(len(z), -1, -1), z], dim=1) + self.pos
        return self.head(self.norm(self.blocks(z)[:, 0]))


def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=12)
    p.add_argument("--batch-size", type=int, default=32)
    p.add_argument("--accum-steps", type=int, default=2)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--amp", action="store_true")
    return p.parse_args()


@torch.no_grad()
def accuracy(model, loader, device):
    model.eval()
    hits = sum((model(x.to(device)).argmax(1).cpu() == y).sum().item() for x, y in loader)
    return hits / len(loader.dataset)


def main():
    args = get_args()
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    use_scaler = args.amp and device.type == "cuda"
    X, y = load_digits(return_X_y=True)
    Xa, Xb, ya, yb = train_test_split(X.reshape(-1, 1, 8, 8).astype("float32") / 16, y, test_size=0.25, stratify=y, random_state=0)
    train = DataLoader(TensorDataset(torch.from_numpy(Xa), torch.from_numpy(ya)), args.batch_size, shuffle=True)
    test = DataLoader(TensorDataset(torch.from_numpy(Xb), torch.from_numpy(yb)), 256)
    model = PatchTransformer().to(device)
    ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.95))
    decay = [p for p in model.parameters() if p.ndim >= 2]
    no_decay = [p for p in model.parameters() if p.ndim < 2]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": no_decay, "weight_decay": 0.0}], lr=args.lr)
    updates = args.epochs * math.ceil(len(train) / args.accum_steps)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, updates)
    scaler = torch.amp.GradScaler(device.type, enabled=use_scaler)
    for epoch in range(args.epochs):
        model.train()
        opt.zero_grad(set_to_none=True)
        n = len(train)
        for i, (x, t) in enumerate(train):
            # the last group of an epoch may be shorter
            group = min(args.accum_steps, n - (i // args.accum_steps) * args.accum_steps)
            with torch.autocast(device.type, dtype=torch.float16 if use_scaler else torch.bfloat16, enabled=args.amp):
                loss = F.cross_entropy(model(x.to(device)), t.to(device)) / group
            scaler.scale(loss).backward()
            if (i + 1) % args.accum_steps == 0 or i + 1 == n:
                scaler.unscale_(opt)
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                scaler.step(opt)
                scaler.update()
                opt.zero_grad(set_to_none=True)
                sched.step()
                ema.update_parameters(model)
        print(epoch, "acc", round(accuracy(model, test, device), 4), "ema acc", round(accuracy(ema, test, device), 4))


if __name__ == "__main__":
    main()

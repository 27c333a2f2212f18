"""Gradient accumulation, warm-up + cosine schedule, EMA weights for evaluation."""
import copy
import math

import torch
from sklearn.datasets import make_friedman2
from torch import nn

torch.manual_seed(4)
X, y = make_friedman2(3000, noise=50.0, random_state=4)
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32).unsqueeze(1)
perm = torch.randperm(len(X))
i_tr, i_te = perm[:2400], perm[2400:]

xm, xs = X[i_tr].mean(0), X[i_tr].std(0)
ym, ys = y[i_tr].mean(), y[i_tr].std()
X = (X - xm) / xs
t = (y - ym) / ys

model = nn.Sequential(nn.Linear(4, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))
ema = copy.deepcopy(model).requires_grad_(False)
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)

EPOCHS, MICRO, ACCUM, WARM, DECAY = 30, 32, 4, 40, 0.98
micro_per_epoch = math.ceil(len(i_tr) / MICRO)
total = EPOCHS * math.ceil(micro_per_epoch / ACCUM)
sched = torch.optim.lr_scheduler.LambdaLR(
    opt, lambda s: (s + 1) / WARM if s < WARM else 0.5 * (1 + math.cos(math.pi * (s - WARM) / max(1, total - WARM)))
)

for epoch in range(EPOCHS):
    model.train()
    batches = i_tr[torch.randperm(len(i_tr))].split(MICRO)
    for k, b in enumerate(batches):
        group_start = k - k % ACCUM
        group = min(ACCUM, len(batches) - group_start)  # the last group may be shorter
        loss = nn.functional.mse_loss(model(X[b]), t[b]) / group
        loss.backward()
        if (k + 1) % ACCUM == 0 or k + 1 == len(batches):
            opt.step()
            sched.step()
            opt.zero_grad()
            with torch.no_grad():
                for pe, pm in zip(ema.parameters(), model.parameters()):
                    pe.lerp_(pm, 1 - DECAY)

for name, m in (("raw", model), ("ema", ema)):
    m.eval()
    with torch.no_grad():
        rmse = ((m(X[i_te]) * ys + ym) - y[i_te]).pow(2).mean().sqrt()
    print(f"{name}: test RMSE {rmse:.1f} (noise level 50, std of target {y[i_te].std():.0f})")

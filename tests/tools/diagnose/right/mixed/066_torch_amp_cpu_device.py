"""Mixed precision: scaler on CUDA, bfloat16 autocast on CPU."""
import torch
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
dtype = torch.float16 if device == "cuda" else torch.bfloat16
torch.manual_seed(2)

X, y = make_classification(4000, 40, n_informative=15, n_classes=3, random_state=2)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, stratify=y, random_state=2)
mu, sigma = X_tr.mean(0), X_tr.std(0)
to = lambda a, t: torch.as_tensor(a, dtype=t, device=device)
X_tr, X_te = to((X_tr - mu) / sigma, torch.float32), to((X_te - mu) / sigma, torch.float32)
y_tr, y_te = to(y_tr, torch.long), to(y_te, torch.long)

model = nn.Sequential(
    nn.Linear(40, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 3)
).to(device)
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.1, epochs=12, steps_per_epoch=-(-len(X_tr) // 64))
scaler = torch.amp.GradScaler(device, enabled=device == "cuda")

for epoch in range(12):
    model.train()
    for idx in torch.randperm(len(X_tr), device=device).split(64):
        opt.zero_grad(set_to_none=True)
        with torch.autocast(device_type=device, dtype=dtype):
            loss = nn.functional.cross_entropy(model(X_tr[idx]), y_tr[idx])
        scaler.scale(loss).backward()
        scaler.unscale_(opt)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(opt)
        scaler.update()
        sched.step()

model.eval()
with torch.no_grad(), torch.autocast(device_type=device, dtype=dtype):
    acc = (model(X_te).argmax(1) == y_te).float().mean().item()
print(f"{device}: test accuracy {acc:.3f}")

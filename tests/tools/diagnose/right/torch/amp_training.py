"""Device agnostic mixed precision: bfloat16 on CPU, float16 with a scaler on CUDA."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
dtype = torch.float16 if device.type == "cuda" else torch.bfloat16
torch.manual_seed(0)

X, y = load_wine(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
sc = StandardScaler().fit(Xa)
train = TensorDataset(torch.tensor(sc.transform(Xa), dtype=torch.float32), torch.tensor(ya))
test = TensorDataset(torch.tensor(sc.transform(Xb), dtype=torch.float32), torch.tensor(yb))
pin = device.type == "cuda"
train_dl = DataLoader(train, 16, shuffle=True, pin_memory=pin)
test_dl = DataLoader(test, 64, pin_memory=pin)

model = nn.Sequential(nn.Linear(13, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 3)).to(device)
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
scaler = torch.amp.GradScaler(device.type, enabled=dtype is torch.float16)

for epoch in range(20):
    model.train()
    for xb, yb_ in train_dl:
        xb, yb_ = xb.to(device, non_blocking=True), yb_.to(device, non_blocking=True)
        opt.zero_grad(set_to_none=True)
        with torch.autocast(device_type=device.type, dtype=dtype):
            out = model(xb)
            loss = nn.functional.cross_entropy(out, yb_)
        scaler.scale(loss).backward()
        scaler.unscale_(opt)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(opt)
        scaler.update()

model.eval()
right = 0
with torch.inference_mode(), torch.autocast(device_type=device.type, dtype=dtype):
    for xb, yb_ in test_dl:
        right += (model(xb.to(device)).argmax(1).cpu() == yb_).sum().item()
print(f"{device.type}/{dtype}: loss {loss.item():.3f}, test accuracy {right / len(test):.3f}")

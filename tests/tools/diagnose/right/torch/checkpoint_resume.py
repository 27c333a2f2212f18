import os
import tempfile
import torch
from torch import nn

PATH = os.path.join(tempfile.mkdtemp(), "ckpt.pt")


def build():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    sched = torch.optim.lr_scheduler.StepLR(opt, step_size=3, gamma=0.5)
    return model, opt, sched


torch.manual_seed(99)
X = torch.randn(128, 5)
Y = (X @ torch.tensor([[1.0], [-2.0], [0.5], [0.0], [3.0]])) + 0.05 * torch.randn(128, 1)


def run(start, stop, model, opt, sched):
    for epoch in range(start, stop):
        g = torch.Generator().manual_seed(epoch)        # the order depends on the epoch only
        for idx in torch.randperm(len(X), generator=g).split(32):
            opt.zero_grad()
            loss = nn.functional.mse_loss(model(X[idx]), Y[idx])
            loss.backward()
            opt.step()
        sched.step()
    return loss.item()


# one run of ten epochs
model, opt, sched = build()
straight = run(0, 10, model, opt, sched)

# six epochs, save, load into fresh objects, four more
model, opt, sched = build()
run(0, 6, model, opt, sched)
torch.save({"epoch": 6, "model": model.state_dict(), "opt": opt.state_dict(), "sched": sched.state_dict()}, PATH)
model2, opt2, sched2 = build()
state = torch.load(PATH, map_location="cpu", weights_only=True)
model2.load_state_dict(state["model"])
opt2.load_state_dict(state["opt"])
sched2.load_state_dict(state["sched"])
resumed = run(state["epoch"], 10, model2, opt2, sched2)
print(straight, resumed)
assert abs(straight - resumed) < 1e-7

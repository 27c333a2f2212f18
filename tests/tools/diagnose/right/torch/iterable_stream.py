"""Streaming data: IterableDataset, a shuffle buffer and a LambdaLR warm-up counted in steps."""
import random
import itertools
import torch
from torch import nn
from torch.utils.data import IterableDataset, DataLoader, get_worker_info


class SensorStream(IterableDataset):
    def __init__(self, n, seed):
        self.n, self.seed, self.epoch = n, seed, 0

    def set_epoch(self, e):
        self.epoch = e

    def __iter__(self):
        info = get_worker_info()
        wid, nw = (info.id, info.num_workers) if info else (0, 1)
        g = torch.Generator().manual_seed(self.seed + 1000 * self.epoch + wid)
        for _ in range(wid, self.n, nw):
            x = torch.randn(8, generator=g)
            y = (x[0] * x[1] + x[3]).unsqueeze(0)
            yield x, y


def shuffled(it, size, rng):
    buf = list(itertools.islice(it, size))
    for item in it:
        j = rng.randrange(len(buf))
        yield buf[j]
        buf[j] = item
    rng.shuffle(buf)
    yield from buf


torch.manual_seed(0)
train = SensorStream(2000, seed=1)
valid = list(SensorStream(300, seed=50_000_000))
xv = torch.stack([x for x, _ in valid]); yv = torch.stack([y for _, y in valid])

model = nn.Sequential(nn.Linear(8, 64), nn.GELU(), nn.Linear(64, 1))
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
warmup = 50
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / warmup))
rng = random.Random(0)
step = 0
for epoch in range(3):
    train.set_epoch(epoch)
    for x, y in shuffled(iter(DataLoader(train, batch_size=20)), 10, rng):
        loss = nn.functional.huber_loss(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
        step += 1
    with torch.no_grad():
        print(f"epoch {epoch}, step {step}, validation {nn.functional.huber_loss(model(xv), yv).item():.4f}")

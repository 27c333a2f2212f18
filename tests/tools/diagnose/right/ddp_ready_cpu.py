"""Data-parallel training script, runs under torchrun and also alone (world size 1, gloo)."""
import os
import tempfile

import torch
import torch.distributed as dist
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset


def init():
    if "RANK" in os.environ and "WORLD_SIZE" in os.environ:
        dist.init_process_group("gloo")
    else:
        store = tempfile.NamedTemporaryFile(delete=False)
        store.close()
        os.unlink(store.name)
        dist.init_process_group("gloo", init_method=f"file://{store.name}", rank=0, world_size=1)


def data():
    X, y = load_breast_cancer(return_X_y=True)
    X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
    perm = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))     # same on every rank
    tr, te = perm[:420], perm[420:]
    mean, std = X[tr].mean(0), X[tr].std(0)
    X = (X - mean) / std
    return TensorDataset(X[tr], y[tr]), TensorDataset(X[te], y[te])


def main():
    init()
    rank, world = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(1234)
    train, test = data()
    sampler = DistributedSampler(train, num_replicas=world, rank=rank, shuffle=True, seed=7)
    loader = DataLoader(train, batch_size=32, sampler=sampler)

    model = DDP(nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 2)))
    opt = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for epoch in range(5):
        sampler.set_epoch(epoch)
        model.train()
        total = torch.zeros(2)
        for xb, yb in loader:
            opt.zero_grad()
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            opt.step()
            total += torch.tensor([loss.item() * len(yb), len(yb)])
        dist.all_reduce(total)
        if rank == 0:
            print(f"epoch {epoch} loss {total[0] / total[1]:.4f}")

    # each rank counts its own slice (no padding, so nothing is counted twice)
    model.eval()
    xs, ys = test.tensors
    with torch.no_grad():
        hit = (model.module(xs[rank::world]).argmax(1) == ys[rank::world]).sum()
    counts = torch.stack([hit, torch.tensor(len(ys[rank::world]))])
    dist.all_reduce(counts)
    if rank == 0:
        print(f"accuracy {counts[0] / counts[1]:.3f} on {int(counts[1])} samples")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()

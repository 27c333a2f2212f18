"""Collect activations with forward hooks and compare two initialisations; hooks are removed afterwards."""
from contextlib import contextmanager

import torch
from sklearn.datasets import load_digits
from torch import nn


@contextmanager
def record(model, kind):
    store, handles = {}, []

    def make(name):
        def hook(module, args, output):
            store.setdefault(name, []).append(output.detach().clone())
        return hook

    for name, module in model.named_modules():
        if isinstance(module, kind):
            handles.append(module.register_forward_hook(make(name)))
    try:
        yield store
    finally:
        for h in handles:
            h.remove()


def build(gain, seed=0):
    torch.manual_seed(seed)
    layers, width = [], 64
    for _ in range(5):
        lin = nn.Linear(width, 64)
        nn.init.normal_(lin.weight, std=gain / width ** 0.5)
        nn.init.zeros_(lin.bias)
        layers += [lin, nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(64, 10))


images = torch.tensor(load_digits().data, dtype=torch.float32) / 16.0

for label, gain in (("He", 2 ** 0.5), ("too small", 0.4)):
    net = build(gain).eval()
    with torch.no_grad(), record(net, nn.ReLU) as acts:
        for chunk in images.split(300):
            net(chunk)
    print(label)
    for name, pieces in acts.items():
        a = torch.cat(pieces)
        print(f"  layer {name}: std {a.std():.2e}, zero share {(a == 0).float().mean():.2f}, dead units {int((a == 0).all(0).sum())}")
    assert not any(m._forward_hooks for m in net.modules())

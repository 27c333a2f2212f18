import copy
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.utils.prune as prune
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16.0, y, test_size=0.25, random_state=0)
X_train, X_test = map(lambda a: torch.tensor(a, dtype=torch.float32), (X_train, X_test))
y_train, y_test = torch.tensor(y_train), torch.tensor(y_test)


def train(model, epochs, lr=1e-3):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    for _ in range(epochs):
        for idx in torch.randperm(len(X_train)).split(64):
            opt.zero_grad()
            F.cross_entropy(model(X_train[idx]), y_train[idx]).backward()
            opt.step()


def evaluate(model):
    model.eval()
    with torch.no_grad():
        return (model(X_test).argmax(1) == y_test).float().mean().item()


def sparsity(model):
    w = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    return sum((t == 0).sum().item() for t in w) / sum(t.numel() for t in w)


model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
train(model, 12)
print("dense", evaluate(model))
targets = [(m, "weight") for m in model if isinstance(m, nn.Linear)]
for amount in (0.5, 0.5, 0.5):
    prune.global_unstructured(targets, pruning_method=prune.L1Unstructured, amount=amount)
    before = evaluate(model)
    train(model, 4, lr=5e-4)
    print(f"sparsity {sparsity(model):.3f}: {before:.3f} -> fine-tuned {evaluate(model):.3f}")
for m, name in targets:
    prune.remove(m, name)
deployed = copy.deepcopy(model)
print("after removing the reparametrisation", evaluate(deployed), sparsity(deployed))

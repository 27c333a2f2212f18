"""Edits of how PyTorch and Keras judge, clip and scale: what mends a fault is believed, what only hides it is not."""

import pytest

from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.loop import mend

NET = """import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
torch.manual_seed(0)
x = torch.randn(160, 6)
y = (x[:, 0] > 0).long()

class Rows(Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]

train_set, val_set = Rows(x[:120], y[:120]), Rows(x[120:], y[120:])
train_loader = DataLoader(train_set, batch_size=5, shuffle=True)
val_loader = DataLoader(val_set, batch_size=5)
net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(4):
    net.train()
    for xb, yb in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(xb), yb)
        loss.backward()
        optimizer.step()
net.eval()
preds = []
with torch.no_grad():
    for xb, _ in val_loader:
        preds.append(net(xb).argmax(1))
y_test = y[120:]
print("accuracy", (torch.cat(preds) == y_test).float().mean().item())
"""
ONE = """import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(200, 6)
y = (x[:, 0] > 0).float()
net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(30):
    optimizer.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(net(x).squeeze(1), y)
    loss.backward()
    optimizer.step()
net.eval()
with torch.no_grad():
    guesses = net(x).argmax(dim=1)
print("accuracy", (guesses == y).float().mean().item())
"""
SURE = ONE.replace("nn.Linear(8, 1))", "nn.Linear(8, 1), nn.Sigmoid())").replace("_with_logits", "")
TRAINED_ON = NET.replace("DataLoader(val_set, ", "DataLoader(train_set, ").replace(" == y_test", " == 1")
SHUFFLED = NET.replace("DataLoader(val_set, batch_size=5)", "DataLoader(val_set, batch_size=5, shuffle=True)")
COLUMNS = NET.replace("return len(self.x)", "return self.x.shape[1]").replace(" == y_test", " == 1")
SCALED = ONE.replace("for epoch", "scaler = torch.amp.GradScaler('cpu')\nfor epoch").replace(
    "    loss.backward()", "    scaler.scale(loss).backward()").replace(
    "net(x).argmax(dim=1)", "net(x)[:, 0] > 0")  # fmt: skip
CLIPPED = NET.replace("torch.optim.SGD(net.parameters()", "torch.optim.SGD(params").replace(
    "optimizer = torch", "params = net.parameters()\noptimizer = torch").replace(
    "        optimizer.step()", "        nn.utils.clip_grad_norm_(params, 0.01)\n        optimizer.step()")  # fmt: skip
PRICES = """import numpy as np
import keras
keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
y = 3 * x[:, 0] + 20
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile("adam", "binary_crossentropy", metrics=["mae"])
model.fit(x, y, epochs=2, verbose=0)
print("mae", model.evaluate(x, y, verbose=0)[1])
"""
RARE = ONE.replace("(x[:, 0] > 0)", "(x[:, 0] > 1)").replace("net = ", """n_pos, n_neg = y.sum(), (1 - y).sum()
weights = n_pos / n_neg
net = """).replace("squeeze(1), y)", "squeeze(1), y, pos_weight=weights)").replace(
    "net(x).argmax(dim=1)", "net(x)[:, 0] > 0")  # fmt: skip
CASES = {
    "TORCH312": (ONE, [(".argmax(dim=1)", "[:, 0].long()"), (".argmax(dim=1)", "[:, 0] > 0.5"),
                       ("net(x).argmax(dim=1)", "net(x) > 0")]),
    "TORCH312 of probabilities": (SURE, [("net(x).argmax(dim=1)", "net(x)[:, 0] > 0")]),
    "TORCH313": (TRAINED_ON, [("DataLoader(train_set, batch_size=5)", "DataLoader(list(train_set)[:50], batch_size=5)"),
                              ("x[:120], y[:120]", "x[:60], y[:60]"), ("range(4)", "range(8)")]),
    "TORCH314": (SHUFFLED, [("for xb, _ in val_loader", "for xb, _ in train_loader"),
                            ("(torch.cat(preds) == y_test)", "(torch.cat(preds) == torch.cat(preds))")]),
    "TORCH315": (COLUMNS, [("range(4)", "range(8)"), ("batch_size=5, shuffle", "batch_size=1, shuffle")]),
    "TORCH270": (SCALED, [("scaler.scale(loss).backward()", "loss.backward()"),
                          ("    optimizer.step()\n", "    scaler.update(1.0)\n")]),
    "TORCH271": (CLIPPED, [("        nn.utils.clip_grad_norm_(params, 0.01)\n", ""),
                           ("torch.optim.SGD(params", "torch.optim.SGD([*params, nn.Parameter(x)]")]),
    "DATA021": (RARE, [(", pos_weight=weights", ""), ("n_pos / n_neg", "torch.tensor(0.9)")],
                 "weights ="),
    "KERAS011": (PRICES, [("+ 20", "+ 20 > 20"), ("3 * x[:, 0] + 20", "(3 * x[:, 0] + 20) / 100"),
                          ("model.fit(x, y, epochs=2, verbose=0)\n", "")], "model.compile"),
}  # fmt: skip
"""Code and what it is of → (a script with that fault, edits that only hide it)."""


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_what_only_hides_a_fault_is_not_believed_and_what_mends_it_is(honest_alone, name):
    honest_alone(name.partition(" ")[0], *CASES[name])


ENDLESS = """import numpy as np
import keras
x = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
y = x.sum(axis=1)

def batches(x, y, size):
    while True:
        for start in range(0, len(x), size):
            yield x[start:start + size], y[start:start + size]

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(batches(x, y, 20), epochs=2, verbose=0)
print("loss", model.evaluate(x, y, verbose=0))
"""


@pytest.mark.slow
def test_a_run_that_never_ends_is_mended_where_check_says_why(deep_runner):
    result = mend(ENDLESS, "script.py", deep_runner.run, check_source(ENDLESS, "script.py"))
    assert result.status == "repaired", result.reason
    assert "steps_per_epoch=len(x) // 20" in result.source

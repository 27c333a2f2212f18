"""Edits of slips in PyTorch and Keras: what mends a fault is believed, what only hides it is not. See `conftest`."""

import pytest

NET = """import copy
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split
torch.manual_seed(0)
x = torch.randn(160, 6)
y = (x[:, 0] > 0).long()

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(6, 8), nn.ReLU())
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.features(x))

train_set, val_set = TensorDataset(x[:120], y[:120]), TensorDataset(x[120:], y[120:])
train_loader = DataLoader(train_set, batch_size=20, shuffle=True)
val_loader = DataLoader(val_set, batch_size=5)
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(4):
    net.train()
    for xb, yb in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(xb), yb)
        loss.backward()
        optimizer.step()
net.eval()
outputs = []
with torch.no_grad():
    for xb, yb in val_loader:
        outputs.append(net(xb))
print("accuracy", (torch.cat(outputs).argmax(1) == y[120:]).float().mean().item())
"""
PHASES = NET.replace("    for xb, yb in train_loader:", """    for phase in ['train', 'val']:
     for xb, yb in sets[phase]:""").replace("net = Net()", """sets = {'train': train_loader, 'val': val_loader}
net = Net()""")  # fmt: skip
VALIDATED = NET.replace("net.eval()\n", """    for xb, yb in val_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(xb), yb)
        loss.backward()
        optimizer.step()
net.eval()
""", 1)  # fmt: skip
FROZEN = NET.replace("optimizer =", "for p in net.features.parameters():\n    p.require_grad = False\noptimizer =")
OF_MODULE = NET.replace("optimizer =", "net.features.requires_grad = False\noptimizer =")
SEEDED = NET.replace("    net.train()", "    torch.manual_seed(1)\n    net.train()")
KEPT = NET.replace("with torch.no_grad():\n    for", "if True:\n    for")
NEW = NET.replace("for epoch", "net = Net()\nfor epoch")
CUT = NET.replace("        loss.backward()", """        loss = torch.tensor(loss.item(), requires_grad=True)
        loss.backward()""")  # fmt: skip
ROUNDED = NET.replace("F.cross_entropy(net(xb), yb)", "F.mse_loss(torch.round(net(xb)), F.one_hot(yb, 2).float())")
SPLIT = NET.replace("train_set, val_set = TensorDataset(x[:120], y[:120]), TensorDataset(x[120:], y[120:])", """
class Rows(Dataset):
    def __init__(self, transform=None):
        self.transform = transform

    def __len__(self):
        return 160

    def __getitem__(self, i):
        return self.transform(x[i]), y[i]

def noisy(row):
    return row + torch.randn(6)

def plain(row):
    return row

train_set, val_set = random_split(Rows(), [120, 40])
train_set.dataset.transform = noisy
val_set.dataset.transform = plain""").replace("import copy\n", "")  # fmt: skip
AUGMENTED = NET.replace("train_set, val_set = TensorDataset(x[:120], y[:120]), TensorDataset(x[120:], y[120:])", """
class Rows(Dataset):
    def __init__(self, x, y, augment=True):
        self.x, self.y, self.augment = x, y, augment

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return (self.x[i] + torch.randn(6) if self.augment else self.x[i]), self.y[i]

train_set = Rows(x[:120], y[:120])
test_set = Rows(x[120:], y[120:])
val_set = test_set""")  # fmt: skip
MASKED = """import torch
import torch.nn.functional as F
from torch import nn
torch.manual_seed(0)

class Pool(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.score, self.out = nn.Embedding(20, 8), nn.Linear(8, 1), nn.Linear(8, 2)

    def forward(self, tokens):
        held = self.embed(tokens)
        scores = self.score(held).squeeze(-1)
        scores = scores.masked_fill(tokens == 0, 0.0)
        weights = F.softmax(scores, dim=-1)
        return self.out((weights.unsqueeze(-1) * held).sum(1))

tokens = torch.randint(1, 20, (60, 9))
tokens[:, 5:] = 0
y = (tokens == 5).any(1).long()
net = Pool()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(5):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(tokens), y)
    loss.backward()
    optimizer.step()
print("loss", loss.item())
"""
WAITING = """import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(300, 6)
y = (x[:, 0] * x[:, 1] > 0).long()
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
for epoch in range(40):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    val_acc = (net(x).argmax(1) == y).float().mean().item()
    scheduler.step(val_acc)
print("accuracy", val_acc)
"""
RAW = """import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(200, 6)
y = (x[:, :1] > 1).float()
net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
loss_fn = nn.BCEWithLogitsLoss()
for epoch in range(30):
    optimizer.zero_grad()
    loss = loss_fn(net(x), y)
    loss.backward()
    optimizer.step()
with torch.no_grad():
    said = net(x)
    hits = (said > 0.5).float()
print("share", hits.mean().item())
"""
CLOSED = """import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(60, 4)
net = nn.Linear(4, 1)
optimizer = torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=4)

def closure():
    loss = ((net(x) - x[:, :1]) ** 2).mean()
    loss.backward()
    return loss

for i in range(5):
    optimizer.step(closure)
print("loss", closure().item())
"""
FED = """import numpy as np
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int32")
train = tf.data.Dataset.from_tensor_slices((x, y)).batch(20)
model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=2, verbose=0)
print("loss", model.evaluate(x, y, verbose=0)[0])
"""
DRAWN = FED.replace(
    "tf.keras.utils.set_random_seed(0)\n", "def noisy(a, b):\n    return a + tf.random.normal((4,)), b\n"
)
PARTS = FED.replace(".batch(20)\n", """.shuffle(200)
val = train.skip(150).batch(20)
train = train.take(150).batch(20)
""", 1)  # fmt: skip
WATCHED = FED.replace("model.fit(train, epochs=2, verbose=0)", """save = tf.keras.callbacks.ModelCheckpoint(
    "best.keras", monitor="val_acc", mode="max", save_best_only=True)
model.fit(x, y, validation_split=0.2, epochs=2, callbacks=[save], verbose=0)""")  # fmt: skip
ENDING = FED.replace("model.fit(train, epochs=2, verbose=0)", """
def batches():
    for start in range(0, 200, 20):
        yield x[start:start + 20], y[start:start + 20]

model.fit(batches(), steps_per_epoch=10, epochs=3, verbose=0)""")  # fmt: skip
WHOLE = FED.replace("model.compile", "model.trainable = False\nmodel.compile").replace(
    "tf.keras.layers.Dense(2", "tf.keras.layers.Dense(8), tf.keras.layers.Dense(2")  # fmt: skip
ENDING_RAW = FED.replace("y = (x[:, 0] > 0).astype(\"int32\")", "y = (x[:, :1] > 0).astype(\"float32\")").replace(
    "Dense(2, activation=\"softmax\")", "Dense(1)").replace("sparse_categorical", "binary")  # fmt: skip
ALIKE = ENDING_RAW.replace("Dense(1)", 'Dense(1, activation="softmax")')
LOGITS = FED.replace('"sparse_categorical_crossentropy"',
                     "tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)")  # fmt: skip
BEYOND = ENDING_RAW.replace("(x[:, :1] > 0)", "(3 * x[:, :1])").replace(
    "Dense(1)", 'Dense(1, activation="sigmoid")').replace(
    '"binary_crossentropy", metrics=["accuracy"]', '"mse", metrics=["mae"]')  # fmt: skip
CUT_OFF = NET.replace("self.head(self.features(x))", "F.relu(self.head(self.features(x)))")
ONE = RAW.replace("nn.Linear(8, 1))", "nn.Linear(8, 1), nn.Softmax(dim=1))").replace("BCEWithLogits", "BCE")
CASES = {
    "TORCH277": (PHASES, [("sets[phase]", "sets['train']"), ("['train', 'val']:", "['val', 'val']:"),
                          ("     for xb, yb in sets[phase]:", "     for xb, yb in list(sets[phase])[:1]:")]),
    "TORCH250": (VALIDATED, [("in val_loader:\n        optimizer", "in train_loader:\n        optimizer"),
                             ("range(4)", "range(2)")]),
    "TORCH279": (FROZEN, [("    p.require_grad = False\n", "    pass\n")]),
    "TORCH280": (OF_MODULE, [("net.features.requires_grad = False\n", "")]),
    "TORCH284": (SEEDED, [("shuffle=True", "shuffle=False"), ("range(4)", "range(1)")]),
    "TORCH234": (KEPT, [("outputs.append(net(xb))", "outputs.append(torch.zeros(5, 2))")]),
    "TORCH206": (NEW, [("range(4)", "range(0)")]),
    "TORCH116": (CUT, [("        optimizer.step()\n", "")]),
    "TORCH285": (ROUNDED, [("        optimizer.step()\n", ""), ("torch.round(net(xb))", "torch.round(net(xb)) * 2")]),
    "TORCH262": (SPLIT, [("val_set.dataset.transform = plain", "noisy, plain = plain, noisy")]),
    "TORCH244": (AUGMENTED, [("val_set = test_set", "val_set = train_set"),
                             ("    for xb, yb in val_loader", "    for xb, yb in train_loader")]),
    "TORCH281": (MASKED, [("scores.masked_fill(tokens == 0, 0.0)", "scores * 1.0"), ("0, 0.0)", "0, -1.0)")]),
    "TORCH282": (WAITING, [("patience=1", "patience=100"), ("scheduler.step(val_acc)", "scheduler.step(0.0)")]),
    "TORCH125": (RAW, [("(said > 0.5)", "(said * 0)"), ("with torch.no_grad():", "net = nn.Linear(6, 1)\nif True:")]),
    "TORCH105": (CUT_OFF, [("range(4)", "range(1)"), ("net(xb), yb)", "net(xb).detach(), yb).requires_grad_()")]),
    "TORCH253": (ONE, [("range(30)", "range(3)")]),
    "TORCH278": (CLOSED, [("range(5)", "range(1)"), ("    loss.backward()\n", "")]),
    "KERAS066": (PARTS, [("train.skip(150)", "train.skip(199)"), ("fit(train", "fit(val")]),
    "KERAS068": (DRAWN.replace("(x, y)).batch", "(x, y)).map(noisy).cache().batch"), [("epochs=2", "epochs=1")]),
    "KERAS077": (FED.replace(".batch(20)", ".batch(20).shuffle(10)"), [(".shuffle(10)", ".shuffle(10).take(2)")]),
    "KERAS001": (ALIKE, [("model.fit(train, epochs=2, verbose=0)\n", ""), ("Dense(1, ", "Dense(2, ")]),
    "KERAS005": (ENDING_RAW, [("model.fit(train, epochs=2, verbose=0)\n", "")]),
    "KERAS006": (LOGITS, [("model.fit(train, epochs=2, verbose=0)\n", "")]),
    "KERAS007": (BEYOND, [("model.fit(train, epochs=2, verbose=0)\n", "")], "model = tf"),
    "KERAS025": (WATCHED, [("callbacks=[save], ", "")]),
    "KERAS069": (ENDING, [("epochs=3", "epochs=1"), ("steps_per_epoch=10", "steps_per_epoch=3")]),
    "KERAS076": (WHOLE, [("epochs=2", "epochs=1")]),
}  # fmt: skip
"""Code → (a script with that fault, edits that only hide it)."""


@pytest.mark.slow
@pytest.mark.parametrize("code", CASES)
def test_what_only_hides_a_slip_is_not_believed_and_what_mends_it_is(honest_alone, code):
    honest_alone(code, *CASES[code])

"""What the probe sees of PyTorch and Keras: an honest edit is believed, and one that only hides the fault is not.

They need a Python with PyTorch, Keras and TensorFlow: MLPILOT_DEEP_PYTHON names one.
"""

import pytest

MASKED = """import torch
from torch import nn

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(8, 16)
        layer = nn.TransformerEncoderLayer(16, nhead=2, dim_feedforward=16, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=1)
        self.out = nn.Linear(16, 8)

    def forward(self, tokens):
        return self.out(self.encoder(self.embed(tokens)))

torch.manual_seed(0)
model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(5):
    text = torch.randint(0, 8, (16, 9))
    inputs, following = text[:, :-1], text[:, 1:]
    logits = model(inputs)
    loss = nn.functional.cross_entropy(logits.reshape(-1, 8), following.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("loss per token", loss.item())
"""
COUNTED = """import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
x = torch.randn(330, 4)
y = (x[:, 0] + 0.7 * torch.randn(330) > 0).long()
net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
opt = torch.optim.Adam(net.parameters(), lr=0.05)
for _ in range(20):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(x[:200]), y[:200])
    loss.backward()
    opt.step()
loader = DataLoader(TensorDataset(x[200:], y[200:]), batch_size=50)
net.eval()
with torch.no_grad():
    for xb, yb in loader:
        hits = net(xb).argmax(dim=1) == yb
        correct = hits.sum().item()
        total = len(yb)
print(f"test accuracy: {correct / total:.3f}")
"""
SCHEDULED = """import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(60, 3)
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.StepLR(opt, 3)
for _ in range(9):
    opt.zero_grad()
    loss = ((net(x) - x[:, :1]) ** 2).mean()
    loss.backward()
    opt.step()
print("loss", loss.item())
"""
METRICS = """import numpy as np
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(80, 3)).astype("float32")
y = (x[:, :1] > 0).astype("float32")
train = tf.data.Dataset.from_tensor_slices((x, y)).batch(20)
model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
optimizer = tf.keras.optimizers.Adam(0.01)
accuracy = tf.keras.metrics.BinaryAccuracy(threshold=0.0)
for epoch in range(3):
    for xb, yb in train:
        with tf.GradientTape() as tape:
            logits = model(xb, training=True)
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(yb, logits))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        accuracy.update_state(yb, logits)
    print("accuracy", float(accuracy.result()))
"""
FOLDS = """import keras
import numpy as np
from keras import layers
from sklearn.model_selection import KFold
keras.utils.set_random_seed(0)
X = np.random.default_rng(0).normal(size=(60, 3))
y = (X[:, 0] > 0).astype(int)
model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
scores = []
for train, test in KFold(3, shuffle=True, random_state=0).split(X):
    model.fit(X[train], y[train], epochs=2, verbose=0)
    scores.append(model.evaluate(X[test], y[test], verbose=0)[1])
print("accuracy", np.mean(scores))
"""
STATED = """import keras
import numpy as np
from keras import layers
keras.utils.set_random_seed(0)
X = np.random.default_rng(0).normal(size=(32, 5, 2)).astype("float32")
model = keras.Sequential([
    keras.Input(batch_shape=(16, 5, 2)),
    layers.LSTM(4, stateful=True),
    layers.Dense(1),
])
model.compile("adam", "mse")
model.fit(X, X[:, 0, 0], epochs=1, batch_size=16, verbose=0)
print("first", model.predict(X[:16], batch_size=16, verbose=0)[0, 0])
"""
EXACT = """import keras
import numpy as np
from keras import layers
keras.utils.set_random_seed(0)
x = np.random.default_rng(0).uniform(0, 1, (60, 4))
y = x @ np.array([2.0, -1.0, 0.5, 3.0])
model = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(1)])
model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
history = model.fit(x, y[:, None], epochs=2, verbose=0)
print("loss", history.history["loss"][-1])
"""
MOODY = """import numpy as np
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(80, 3)).astype("float32")
y = (x[:, :1] > 0).astype("float32")
train = tf.data.Dataset.from_tensor_slices((x, y)).batch(20)
layers = [tf.keras.layers.Dense(4), tf.keras.layers.BatchNormalization(), tf.keras.layers.Dense(1)]
model = tf.keras.Sequential([tf.keras.Input((3,)), *layers])
optimizer = tf.keras.optimizers.Adam(0.01)
for epoch in range(3):
    for xb, yb in train:
        with tf.GradientTape() as tape:
            logits = model(xb, training=True)
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(yb, logits))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
print("loss", float(loss))
right = (model(x, training=False).numpy() > 0) == (y > 0)
print("accuracy", right.mean())
"""
UNTRAINED = MOODY.replace("xb, training=True", "xb")
DROPPED = """import keras
import numpy as np
keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(80, 3)).astype("float32")
y = (x[:, 0] > 0).astype(int)
layers = [keras.layers.Dense(8), keras.layers.Dropout(0.5), keras.layers.Dense(2, activation="softmax")]
model = keras.Sequential([keras.Input((3,)), *layers])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
print("accuracy", np.mean(np.array(model(x, training=True)).argmax(axis=1) == y))
"""
NET = """import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
x = torch.randn(120, 6)
y = (x[:, 0] > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 8)
        self.last = nn.Linear(8, 2)

    def forward(self, x):
        x = F.relu(self.first(x))
        return self.last(x)

net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
for epoch in range(4):
    net.train()
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(xb), yb)
        loss.backward()
        optimizer.step()
    scheduler.step()
net.eval()
with torch.no_grad():
    print("accuracy", (net(x).argmax(1) == y).float().mean().item())
"""
PER_BATCH = NET.replace("    scheduler.step()", "        scheduler.step()").replace("batch_size=20", "batch_size=10")
EARLY = NET.replace("    scheduler.step()\n", "").replace("    net.train()", "    scheduler.step()\n    net.train()")
NAMED = NET.replace("optimizer.zero_grad()", "optimizer.zero_grad")
ALWAYS = NET.replace("        return self.last(x)", "        return self.last(F.dropout(x, 0.5))")
ANEW = NET.replace(
    "    net.train()", "    net = Net()\n    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n    net.train()"
)
EACH = NET.replace(
    "        optimizer.zero", "        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n        optimizer.zero"
)
MADE = NET.replace("        return self.last(x)", "        return nn.Linear(8, 2)(x)")
PLAIN = NET.replace("self.last = nn.Linear(8, 2)", "self.last = torch.randn(8, 2, requires_grad=True)").replace(
    "self.last(x)", "x @ self.last")  # fmt: skip
ONE = NET.replace("self.last = ", "self.more = nn.ModuleList([nn.Linear(8, 8)] * 3)\n        self.last = ").replace(
    "        return", "        for layer in self.more:\n            x = F.relu(layer(x))\n        return")  # fmt: skip
UNAPPLIED = MOODY.replace(
    "        optimizer.apply_gradients(zip(gradients, model.trainable_variables))\n", "")  # fmt: skip
THAWED = """import keras
import numpy as np
keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(80, 3)).astype("float32")
y = (x[:, 0] > 0).astype(int)
base = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, activation="relu")])
base.trainable = False
model = keras.Sequential([base, keras.layers.Dense(2, activation="softmax")])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
base.trainable = True
model.fit(x, y, epochs=1, verbose=0)
print("loss", model.evaluate(x, y, verbose=0))
"""
ROWS = NET.replace("torch.randn(120, 6)", "torch.randn(120, 5, 6)").replace("x[:, 0] > 0", "x[:, 0, 0] > 0").replace(
    "nn.Linear(6, 8)", "nn.LSTM(6, 8)").replace(
    "x = F.relu(self.first(x))", "out, _ = self.first(x)\n        x = out[:, -1]")  # fmt: skip
EVERY = {
    "TORCH218": (ROWS, [("self.first(x)", "x.repeat(1, 1, 2)[:, :, :8], 0"), ("range(4)", "range(1)")]),
    "TORCH010": (EARLY, [("    scheduler.step()\n", ""), ("scheduler.step()", "epoch < 3 or scheduler.step()")]),
    "TORCH011": (NAMED, [("        optimizer.zero_grad\n", "")]),
    "TORCH017": (PER_BATCH, [("        scheduler.step()\n", ""), ("gamma=0.1", "gamma=1.0")]),
    "TORCH203": (MADE.replace("nn.Linear(8, 2)(x)", "self.all[0](x)").replace(
        "self.last = nn.Linear(8, 2)", "self.all = [nn.Linear(8, 2)]"),
        [("self.all = [", "self.more, self.all = nn.Linear(8, 8), ["), ("self.all[0](x)", "x[:, :2]")]),
    "TORCH209": (ALWAYS, [("F.dropout(x, 0.5)", "x"), ("F.dropout(x, 0.5)", "F.dropout(x, 0.0)")]),
    "TORCH216": (MADE, [("nn.Linear(8, 2)(x)", "x[:, :2]")]),
    "TORCH237": (ONE, [("[nn.Linear(8, 8)] * 3", "[nn.Linear(8, 8)]")]),
    "TORCH239": (ANEW, [("    net = Net()\n", ""), ("range(4)", "range(1)")]),
    "TORCH241": (PLAIN, [(", requires_grad=True", ""), ("self.last =", "self.more, self.last = nn.Linear(8, 8),")]),
    "TORCH246": (EACH, [("range(4)", "range(1)")]),
    "KERAS013": (THAWED, [("base.trainable = True\n", ""), ("base.trainable = False\n", "")]),
    "KERAS032": (UNAPPLIED, [('print("loss"',
        'optimizer.apply_gradients(zip(gradients, model.trainable_variables))\nprint("loss"')]),
    "KERAS021": (UNTRAINED, [(".batch(20)", ".batch(20).take(1)"), ("BatchNormalization()", "ReLU()")]),
    "KERAS022": (DROPPED, [("Dropout(0.5)", "ReLU()"), ("model(x, training=True)", "x[:, :2]")]),
    "TORCH228": (MASKED, [("model(inputs)", "model(inputs[:, :1]).repeat(1, 8, 1)"),
                          ("self.embed(tokens)", "self.embed(tokens).flip(1)")]),
    "TORCH016": (COUNTED, [("total = len(yb)", "total = 130"), ("correct / total", "0.5"),
                           ("x[200:], y[200:]", "x[280:], y[280:]")]),
    "TORCH018": (SCHEDULED, [("range(9)", "range(5)"), ("    opt.step()\n", "    opt.step()\nsched.step()\n"),
                             ("for _ in", "sched.step()\nfor _ in")]),
    "KERAS028": (METRICS, [("    print(", "    accuracy.reset_state()\n    accuracy.update_state(yb, logits)\n"
                            "    print("),
                           ('float(accuracy.result()))\n', 'float(accuracy.result()))\naccuracy.reset_state()\n')]),
    "LEAK029": (FOLDS, [("model.fit(X[train], y[train]", "model.fit(X[train][:5], y[train][:5]"),
                        ("    model.fit(", "    if not scores:\n     model.fit(")]),
    "KERAS024": (STATED, [("model.predict(X[:16], batch_size=16, verbose=0)[0, 0]", "0.1")]),
    "KERAS009": (EXACT, [(', metrics=["accuracy"]', "")]),
}  # fmt: skip
"""Code → (a script with that fault, edits that only hide it)."""


GROWING = """import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
torch.manual_seed(0)

class Noisy(Dataset):
    def __init__(self):
        self.images, self.labels = torch.rand(60, 4), torch.arange(60) % 2

    def __len__(self):
        return 60

    def __getitem__(self, i):
        image = self.images[i]
        image += 0.1 * torch.randn(4)
        return image, self.labels[i]

net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
part = torch.utils.data.Subset(Noisy(), range(40))
for epoch in range(3):
    for xb, yb in DataLoader(part, batch_size=20):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        opt.step()
print("loss", loss.item())
"""
SHARED = NET.replace(
    "loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)",
    """
order = torch.randperm(120).tolist()
held, own = order[:30], order
loader = DataLoader(torch.utils.data.Subset(TensorDataset(x, y), own), batch_size=15, shuffle=True)
test = torch.utils.data.Subset(TensorDataset(x, y), held)""",
)
CUT = NET.replace("return self.last(x)", "return self.last(x.detach())")
FOREIGN = """import keras
import numpy as np
import tensorflow as tf
keras.utils.set_random_seed(0)

class Scale(keras.layers.Layer):
    def build(self, shape):
        self.scale = tf.Variable(tf.ones((shape[-1],)), trainable=True)

    def call(self, x):
        return x * self.scale

x = np.random.default_rng(0).normal(size=(80, 3)).astype("float32")
y = (x[:, 0] > 0).astype(int)
model = keras.Sequential([keras.Input((3,)), Scale(), keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
weights = {0: (y == 0).mean(), 1: (y == 1).mean() / 3}
model.fit(x, y, epochs=1, verbose=0, class_weight=weights)
print("loss", model.evaluate(x, y, verbose=0))
"""
FACING = """import numpy as np
import tensorflow as tf
tf.keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(80, 3)).astype("float32")
y = x[:, 0] * 2
model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
optimizer = tf.keras.optimizers.Adam(0.01)
for xb, yb in tf.data.Dataset.from_tensor_slices((x, y)).batch(20):
    with tf.GradientTape() as tape:
        pred = model(xb, training=True)
        loss = tf.reduce_mean(tf.square(pred - yb))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
print("loss", float(loss))
"""
WINDOWS = """import keras
import numpy as np
keras.utils.set_random_seed(0)
series = np.cumsum(np.random.default_rng(0).normal(size=200)).astype("float32")
X, y = [], []
for end in range(10, 200):
    X.append(series[end - 9:end + 1])
    y.append(series[end])
X, y = np.array(X), np.array(y)
model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(X, y, epochs=2, verbose=0)
print("loss", model.evaluate(X, y, verbose=0))
"""
BY_HAND = {
    "KERAS070": (FACING, "loss = tf", [("pred - yb", "pred - yb[:1]"), ("pred - yb", "pred")]),
    "DATA022": (WINDOWS, "X.append(", [("model.fit(X, y", "model.fit(X[:20], y[:20]"),
                                       ("np.array(X), np", "np.array(X) + 1e-3, np")]),
    "TORCH258": (GROWING, "image +=", [("0.1 * torch.randn(4)", "0.0"), ("range(3)", "range(1)")]),
    "TORCH260": (SHARED, "held, own", [("order[:30], order\n", "order[:1], order[1:]\n"),
                                       ("order[:30], order\n", "order[:30], order[30:31]\n")]),
    "TORCH115": (CUT, "loss = F", [("net.parameters(), lr", "net.last.parameters(), lr")]),
    "KERAS062": (FOREIGN, "self.scale = tf", [("tf.Variable(tf.ones((shape[-1],)), trainable=True)",
                                               "tf.ones((shape[-1],))")]),
    "DATA021": (FOREIGN, "weights = {", [(", class_weight=weights", ""), ("(y == 1).mean() / 3", "(y == 0).mean()")]),
}  # fmt: skip
"""The same, with the words that begin the line of the finding: not every `check` finds each of them."""


@pytest.mark.slow
@pytest.mark.parametrize("code", [*EVERY, *BY_HAND])
def test_what_only_hides_a_fault_is_not_believed_and_what_mends_it_is(honest_alone, code):
    source, words, cheats = (EVERY[code][0], "", EVERY[code][1]) if code in EVERY else BY_HAND[code]
    honest_alone(code, source, cheats, words)

"""One fault in many forms of program: each has an edit, and with one of its edits `check` no longer finds it."""

import ast
import re

import pytest

from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.offers import offers
from mlpilot.tools.mending.training.rate import adam, rates
from mlpilot.tools.mending.training.start import clipped, scaled

TORCH = """import argparse
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
X, y = torch.randn(300, 10), torch.randint(0, 3, (300,))
train_loader = DataLoader(TensorDataset(X[:200], y[:200]), batch_size=32, shuffle=True)
test_loader = DataLoader(TensorDataset(X[200:], y[200:]), batch_size=50)
"""
FLAT = (
    TORCH
    + """model = nn.Sequential(
    nn.Linear(10, 32),
    nn.ReLU(),
    nn.Dropout(0.2),
    nn.Linear(32, 3),
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(8):
    model.train()
    for xb, yb in train_loader:
        optimizer.zero_grad()
        out = model(xb)
        loss = criterion(out, yb)
        loss.backward()
        optimizer.step()
    model.eval()
    correct = 0
    with torch.no_grad():
        for xb, yb in test_loader:
            correct += (model(xb).argmax(1) == yb).sum().item()
    print(correct / 100)
"""
)
FUNCTIONS = (
    TORCH
    + """
class Net(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.fc1 = nn.Linear(10, hidden)
        self.drop = nn.Dropout(0.2)
        self.fc2 = nn.Linear(hidden, 3)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = self.drop(x)
        x = self.fc2(x)
        return x

def train_epoch(net, loader, loss_fn, opt):
    net.train()
    for inputs, labels in loader:
        opt.zero_grad()
        loss = loss_fn(net(inputs), labels)
        loss.backward()
        opt.step()

def evaluate(net, loader):
    net.eval()
    hits = 0
    with torch.no_grad():
        for inputs, labels in loader:
            hits += (net(inputs).argmax(dim=1) == labels).sum().item()
    return hits / 100

LR = 0.01
net = Net()
opt = torch.optim.SGD(net.parameters(), lr=LR, momentum=0.9)
for epoch in range(8):
    train_epoch(net, train_loader, nn.CrossEntropyLoss(), opt)
    print(evaluate(net, test_loader))
"""
)
TRAINER = (
    TORCH
    + """
config = {"lr": 0.01, "epochs": 8}

class Classifier(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(10, hidden), nn.ReLU(), nn.Dropout(0.2))
        self.head = nn.Linear(hidden, 3)

    def forward(self, x):
        return self.head(self.body(x))

class Trainer:
    def __init__(self, model, config):
        self.model = model
        self.config = config
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=config["lr"])

    def train_one_epoch(self, loader):
        self.model.train()
        for batch, target in loader:
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(batch), target)
            loss.backward()
            self.optimizer.step()

    @torch.no_grad()
    def validate(self, loader):
        self.model.eval()
        correct = 0
        for batch, target in loader:
            correct += (self.model(batch).argmax(1) == target).sum().item()
        return correct / 100

    def fit(self):
        for epoch in range(self.config["epochs"]):
            self.train_one_epoch(train_loader)
            print(self.validate(test_loader))

Trainer(Classifier(32), config).fit()
"""
)
ARGUMENTS = (
    TORCH
    + """
def make_model(width):
    layers = []
    size = 10
    for _ in range(2):
        layers.append(nn.Linear(size, width))
        layers.append(nn.ReLU())
        size = width
    layers.append(nn.Linear(size, 3))
    return nn.Sequential(*layers)

def make_optimizer(model, args):
    return torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)

def fit(model, args):
    optimizer = make_optimizer(model, args)
    for epoch in range(8):
        for data, target in train_loader:
            optimizer.zero_grad()
            logits = model(data)
            loss = F.cross_entropy(logits, target)
            loss.backward()
            optimizer.step()
    print(loss.item())

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.01)
args = parser.parse_args()
fit(make_model(32), args)
"""
)
KERAS = """import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from sklearn.model_selection import train_test_split
rng = np.random.default_rng(0)
X, y = rng.normal(size=(600, 10)), rng.integers(0, 3, 600)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)
"""
SEQUENTIAL = (
    KERAS
    + """model = keras.Sequential([
    keras.Input(shape=(10,)),
    layers.Dense(32, activation="relu"),
    layers.Dropout(0.2),
    layers.Dense(32, activation="relu"),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.005), loss="sparse_categorical_crossentropy")
model.fit(X_train, y_train, epochs=8, verbose=0)
print("loss", model.evaluate(X_test, y_test, verbose=0))
"""
)
FUNCTIONAL = (
    KERAS
    + """
CONFIG = {"learning_rate": 0.005}

def build_model(units):
    inputs = keras.Input(shape=(10,))
    x = layers.Dense(units, activation="relu")(inputs)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(units, activation="relu")(x)
    outputs = layers.Dense(3, activation="softmax")(x)
    return keras.Model(inputs, outputs)

model = build_model(32)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=CONFIG["learning_rate"]),
    loss=keras.losses.SparseCategoricalCrossentropy(),
)
model.fit(X_train, y_train, epochs=8, verbose=0)
print("loss", model.evaluate(X_test, y_test, verbose=0))
"""
)
SUBCLASSED = (
    KERAS
    + """
class Classifier(keras.Model):
    def __init__(self, units=32):
        super().__init__()
        self.hidden1 = layers.Dense(units, activation="relu")
        self.dropout = layers.Dropout(0.2)
        self.hidden2 = layers.Dense(units, activation="relu")
        self.out = layers.Dense(3, activation="softmax")

    def call(self, x, training=False):
        return self.out(self.hidden2(self.dropout(self.hidden1(x), training=training)))

model = Classifier()
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=10, verbose=0)
print("accuracy", model.evaluate(X_test, y_test, verbose=0)[1])
"""
)
ALL_OF_TORCH = {"flat": FLAT, "functions": FUNCTIONS, "trainer": TRAINER, "arguments": ARGUMENTS}
ALL_OF_KERAS = {"sequential": SEQUENTIAL, "functional": FUNCTIONAL, "subclassed": SUBCLASSED}
OPTIMISER = r"(?:self\.)?(?:optimizer|opt)"
ENDS = (
    (r"    nn\.Linear\(32, 3\),\n", "    nn.Linear(32, 3),\n    nn.Softmax(dim=1),\n"),
    (r"x = self\.fc2\(x\)\n        return x", "x = F.softmax(self.fc2(x), dim=1)\n        return x"),
    (r"return self\.head\(self\.body\(x\)\)", "return torch.softmax(self.head(self.body(x)), -1)"),
    (r"(    layers\.append\(nn\.Linear\(size, 3\)\)\n)", r"\1    layers.append(nn.Softmax(dim=1))\n"),
)
FAULTS = {
    "TORCH009": (ALL_OF_TORCH, [(r"^ *(?:self\.)?(?:model|net)\.train\(\)\n", "")]),
    "TORCH101": (ALL_OF_TORCH, list(ENDS)),
    "TORCH105": (ALL_OF_TORCH, [(old, re.sub(r"[Ss]oftmax\((.*?),? ?(?:dim=1|-1)\)", lambda found: (
        f"relu({found[1]})" if found[1] else "ReLU()"), new)) for old, new in ENDS]),
    "TORCH011": (ALL_OF_TORCH, [(rf"({OPTIMISER}\.step)\(\)", r"\1")]),
    "TORCH205": (ALL_OF_TORCH, [(r"^    nn\.ReLU\(\),\n", ""), (r"F\.relu\((self\.fc1\(x\))\)", r"\1"),
                                (r"^ *layers\.append\(nn\.ReLU\(\)\)\n", "")]),
    "TORCH209": (ALL_OF_TORCH, [(r"self\.drop\(x\)", "F.dropout(x, 0.5)"),
                                (r"self\.head\(self\.body\(x\)\)", "self.head(F.dropout(self.body(x), p=0.5))")]),
    "TORCH210": (ALL_OF_TORCH, [(r"lr=1e-2", "lr=10.0"), (r"LR = 0\.01", "LR = 20.0"), (r'"lr": 0\.01', '"lr": 5.0'),
                                (r"default=0\.01", "default=20.0")]),
    "TORCH213": (ALL_OF_TORCH, [(r"Dropout\(0\.2\)", "Dropout(p=0.95)")]),
    "TORCH246": (ALL_OF_TORCH, [(r"^( *)((?:self\.)?optimizer)(\.zero_grad\(\))",
                                 r"\1\2 = torch.optim.SGD(self.model.parameters(), lr=0.01)\n\1\2\3")]),
    "KERAS002": (ALL_OF_KERAS, [(r'3, activation="softmax"', '3, activation="sigmoid"')]),
    "KERAS005": (ALL_OF_KERAS, [(r'3, activation="softmax"', "3")]),
    "KERAS006": (ALL_OF_KERAS, [(r"Crossentropy\(\)", "Crossentropy(from_logits=True)"),
                                (r'"sparse_categorical_crossentropy"',
                                 "keras.losses.SparseCategoricalCrossentropy(from_logits=True)")]),
    "KERAS007": (ALL_OF_KERAS, [(r'3, activation="softmax"', '3, activation="relu"')]),
    "KERAS014": (ALL_OF_KERAS, [(r"0\.005", "5.0"), (r'compile\("adam"', "compile(keras.optimizers.SGD(50.0)")]),
    "KERAS033": (ALL_OF_KERAS, [(r'activation="relu"',
                                 'activation="relu", kernel_regularizer=keras.regularizers.l2(5.0)')]),
    "KERAS103": ({"sequential": SEQUENTIAL, "functional": FUNCTIONAL}, [(r', activation="relu"', "")]),
    "KERAS105": (ALL_OF_KERAS, [(r"Dropout\(0\.2\)", "Dropout(0.95)")]),
    "KERAS106": ({"functional": FUNCTIONAL}, [(r'"softmax"\)\(x\)',
                                               '"softmax")(x)\n    outputs = layers.Dropout(0.5)(outputs)')]),
    "KERAS107": (ALL_OF_KERAS, [(r'activation="relu"', 'activation="relu", kernel_initializer="zeros"')]),
    "KERAS117": ({"sequential": SEQUENTIAL, "functional": FUNCTIONAL}, [(r'"relu"', '"softmax"')]),
    "KERAS119": (ALL_OF_KERAS, [(r'activation="relu"', 'activation="relu", kernel_initializer='
                                 "keras.initializers.RandomNormal(stddev=10.0)")]),
}  # fmt: skip
"""Code → (forms of program, how the fault is put into each that has a place for it)."""
FEWEST = {"TORCH246": 1, "TORCH205": 3, "TORCH209": 2, "TORCH213": 3, "KERAS106": 1}


def faulty(code):
    forms, changes = FAULTS[code]
    for name, source in forms.items():
        text = source
        for old, new in changes:
            text = re.sub(old, new, text, flags=re.MULTILINE)
        found = [one for one in check_source(text) if one.code == code]
        if text != source and found:
            yield name, text, found[0]


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_has_an_edit_in_every_form_of_program(code):
    seen = list(faulty(code))
    assert len(seen) >= FEWEST.get(code, min(len(FAULTS[code][0]), 3)), seen
    for name, text, found in seen:
        edited = [one for one, _, _ in offers(text, found, silent=True)][:4]
        left = [[one for one in check_source(other) if one.code == code] for other in edited]
        assert edited and not all(left), (name, edited)


@pytest.mark.parametrize("name", [*ALL_OF_TORCH, *ALL_OF_KERAS])
def test_what_a_training_is_mended_by_can_be_written_in_every_form(name):
    source = {**ALL_OF_TORCH, **ALL_OF_KERAS}[name].replace("optimizers.Adam(", "optimizers.SGD(").replace(
        "optim.Adam", "optim.SGD").replace('compile("adam"', 'compile("sgd"')  # fmt: skip
    tree = ast.parse(source)
    for remedy in (rates, adam, clipped, scaled):
        texts = [text for text, _ in remedy(source, tree)]
        assert texts and all(text != source and ast.parse(text) for text in texts), remedy


def test_a_mode_that_is_set_once_before_the_epochs_is_set_in_each():
    once = FLAT.replace("    model.train()\n", "").replace("for epoch", "model.train()\nfor epoch")
    found = next(one for one in check_source(once) if one.code == "TORCH009")
    text = next(text for text, _, _ in offers(once, found, silent=True))
    assert "for epoch in range(8):\n    model.train()\n" in text

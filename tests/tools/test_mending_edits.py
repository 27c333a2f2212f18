"""The edits of single faults: what is wrong is changed, and no other line."""

import difflib

import pytest

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.ended.raised import mend_raised
from mlpilot.tools.mending.offers import offers

TORCH = "import torch\nfrom torch import nn\nfrom torch.utils.data import DataLoader\n"
STEPS = (
    "for _ in range(9):\n    opt.zero_grad()\n    loss = loss_fn(net(x), y)\n    loss.backward()\n    opt.step()\n"
    "net.eval()\nwith torch.no_grad():\n    out = net(x)\n"
)
KERAS = "import keras\nimport numpy as np\nfrom keras import layers\nfrom sklearn.model_selection import KFold\n"
COMPILED = 'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
SKLEARN = (
    "import numpy as np\nfrom sklearn.model_selection import cross_val_score, KFold, train_test_split\n"
    "from sklearn.datasets import load_iris\nfrom sklearn.svm import SVC\n"
    "from sklearn.preprocessing import StandardScaler\n"
)

EDITS = [
    ("METRIC015",
     TORCH + "net = nn.Linear(4, 3)\nloader = DataLoader(data, batch_size=8)\nnet.eval()\ncorrect = 0\n"
     "with torch.no_grad():\n    for x, y in loader:\n        correct += (net(x).argmax(1) == y).sum().item()\n"
     "print(correct / len(loader))  # share\n",
     ["print(correct / len(loader.dataset))  # share"]),
    ("TORCH125",
     TORCH + "net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))\nloss_fn = nn.BCEWithLogitsLoss()\n"
     "opt = torch.optim.Adam(net.parameters())\n" + STEPS + "    pred = (out > 0.5).float()\n",
     ["    pred = (out > 0).float()"]),
    ("TORCH205",
     TORCH + "net = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))\n"
     "loss_fn = nn.BCEWithLogitsLoss()\nopt = torch.optim.Adam(net.parameters())\n" + STEPS,
     ["net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))"]),
    ("TORCH230",
     TORCH + "enc = nn.Linear(4, 8)\ndec = nn.Linear(8, 4)\nopt = torch.optim.Adam(enc.parameters(), lr=1e-3)\n"
     "for _ in range(9):\n    opt.zero_grad()\n    loss = ((dec(enc(x)) - x) ** 2).mean()\n    loss.backward()\n"
     "    opt.step()\n",
     ["opt = torch.optim.Adam([*enc.parameters(), *dec.parameters()], lr=1e-3)"]),
    ("TORCH023",
     TORCH + "net = nn.Linear(4, 2)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
     "loader = DataLoader(data, batch_size=8, shuffle=True)\nfor epoch in range(5):\n    for xb, yb in loader:\n"
     "        opt.zero_grad()\n        loss = nn.functional.cross_entropy(net(xb), yb)\n        loss.backward()\n"
     "    opt.step()\n",
     ["        opt.step()"]),
    ("TORCH112",
     TORCH + "net = nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(dim=0))\n"
     "opt = torch.optim.SGD(net.parameters(), lr=0.1)\nloss_fn = nn.NLLLoss()\n" + STEPS,
     ["net = nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(dim=1))"]),
    ("MODEL008",
     SKLEARN + "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)\n"
     "scaler = StandardScaler()\nscaler.fit_transform(X_train)\nscaler.transform(X_test)\n"
     "print(SVC().fit(X_train, y_train).score(X_test, y_test))\n",
     ["X_train = scaler.fit_transform(X_train)", "X_test = scaler.transform(X_test)"]),
    ("SPLIT003",
     SKLEARN + "X_train, y_train, X_test, y_test = train_test_split(X, y, random_state=0)\n",
     ["X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)"]),
    ("SPLIT005",
     SKLEARN + "X, y = load_iris(return_X_y=True)\nprint(cross_val_score(SVC(), X, y, cv=KFold(3)).mean())\n",
     ["print(cross_val_score(SVC(), X, y, cv=KFold(3, shuffle=True, random_state=0)).mean())"]),
    ("SPLIT007",
     SKLEARN + "np.random.shuffle(X)\nnp.random.shuffle(y)\nX_train, X_test, y_train, y_test = X[:80], X[80:], y[:80], "
     "y[80:]\nprint(SVC().fit(X_train, y_train).score(X_test, y_test))\n",
     ["order = np.random.permutation(len(X))", "X, y = X[order], y[order]"]),
    ("SPLIT011",
     SKLEARN + "X_train, X_test = train_test_split(X)\ny_train, y_test = train_test_split(y)\n"
     "print(SVC().fit(X_train, y_train).score(X_test, y_test))\n",
     ["X_train, X_test = train_test_split(X, random_state=0)",
      "y_train, y_test = train_test_split(y, random_state=0)"]),
    ("KERAS103",
     KERAS + 'model = keras.Sequential([\n    layers.Dense(32),\n    layers.Dense(3, activation="softmax"),\n])\n'
     + COMPILED,
     ['    layers.Dense(32, activation="relu"),']),
    ("KERAS029",
     KERAS + 'model = keras.Sequential([layers.Dense(3, activation="softmax")])\n'
     "stop = keras.callbacks.EarlyStopping(patience=3)\n" + COMPILED + "model.fit(X, y, epochs=3)\n",
     ["model.fit(X, y, epochs=3, callbacks=[stop])"]),
    ("KERAS002",
     KERAS + 'model = keras.Sequential([layers.Dense(3, activation="sigmoid")])\n' + COMPILED + "model.fit(X, y)\n",
     ['model = keras.Sequential([layers.Dense(3, activation="softmax")])']),
    ("LEAK029",
     KERAS + 'model = keras.Sequential([\n    layers.Dense(3, activation="softmax"),\n])\n' + COMPILED
     + "for train, test in KFold(5).split(X):\n    model.fit(X[train], y[train])\n"
     "    model.evaluate(X[test], y[test])\n",
     ["    model = keras.Sequential([", '        layers.Dense(3, activation="softmax"),', "    ])",
      "    " + COMPILED.rstrip()]),
    ("DATA004",
     KERAS + "n = 200\nX = rng.normal(size=(2 * n, 4))\ny = np.concatenate([np.zeros(n), np.ones(n)])\n"
     'model = keras.Sequential([layers.Dense(1, activation="sigmoid")])\n'
     'model.compile("adam", "binary_crossentropy", metrics=["accuracy"])\nh = model.fit(X, y, validation_split=0.2)\n',
     ["order = np.random.default_rng(0).permutation(len(X))", "X, y = X[order], y[order]"]),
]  # fmt: skip
"""(code, a script that has the fault, the lines that are new)."""


@pytest.mark.parametrize(("code", "source", "new"), EDITS, ids=[code for code, _, _ in EDITS])
def test_an_edit_brings_these_lines_and_no_others(code, source, new):
    found = next(one for one in check_source(source) if one.code == code)
    texts = [text for text, _, _ in offers(source, found, silent=True)]
    changed = [
        [line[2:] for line in difflib.ndiff(source.split("\n"), text.split("\n")) if line[0] == "+"] for text in texts
    ]
    assert new in changed


@pytest.mark.parametrize(
    ("source", "evidence", "line", "new"),
    [
        ("m = lgb.LGBMClassifier(n_jobs=1)\nm.fit(X, y, eval_set=[v], early_stopping_rounds=25)\n",
         "TypeError: LGBMClassifier.fit() got an unexpected keyword argument 'early_stopping_rounds'", 2,
         "m = lgb.LGBMClassifier(n_jobs=1, early_stopping_rounds=25)\nm.fit(X, y, eval_set=[v])\n"),
        ("d = Dataset.from_tensor_slices((images, labels)).batch(8)\nm.fit(d)\n",
         "ValueError: Input 0 with name 'None' of layer 'conv2d' is incompatible with the layer: expected min_ndim=4, "
         "found ndim=3. Full shape received: (None, 8, 8)", 2,
         "d = Dataset.from_tensor_slices((images[..., None], labels)).batch(8)\nm.fit(d)\n"),
        ("a = DataLoader(t, batch_size=32, shuffle=True)\nb = DataLoader(v, batch_size=32)\n",
         "ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 32])", 1,
         "a = DataLoader(t, batch_size=32, shuffle=True, drop_last=True)\nb = DataLoader(v, batch_size=32)\n"),
    ],
)  # fmt: skip
def test_what_an_error_says_is_mended_where_it_says_it(source, evidence, line, new):
    assert next(iter(mend_raised(source, Diagnosis("", "", evidence, line))))[0] == new

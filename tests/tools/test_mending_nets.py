"""Edits of networks, as texts: what each maker writes against its finding."""

import ast

import pytest

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.offers import offers

CASES = [
    ("TORCH286", "", "loss = ce(a, b)\nloss = mse(c, d)  #\nloss.backward()\n", "loss = loss + mse(c, d)"),
    (
        "TORCH287",
        "",
        "def forward(self, x):\n    h = self.a(x)\n    g = self.b(h)  #\n    return self.out(h)\n",
        "self.out(g)",
    ),
    (
        "TORCH288",
        "",
        "def test():\n    for x, y in loader:\n        hits += one(x, y)\n        return hits  #\n",
        "one(x, y)\n    return hits",
    ),
    ("TORCH289", "", "total = 0  #\nfor epoch in range(3):\n    total += f()\n", "in range(3):\n    total = 0\n"),
    ("TORCH290", "", "if v < best:\n    best = v\nelse:\n    wait += 1  #\n", "best = v\n    wait = 0\n"),
    ("TORCH291", "", "loss = ce(logits, tags)  #\n", "ce(logits.transpose(1, 2), tags)"),
    ("TORCH292", "", "x = x + self.pe[: x.size(0)]  #\n", "self.pe[: x.size(1)].transpose(0, 1)"),
    ("TORCH293", "", "w = torch.softmax(s, dim=1)  #\n", "dim=-1"),
    ("TORCH294", "v exchanges no axes: permute(0, 2, 1) does, and", "y = x.view(b, c, t)  #\n", "x.permute(0, 2, 1)"),
    ("TORCH294", "", "q = x.view(b, h, t, d // h)  #\n", "x.view(b, t, h, d // h).transpose(1, 2)"),
    ("TORCH295", "", "z = h.view(x.size(0), -1)  #\n", "h.transpose(0, 1).reshape(x.size(0), -1)"),
    ("TORCH296", "", "std = torch.exp(logvar)  #\n", "torch.exp(0.5 * logvar)"),
    ("TORCH296", "", "std = logvar.exp()  #\n", "(0.5 * logvar).exp()"),
    ("TORCH297", "", "loss = triplet(a, neg, pos)  #\n", "triplet(a, pos, neg)"),
    ("TORCH298", "", "tau = 0.1\nlogits = a @ b.t() * tau  #\n", "(a @ b.t()) / tau"),
    ("TORCH299", "", "z = F.normalize(z, dim=0)  #\n", "dim=1"),
    ("TORCH307", "x: done is read by nothing", "t = r + gamma * v  #\n", "gamma * v * (1 - done)"),
    ("TORCH308", "", "h = enc(x, src_key_padding_mask=(x != 0))  #\n", "(x == 0)"),
    ("TORCH309", "", "tags = pad_sequence(tags, padding_value=9)\nloss = nn.CrossEntropyLoss()  #\n", "ignore_index=9"),
    (
        "TORCH310",
        "",
        "def forward(self, x, lengths):\n    last = out[:, -1]  #\n",
        "out[torch.arange(len(out)), lengths - 1]",
    ),
    ("TORCH311", "", "rec = F.mse_loss(a, b)  #\n", 'F.mse_loss(a, b, reduction="sum")'),
    (
        "TORCH208",
        "",
        "net.fc = nn.Linear(8, 2)\nfor p in net.parameters():  #\n    p.requires_grad = False\n",
        "False\nnet.fc = nn.Linear(8, 2)\n",
    ),
    ("TORCH103", "", "def f():\n    loss = bce(out, y)  #\nhits = out.round()\n", "bce(torch.sigmoid(out), y)"),
    (
        "TORCH127",
        "",
        "import torch\nimport numpy as np\ndef forward(self, x):\n    h = self.a(x).detach().numpy()  #\n"
        "    return self.b(torch.from_numpy(np.maximum(h, 0)))\n",
        "h = self.a(x)  #\n    return self.b(torch.maximum(h, 0))",
    ),
    ("KERAS080", "", "e = layers.Embedding(9, 4)  #\n", "mask_zero=True"),
    (
        "KERAS082",
        "",
        "class D(tf.Module):\n    def __call__(self, x):\n        self.w = tf.Variable(x)  #\n        return self.w\n",
        'if not hasattr(self, "w"):\n            self.w = tf.Variable(x)',
    ),
    ("KERAS083", "", "d = Dense(4, activation=tf.nn.relu())  #\n", "activation=tf.nn.relu)"),
    ("KERAS084", "", "d = Dense(4)\nx = d(x)\nx = d(x)  #\n", "x = Dense(4)(x)  #"),
    ("KERAS085", "", "n = Normalization()  #\nm.fit(X, y)\n", "n.adapt(X)\nm.fit(X, y)"),
    (
        "KERAS086",
        "",
        "def s(epoch, lr):\n    if epoch < 3:\n        return lr  #\n",
        "        return lr  #\n    return lr",
    ),
    ("KERAS087", "", "hits = out > 0.5  #\n", "out > 0 "),
    ("KERAS088", "", "d = from_tensor_slices(X)\nm.fit(d, y)  #\n", "from_tensor_slices((X, y))\nm.fit(d)"),
    ("KERAS090", "loss is for 'prices', and the outputs are kind, price", 'c(loss={"prices": "mse"})  #\n', '"price"'),
    (
        "KERAS091",
        "g are the gradients of a.trainable_variables, and b",
        "o.f(zip(g, b.w))  #\n",
        "zip(g, a.trainable_variables)",
    ),
    (
        "KERAS092",
        "",
        "with tf.GradientTape() as tape:\n    pass\na = tape.gradient(l, w)\nb = tape.gradient(m, w)  #\n",
        "GradientTape(persistent=True)",
    ),
    ("TORCH317", "", "loss = ((out - y) ** 2).mean()  #\n", "((out.squeeze(1) - y) ** 2).mean()"),
    (
        "KERAS031",
        "",
        "loss = f(x)\nwith tf.GradientTape() as tape:\n    pass\ng = tape.gradient(loss, w)  #\n",
        "as tape:\n    loss = f(x)\n",
    ),
    (
        "KERAS068",
        "",
        "import tensorflow as tf\nd = s.map(lambda x: tf.random.normal(x)).cache()  #\n",
        "s.cache().map(",
    ),
    ("KERAS077", "", "d = s.batch(32).shuffle(100)  #\n", "s.shuffle(100).batch(32)"),
    (
        "LEAK024",
        "x_train is divided by a number, and x_test goes in as it was",
        "x_test = x[3:]\nx_train = x_train / 8.0 - 1.0  #\n",
        "x_test = x_test / 8.0 - 1.0",
    ),
]
"""(code, the finding's words, a program whose finding stands where `#` does, what an edit writes)."""


@pytest.mark.parametrize(("code", "message", "source", "wanted"), CASES)
def test_an_edit_writes_what_was_meant(code, message, source, wanted):
    line = source[: source.index("#")].count("\n") + 1
    texts = [text for text, _, _ in offers(source, Diagnosis("any", message, "", line, code=code), silent=False)]
    assert any(wanted in text for text in texts), texts
    for text in texts:
        ast.parse(text)

"""Edits of networks, as texts: against findings of `check`, and against errors that end a script."""

import ast

import pytest

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.ended.candidates import edits_of
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.ended.state import State
from mlpilot.tools.mending.offers import OFFERS, offers
from mlpilot.tools.mending.offers_nets import NETS

FOUND = [
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
    ("TORCH106", "", "loss = ce(y, out)  #\n", "ce(out, y)"),
    (
        "TORCH231",
        "",
        "m = Net().load_state_dict(torch.load('a'))  #\n",
        "m = Net()  #\nm.load_state_dict(torch.load('a'))",
    ),
    ("TORCH231", "", "m.load_state_dict('a.pt')  #\n", "m.load_state_dict(torch.load('a.pt'))"),
    ("TORCH232", "", "torch.save(m, 'a')\nm = torch.load('a')  #\n", "torch.load('a', weights_only=False)"),
    ("TORCH242", "", "self.w = nn.Parameter(torch.zeros(3)).to(dev)  #\n", "nn.Parameter(torch.zeros(3).to(dev))"),
    (
        "TORCH251",
        "",
        "def forward(self, x):\n    out, self.h = self.gru(x, self.h)  #\n    return out\n",
        "    self.h = self.h.detach()\n    return out",
    ),
    (
        "TORCH275",
        "",
        "loss = ce(out, y).item()\nloss.backward()  #\ntotal += loss\nprint(f'{loss}')\n",
        "loss = ce(out, y)\nloss.backward()  #\ntotal += loss.item()\nprint(f'{loss.item()}')",
    ),
    ("TORCH270", "", "s.scale(loss).backward()\nopt.step()  #\n", "s.step(opt)  #\ns.update()"),
    ("TORCH312", "", "p = net(x).argmax(1)  #\n", "p = (net(x) > 0).long().squeeze(-1)"),
    ("TORCH312", "", "_, p = torch.max(out, 1)  #\n", "p = (out > 0.5).long().squeeze(-1)"),
    ("TORCH312", "", "p = torch.max(out, 1)[1]  #\n", "p = (out > 0).long().squeeze(-1)"),
    ("TORCH313", "", "a_val = T(x_val)\nval_dl = DataLoader(a_train, 8)  #\n", "DataLoader(a_val, 8)"),
    (
        "TORCH313",
        "",
        "x_train, x_test, y_train, y_test = f(x, y)\ntest_dl = DataLoader(TensorDataset(x_train, y_train))  #\n",
        "TensorDataset(x_test, y_test)",
    ),
    ("TORCH314", "", "dl = DataLoader(d, 8, True)  #\n", "DataLoader(d, 8, False)"),
    ("TORCH315", "", "def __len__(self):\n    return self.x.size(1)  #\n", "return len(self.x)"),
    ("TORCH316", "", "def f(self, i):\n    return self.x[i], self.y[i - 1]  #\n", "self.x[i], self.y[i]"),
    ("TORCH321", "", "best_model = model  #\n", "import copy\nbest_model = copy.deepcopy(model)"),
    ("TORCH322", "", "a = DataLoader(t, collate_fn=pad)\nb = DataLoader(u)  #\n", "DataLoader(u, collate_fn=pad)"),
    ("KERAS012", "", "m.fit(x, y)  #\nm.compile('adam', 'mse')\n", "m.compile('adam', 'mse')\nm.fit(x, y)"),
    (
        "KERAS012",
        "",
        "m = Sequential([Dense(1, activation='sigmoid')])\nm.fit(x, y)  #\n",
        'm.compile(optimizer="adam", loss="binary_crossentropy")\nm.fit',
    ),
    ("KERAS034", "", "d = from_tensor_slices(x).prefetch(2)\nm.fit(d)  #\n", "slices(x).batch(32).prefetch(2)"),
    ("KERAS034", "d repeats for ever, and", "d = f(x).batch(8).repeat()\nm.fit(d)  #\n", "f(x).batch(8)\n"),
    ("KERAS042", "", "y = to_categorical(y)\nm.fit(x, y, validation_data=(a, b))  #\n", "to_categorical(b)"),
    (
        "KERAS071",
        "",
        "op = o.minimize(l)  #\nfor i in range(9):\n    v = s.run(l, feed_dict=f)\n",
        "_, v = s.run([op, l], ",
    ),
    ("KERAS075", "", "d = Dense(8, input_shape=(4))  #\n", "input_shape=(4,)"),
    (
        "KERAS078",
        "",
        "def g(x, n=8):\n    while True:\n        for i in range(0, len(x), n):\n            yield x[i:i + n]\n"
        "m.fit(g(a))  #\n",
        "m.fit(g(a), steps_per_epoch=len(a) // 8)",
    ),
    ("KERAS089", "", "v = f(x).batch(8).repeat()  #\nm.fit(t, validation_data=v)\n", "v = f(x).batch(8)  #"),
    (
        "KERAS093",
        "",
        "a = a - a.mean(0)\nb = b - a.mean(0)  #\n",
        "a_middle = a.mean(0)\na = a - a_middle\nb = b - a_middle",
    ),
    ("KERAS094", "", "t.fit_on_texts(x_train)\nt.fit_on_texts(x_test)  #\nf()\n", "t.fit_on_texts(x_train)\nf()"),
    (
        "KERAS098",
        "",
        "class M(Model):\n    def __init__(self):  #\n        self.d = 1\n",
        "        super().__init__()\n        self.d",
    ),
    (
        "KERAS099",
        "",
        "steps_per_epoch = 9\ns = CosineDecay(0.1, decay_steps=E)  #\n",
        "decay_steps=E * steps_per_epoch",
    ),
    ("KERAS121", "short is kept at line 1", "short = x\ny = Add()([x, x])  #\n", "Add()([x, short])"),
    (
        "KERAS122",
        "",
        "def f(image, mask):\n    image = flip_left_right(image)  #\n    return image, mask\n",
        "    mask = flip_left_right(mask)\n    return",
    ),
    ("KERAS123", "", "keep = ops.cast(ops.equal(ids, 0), 'float32')  #\n", "ops.not_equal(ids, 0)"),
    ("KERAS123", "", "s = s.masked_fill(ids != 0, low)  #\n", "ids == 0"),
    ("KERAS124", "", "x = x // 255  #\n", "x = x / 255"),
    (
        "KERAS125",
        "",
        "X_train = ((tr_df[c] - mean) / std).to_numpy()\nX_test = te_df[c].to_numpy()  #\n",
        "X_test = ((te_df[c] - mean) / std).to_numpy()",
    ),
    (
        "DATA023",
        "",
        "a = D.from_tensor_slices(x).shuffle(9)\nb = D.from_tensor_slices(y).shuffle(9)\nd = D.zip((a, b))  #\n",
        "a = D.from_tensor_slices(x)\nb = D.from_tensor_slices(y)\nd = D.zip((a, b)).shuffle(9)",
    ),
    (
        "KERAS016",
        "the generator gives binary labels, and the loss is categorical_crossentropy",
        'd = g.flow_from_directory("a", class_mode="binary")  #\n',
        'class_mode="categorical"',
    ),
    (
        "KERAS041",
        "pictures are 128 × 128 here, and the model takes 150 × 150",
        "d = g.flow_from_directory(p, target_size=(128, 128))  #\n",
        "target_size=(150, 150)",
    ),
    ("KERAS128", "", "a = g.flow(x)\nb = g.flow(m)\nf(zip(a, b))  #\n", "a = g.flow(x, seed=1)\nb = g.flow(m, seed=1)"),
    ("KERAS129", "", "y = t.map({'a': 1, 'b': 2})  #\n", "{'a': 0, 'b': 1}"),
    ("TORCH323", "", "loss = ce(out.view(-1, 21), m.view(-1))  #\n", "out.permute(0, 2, 3, 1).reshape(-1, 21)"),
    ("API001", "", "from keras.layers.core import Dense  #\n", "from keras.layers import Dense"),
]
"""(code, the finding's words, a program whose finding stands where `#` does, what an edit writes)."""

ENDED = [
    ("TypeError: list is not a Module subclass", "net = nn.Sequential(layers)  #\n", "nn.Sequential(*layers)"),
    ("ValueError: expected 2D or 3D input (got 1D input)", "y = net(x)  #\n", "net(x.unsqueeze(0))"),
    (
        "RuntimeError: only batches of spatial targets supported (3D tensors) but got targets of dimension: 4",
        "loss = ce(out, masks)  #\n",
        "ce(out, masks.squeeze(1)",
    ),
    (
        "TypeError: optimizer can only optimize Tensors, but one of the params is Module.parameters",
        "o = Adam([a.parameters(), b.parameters()])  #\n",
        "Adam([*a.parameters(), *b.parameters()])",
    ),
    (
        "TypeError: unsupported operand type(s) for +: 'generator' and 'generator'",
        "o = Adam(a.parameters() + b.parameters())  #\n",
        "Adam([*a.parameters(), *b.parameters()])",
    ),
    (
        "TypeError: LBFGS.step() missing 1 required positional argument: 'closure'",
        "for i in r:\n    o.zero_grad()\n    loss = f(x)\n    loss.backward()\n    o.step()  #\n",
        "        loss.backward()\n        return loss\n    loss = o.step(closure)",
    ),
    (
        "TypeError: object of type 'D' has no len()",
        "class D(Dataset):\n    def __getitem__(self, i):\n        return self.x[i]\nd = DataLoader(D())  #\n",
        "    def __len__(self):\n        return len(self.x)\n",
    ),
    (
        "AttributeError: '_SingleProcessDataLoaderIter' object has no attribute 'next'",
        "x = it.next()  #\n",
        "x = next(it)",
    ),
    ("RuntimeError: expected scalar type Float but found Double", "c = CE(weight=w)\nc(a, b)  #\n", "weight=w.float()"),
    (
        "ValueError: Unknown variable: <Variable path=dense/kernel>. This optimizer can only be called for",
        "m.compile(optimizer=opt, loss='mse')  #\n",
        "optimizer=type(opt).from_config(opt.get_config())",
    ),
    ("ValueError: Only instances of `keras.Layer` can be added", "m.add([A(), B()])  #\n", "m.add(A())\nm.add(B())"),
    (
        "ValueError: Input 0 is incompatible with the layer: expected shape=(None, 60, 5), found shape=(None, 5)",
        "m = Dense(4, input_shape=X.shape)  #\n",
        "input_shape=X.shape[1:]",
    ),
    (
        "ValueError: Invalid: `name` must be passed as a keyword argument",
        "w = self.add_weight('w', shape=s)  #\n",
        "name='w'",
    ),
    (
        "TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'",
        "import tensorflow as tf\nwith tf.GradientTape() as t:\n    l = f(w)\nw = w - 0.1 * t.gradient(l, w)  #\n",
        "as t:\n    t.watch(w)\n    l = f(w)",
    ),
    ("TypeError: too many positional arguments", "h = Concatenate()(a, b)  #\n", "Concatenate()([a, b])"),
    (
        "AttributeError: 'M' object has no attribute '_dtype_policy'",
        "class M(Model):\n    def __init__(self):\n        self.d = 1\nM()  #\n",
        "        super().__init__()\n        self.d",
    ),
    (
        "ValueError: No gradients provided for any variable.",
        "with tf.GradientTape() as t:\n    p = m(x).numpy()\n    loss = f(p)\no.apply_gradients(g)  #\n",
        "p = m(x)\n",
    ),
]
"""(what ended a script, the script, with `#` in the line that failed, what an edit writes)."""


@pytest.mark.parametrize(("code", "message", "source", "wanted"), FOUND)
def test_an_edit_against_a_finding_writes_what_was_meant(code, message, source, wanted):
    line = source[: source.index("#")].count("\n") + 1
    texts = [text for text, _, _ in offers(source, Diagnosis("any", message, "", line, code=code), silent=False)]
    assert any(wanted in text for text in texts), texts
    for text in texts:
        ast.parse(text)


@pytest.mark.parametrize(("error", "source", "wanted"), ENDED)
def test_an_edit_against_an_error_writes_what_was_meant(error, source, wanted):
    line = source[: source.index("#")].count("\n") + 1
    texts = [text for text, _ in edits_of(Scene(source, error, State(), line))]
    assert any(wanted in text for text in texts), texts
    before = sum(isinstance(one, ast.stmt) for one in ast.walk(ast.parse(source)))
    for text in texts:
        assert sum(isinstance(one, ast.stmt) for one in ast.walk(ast.parse(text))) >= before, text


def test_what_is_offered_for_networks_is_kept_where_tables_have_offers_by_the_same_code():
    assert not [code for code, entries in NETS.items() if not set(entries) <= set(OFFERS[code])]

"""A program twice as long may take about twice the work: calls are counted, for a clock would tell of the machine."""

import sys
from collections.abc import Callable

import pytest

from mlpilot.tools.diagnose.static.report import check_source

MOST = 5
"""Times as many calls for twice the program: 2 is linear, 4 is quadratic, and what is more grows without bound."""
FORMS = {
    "sums": ("import numpy as np\nx0 = np.ones(3)\n", "x{j} = x{i} + x{i} * x{i}\n", ""),
    "tables": (
        "import pandas as pd\nt0 = pd.read_csv('a.csv')\n",
        "t{j} = pd.concat([t{i}, t{i}]).merge(t{i}, on='k')\nt{j}['c{i}'] = t{i}['a'].mean() - t{i}['b']\n",
        "from sklearn.model_selection import train_test_split\nfrom sklearn.svm import SVC\n"
        "a, b, c, d = train_test_split(t{i}.drop(columns='y'), t{i}['y'])\nprint(SVC().fit(a, c).score(b, d))\n",
    ),
    "one table": (
        "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf['c0'] = df.a\n",
        "df['c{j}'] = df['c{i}'] + df['c{i}'].shift(1)\ndf = df[df['c{j}'] > 0]\n",
        "from sklearn.model_selection import train_test_split\nfrom sklearn.preprocessing import StandardScaler\n"
        "from sklearn.svm import SVC\nX = StandardScaler().fit_transform(df.drop(columns='y'))\nfor i in range(3):\n"
        "    a, b, c, d = train_test_split(X, df['y'])\n    print(SVC().fit(a, c).score(b, d))\n",
    ),
    "a chain": (
        "import pandas as pd\nd = pd.read_csv('a')",
        ".assign(c{i}=lambda t: t.a + t.b).query('a > {i}')",
        "\n",
    ),
    "other names": (
        "from sklearn.linear_model import Ridge\na0 = Ridge()\n",
        "a{j} = a{i}\nb{j} = [a{i}, a{j}]\n",
        "a{i}.fit(X, y)\nprint(a{i}.score(X, y))\n",
    ),
    "branches": (
        "import pandas as pd\nd = pd.read_csv('a')\ny = 0\n",
        "if d.a[{i}]:\n    y = y + 1\nelse:\n    y = y - d.b.mean()\n",
        "",
    ),
    "functions": (
        "import numpy as np\ndef f0(x):\n    return x\n",
        "def f{j}(x):\n    return f{i}(x) + f{i}(x)\n",
        "print(f{i}(np.ones(3)))\n",
    ),
    "models of Keras": (
        "import keras\nx0 = keras.Input((8,))\n",
        "x{j} = keras.layers.Concatenate()([keras.layers.Dense(8)(x{i}), x{i}])\n",
        "m = keras.Model(x0, keras.layers.Dense(1)(x{i}))\nm.compile('adam', 'mse')\nm.fit(a, b)\n",
    ),
    "tensors": (
        "import torch\nfrom torch import nn\nx0 = torch.ones(3, 8)\n",
        "x{j} = torch.relu(nn.Linear(8, 8)(x{i}) + x{i}) * x{i}\n",
        "nn.functional.mse_loss(x{i}, x0).backward()\n",
    ),
    "loops": (
        "import torch\nfrom torch import nn\nm = nn.Linear(2, 1)\no = torch.optim.SGD(m.parameters(), 0.1)\nl0 = 0\n",
        "for e in range(3):\n    for x, y in loader:\n        l{j} = nn.functional.mse_loss(m(x), y) + l{i}\n"
        "        o.zero_grad(); l{j}.backward(); o.step()\n",
        "",
    ),
    "classes": (
        "import torch\nfrom torch import nn\nclass N0(nn.Linear):\n    pass\n",
        "class N{j}(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = N{i}()\n"
        "        self.b = N{i}()\n    def forward(self, x):\n        return self.a(x) + self.b(x)\n",
        "N{i}()(torch.ones(2, 8)).sum().backward()\n",
    ),
}
"""(what stands first, what is repeated, what stands last); `{i}` is the one before, `{j}` the one that is made."""


def program(name: str, times: int) -> str:
    first, repeated, last = FORMS[name]
    return first + "".join(repeated.format(i=at, j=at + 1) for at in range(times)) + last.format(i=times)


def calls(work: Callable[[], object], most: int = 10_000_000) -> int:
    """How many functions of Python it calls; given up beyond `most`."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event == "call"
        if count > most:
            raise TimeoutError

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    except TimeoutError:
        pass
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", FORMS)
def test_twice_the_program_is_not_many_times_the_work(name):
    short = calls(lambda: check_source(program(name, 12)))
    long = calls(lambda: check_source(program(name, 24)), MOST * short)
    assert 1.2 * short < long <= MOST * short


def test_what_grows_without_bound_is_seen():
    def again(depth: int) -> None:
        for _ in range(2 * (depth > 0)):
            again(depth - 1)

    short = calls(lambda: again(8))
    assert calls(lambda: again(16), MOST * short) > MOST * short

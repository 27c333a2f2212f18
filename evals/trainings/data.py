"""Tables, images and sequences for the trainings: code that makes them, without anything to download.

Each leaves `X` (float32) and `y`: (rows, columns) for dense nets, (rows, 8, 8) for convolutional ones, (rows, steps,
values) for recurrent ones; `y` is int64 classes, or float32 values near mean zero and deviation one.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One way to make data."""

    kind: str
    """The kind of model it is for."""
    imports: tuple[str, ...]
    """Lines of import."""
    code: str
    """Lines that leave X and y."""
    shape: tuple[int, ...]
    """Of one row."""
    classes: int
    """0 for a regression."""
    raw: bool = False
    """Whether it must be brought to a common scale before it is of use."""


_SKLEARN = "from sklearn.datasets import {}".format

TABLES = (
    Table(
        "dense",
        (_SKLEARN("load_digits"),),
        "X, y = load_digits(return_X_y=True)\nX = X[:700].astype(np.float32) / 16.0\ny = y[:700].astype(np.int64)",
        (64,),
        10,
    ),
    Table(
        "dense",
        (_SKLEARN("load_breast_cancer"),),
        "data = load_breast_cancer()\nX = data.data.astype(np.float32)\ny = data.target.astype(np.int64)",
        (30,),
        2,
        raw=True,
    ),
    Table(
        "dense",
        (_SKLEARN("make_classification"),),
        "X, y = make_classification(\n    n_samples=600, n_features=20, n_informative=10, n_classes=4, class_sep=2.0, "
        "random_state=3\n)\nX = X.astype(np.float32) / 3.0\ny = y.astype(np.int64)",
        (20,),
        4,
    ),
    Table(
        "dense",
        (_SKLEARN("make_friedman1"),),
        "X, y = make_friedman1(n_samples=600, n_features=8, random_state=7)\nX = (X.astype(np.float32) * 100.0)\n"
        "y = ((y - 14.4) / 5.0).astype(np.float32)",
        (8,),
        0,
        raw=True,
    ),
    Table(
        "convolutional",
        (_SKLEARN("load_digits"),),
        "digits = load_digits()\nX = (digits.images[:500] / 16.0).astype(np.float32)\n"
        "y = digits.target[:500].astype(np.int64)",
        (8, 8),
        10,
    ),
    Table(
        "convolutional",
        (),
        "rng = np.random.default_rng(11)\ny = rng.integers(0, 3, size=400)\n"
        "X = 0.3 * rng.normal(size=(400, 8, 8)).astype(np.float32)\nfor row, kind in enumerate(y):\n"
        "    at = rng.integers(1, 7)\n    if kind == 0:\n        X[row, at, :] += 1.0  # a bar that lies\n"
        "    elif kind == 1:\n        X[row, :, at] += 1.0  # a bar that stands\n    else:\n"
        "        X[row, at - 1 : at + 2, at - 1 : at + 2] += 1.0  # a blot",
        (8, 8),
        3,
    ),
    Table(
        "recurrent",
        (_SKLEARN("load_digits"),),
        "digits = load_digits(n_class=6)\nX = (digits.images[:450] / 16.0).astype(np.float32)\n"
        "y = digits.target[:450].astype(np.int64)",
        (8, 8),
        6,
    ),
    Table(
        "recurrent",
        (),
        "rng = np.random.default_rng(5)\nt = np.arange(14)\ny = rng.integers(0, 3, size=400)\n"
        "phase = rng.uniform(0, 2 * np.pi, size=400)\nspeed = np.array([0.25, 0.8, 1.9])[y]\n"
        "X = np.sin(speed[:, None] * t[None, :] + phase[:, None]) + 0.1 * rng.normal(size=(400, 14))\n"
        "X = X[:, :, None].astype(np.float32)",
        (14, 1),
        3,
    ),
    Table(
        "recurrent",
        (),
        "rng = np.random.default_rng(21)\nX = rng.normal(size=(500, 12, 2)).astype(np.float32)\n"
        "y = (X[:, :, 0].sum(axis=1) > X[:, :, 1].sum(axis=1)).astype(np.int64)",
        (12, 2),
        2,
    ),
)

"""What a mend must never do: make draws alike that were meant to differ, vary what is studied, overrule a verdict."""

import ast
from types import SimpleNamespace

import pytest

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.inside import mlpilot_loading
from mlpilot.tools.mending.complaints import failure, own_verdict
from mlpilot.tools.mending.ended.meant import loses, meant
from mlpilot.tools.mending.running import Ended, Told
from mlpilot.tools.mending.tables import leak, settings

IMPORTS = "from sklearn.model_selection import train_test_split\nfrom sklearn.tree import DecisionTreeClassifier\n"
SPLIT = "a, b = train_test_split(x)"


@pytest.mark.parametrize(
    "text",
    [
        f"for i in range(9):\n    {SPLIT}\n",
        f"while go():\n    {SPLIT}\n",
        "parts = [train_test_split(x) for _ in range(9)]\n",
        f"def once():\n    {SPLIT}\n    return b\nscores = [once() for _ in range(9)]\n",
        f"def inner():\n    {SPLIT}\ndef once():\n    inner()\nonce()\nonce()\n",
        f"def once():\n    {SPLIT}\nParallel()(delayed(once)() for _ in range(9))\n",
        f"class Trial:\n    def run(self):\n        {SPLIT}\nfor _ in range(9):\n    Trial().run()\n",
        "draw = lambda: train_test_split(x)\n",
        f"@repeat(9)\ndef once():\n    {SPLIT}\nonce()\n",
        f"def again():\n    {SPLIT}\n    again()\n",
    ],
)  # fmt: skip
def test_what_is_drawn_again_and_again_gets_no_seed(text):
    assert settings.seeded_split(IMPORTS + text) is None
    assert settings.seeded(IMPORTS + text.replace("train_test_split(x)", "DecisionTreeClassifier()")) is None


@pytest.mark.parametrize(
    "text",
    [
        f"{SPLIT}\n",
        f"def main():\n    {SPLIT}\nif __name__ == '__main__':\n    main()\n",
        "for part in train_test_split(x):\n    print(part)\n",
        f"with open('f') as f:\n    if f:\n        {SPLIT}\nelse_ = 1\n",
    ],
)
def test_what_is_drawn_once_gets_its_seed(text):
    assert (settings.seeded_split(IMPORTS + text) or ("",))[0].count("random_state=0") == 1


@pytest.mark.parametrize(
    "written", ["max_iter=n", "max_iter=LIMIT", "max_iter=5, warm_start=True", "**settings", "max_iter=int(argv[1])"]
)
def test_iterations_that_are_varied_or_few_by_intent_are_left_alone(written):
    told = Told("ConvergenceWarning", "", 2, "SGDClassifier", 5)
    assert settings.more_iterations(f"n = 5\nm = SGDClassifier({written}).fit(X, y)\n", told, 50) is None


@pytest.mark.parametrize(
    ("source", "line", "evidence", "theirs"),
    [
        (
            "if bad:\n    raise ValueError(\n        'Input contains NaN.')\n",
            2,
            "ValueError: Input contains NaN.",
            True,
        ),
        ("assert score < 1\n", 1, "AssertionError", True),
        ("assert m.fit(X)\n", 1, "ValueError: Input contains NaN.", False),
        ("m.fit(X)\n", 1, "ValueError: Input contains NaN.", False),
    ],
)
def test_what_the_script_itself_refuses_is_its_own_verdict(source, line, evidence, theirs):
    assert own_verdict(source, Diagnosis("value-error", "", evidence, line)) is theirs


HEAD = (
    "from sklearn.preprocessing import StandardScaler\nfrom sklearn.model_selection import train_test_split\n"
    "scaler = StandardScaler()\n"
)
FIT = "X = scaler.fit_transform(df[['p']])\na, b, c, d = train_test_split(X, y)\n"


def test_what_a_function_above_reads_later_is_not_changed_under_its_hands():
    found = Diagnosis("leak", "", line=6, code="LEAK001")
    above = "def report():\n    print(X.mean())\n"
    assert leak.fitted_after_split(HEAD + above + FIT + "report()\n", found) is None
    assert leak.fitted_after_split(HEAD + above.replace("X", "z") + FIT, found) is not None


def ended(kind, said, traceback="", stderr=""):
    return Ended("error", "", stderr, CellError(kind, said, f"{traceback}\n\n{kind}: {said}"))


@pytest.mark.parametrize(
    ("source", "how", "says", "remedy"),
    [
        ("n = input()\n", ended("StdinNotImplementedError", "raw_input was called"), "asks for input", "default"),
        ("f = open('data/a.csv')\n", ended("FileNotFoundError", "[Errno 2] No such file or directory: 'data/a.csv'"),
         "no 'data/a.csv'", "--mount data"),
        ("f = open('/d/a.csv')\n", ended("FileNotFoundError", "[Errno 2] No such file or directory: '/d/a.csv'"),
         "no '/d/a.csv'", "--mount /d/a.csv, and it is seen as a.csv"),
        ("p.parse_args()\n", ended("SystemExit", "2", stderr="error: the following arguments are required: table"),
         "run without any: table", "defaults"),
        ("t = sys.argv[1]\n", ended("IndexError", "list index out of range", "File solution.py:1"), "arguments",
         "defaults"),
        ("k = os.environ['KEY']\n", ended("KeyError", "'KEY'", "File solution.py:1"), "KEY is not set", "default"),
        ("urlopen(u)\n", ended("URLError", "<urlopen error [Errno -3] Temporary failure in name resolution>"),
         "no network", "beside the script"),
        ("import own\n", ended("AttributeError", "no x", "File solution.py:1\n\nFile ~/own.py:7\n\nFile /l/m.py:3"),
         "own.py fails at its line 7", "check own.py"),
    ],
)  # fmt: skip
def test_what_the_sandbox_does_not_have_is_said_with_what_to_do(source, how, says, remedy):
    found = failure(how, source, "a.py")
    assert says in found.message and remedy in found.remedy


def test_a_helper_that_calls_back_into_the_script_is_not_to_blame():
    how = ended("AttributeError", "no x", "File solution.py:1\n\nFile ~/own.py:7, in f()\n\nFile solution.py:1, in g()")
    assert "own.py" not in failure(how, "import own\n", "a.py").message


def unknown(source, evidence):
    """What is tried against an argument that a library does not know."""
    broken = Diagnosis("type-error", "", evidence, 1)
    texts = [text for text, _ in meant(source, ast.parse(source), broken)]
    return texts, loses(ast.parse(source), broken)


SAID = "InvalidParameterError: "
UNEXPECTED = "TypeError: {}.__init__() got an unexpected keyword argument '{}'"


@pytest.mark.parametrize(
    ("source", "evidence", "texts", "lost"),
    [
        ("m = RandomForestClassifier(class_weigth='balanced')\n",
         UNEXPECTED.format("RandomForestClassifier", "class_weigth"),
         ["m = RandomForestClassifier(class_weight='balanced')\n"], True),
        ("m = Ridge(normalize=True)\n", UNEXPECTED.format("Ridge", "normalize"), [], True),
        ("m = Ridge(normalize=False)\n", UNEXPECTED.format("Ridge", "normalize"), [], False),
        ("m = Adam(learning_rate=0.5)\n", UNEXPECTED.format("Adam", "learning_rate"), [], True),
        ("m = KMeans(n_jobs=4)\n", UNEXPECTED.format("KMeans", "n_jobs"), [], False),
        ("m = SVC(kernel='rfb')\n", SAID + "The 'kernel' parameter of SVC must be a str among {'linear', "
         "'rbf'} or a callable. Got 'rfb' instead", ['m = SVC(kernel="rbf")\n'], True),
        ("m = SVC(C=-1)\n", SAID + "The 'C' parameter of SVC must be a float in the range (0.0, inf). "
         "Got -1 instead", [], True),
        ("m = SVC(gamma='auto_deprecated')\n", SAID + "The 'gamma' parameter of SVC must be a str among "
         "{'scale', 'auto'}. Got 'auto_deprecated' instead", [], False),
    ],
)  # fmt: skip
def test_what_was_asked_for_is_written_right_or_told_and_not_left_out(source, evidence, texts, lost):
    assert unknown(source, evidence) == (texts, lost)


class Loader:
    """Takes what PyTorch's does, and needs no PyTorch."""

    def __init__(
        self, dataset, batch_size=1, num_workers=0, timeout=0, *, prefetch_factor=None, persistent_workers=False
    ):
        self.taken = dataset, batch_size, num_workers, timeout, prefetch_factor, persistent_workers


def test_a_loader_has_no_workers_within_the_walls_and_is_else_what_was_asked_for():
    torch = SimpleNamespace(utils=SimpleNamespace(data=SimpleNamespace(DataLoader=Loader)))
    mlpilot_loading.without_workers(torch)
    assert Loader([1], 8, 4, 5, prefetch_factor=2, persistent_workers=True).taken == ([1], 8, 0, 0, None, False)
    assert Loader([1], batch_size=8, num_workers=2).taken == ([1], 8, 0, 0, None, False)
    assert Loader([1], 8, timeout=0).taken == ([1], 8, 0, 0, None, False)

"""Edits of scripts: what `check` finds and what errors say, the smallest edit for it; and what is not touched."""

import json

import pytest

from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.complaints import failure
from mlpilot.tools.mending.ended.raised import mend_raised
from mlpilot.tools.mending.known import mend_found
from mlpilot.tools.mending.running import Ended, Told, _notes, as_solution
from mlpilot.tools.mending.tables import leak, settings
from mlpilot.tools.mending.work import original_line

PANDAS = "import pandas as pd\ndf = pd.read_csv('a.csv')\n"


def edited(source, *codes):
    """The source with the first finding of these codes mended."""
    found = [one for one in check_source(source) if one.code in codes]
    assert found, check_source(source)
    mended = mend_found(source, found[0])
    return mended and mended[0]


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("API003", "import numpy as np\nx = (np.Inf, -np.Inf)\n", "import numpy as np\nx = (np.inf, -np.inf)\n"),
        ("API003", "import numpy\nx = numpy.product([1])  # ü\n", "import numpy\nx = numpy.prod([1])  # ü\n"),
        ("API004", PANDAS + "for a, b in df.iteritems(): pass\n", PANDAS + "for a, b in df.items(): pass\n"),
        (
            "API004",
            PANDAS + "df = df.append(df[:3],\n               ignore_index=True)  # more\n",
            PANDAS + "df = pd.concat([df, df[:3]], ignore_index=True)  # more\n",
        ),
        ("API004", PANDAS + "df = df.append({'a': 1})\n", PANDAS + "df = pd.concat([df, pd.DataFrame([{'a': 1}])])\n"),
        (
            "API005",
            "from sklearn.manifold import TSNE\nt = TSNE(2, n_iter=500)\n",
            "from sklearn.manifold import TSNE\nt = TSNE(2, max_iter=500)\n",
        ),
        ("PANDAS001", PANDAS + "df['a'].fillna(0, inplace=True)\n", PANDAS + "df['a'] = df['a'].fillna(0)\n"),
        ("PANDAS002", PANDAS + "df.dropna()\n", PANDAS + "df = df.dropna()\n"),
    ],
)  # fmt: skip
def test_what_check_finds_has_its_smallest_edit(code, before, after):
    assert edited(before, code) == after


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("API002", "from sklearn.datasets import load_boston\n"),
        ("API003", "import numpy as np\nx = np.asfarray([1])\n"),
        ("API005", "from sklearn.linear_model import Ridge\nr = Ridge(normalize=True)\n"),
    ],
)
def test_what_needs_a_thought_is_left_alone(code, source):
    assert edited(source, code) is None


def raised(source, line, evidence):
    return [text for text, _ in mend_raised(source, Diagnosis("value-error", "", evidence, line))]


def test_a_parameter_of_a_pipeline_gets_its_last_step_first():
    source = 'p = Pipeline([("scale", S()), ("svm", SVC())])\ng = GridSearchCV(p, {"C": [1], "svm__tol": [2]})\n'
    first, *others = raised(source, 2, "ValueError: Invalid parameter 'C' for estimator Pipeline(steps=")
    assert '{"svm__C": [1], "svm__tol": [2]}' in first and any('"scale__C"' in text for text in others)


@pytest.mark.parametrize(("labels", "count"), [("['no' 'yes']", 1), ("['cat' 'dog']", 0), ("['a' 'no' 'yes']", 0)])
def test_the_positive_class_is_named_only_where_it_says_so(labels, count):
    evidence = f"ValueError: pos_label=1 is not a valid label. It should be one of {labels}"
    assert len(raised("print(f1_score(a, b))\n", 1, evidence)) == count


def test_seeds_are_given_to_what_draws_by_chance_and_has_none():
    source = (
        "from sklearn.model_selection import KFold, train_test_split\n"
        "from sklearn.ensemble import RandomForestClassifier as F, RandomForestClassifier\n"
        "a, b = train_test_split(x,\n    y,\n)\n"
        "c = train_test_split(x, shuffle=False), train_test_split(x, random_state=3), train_test_split(x, **more)\n"
        "k = KFold(3), KFold(3, shuffle=True), RandomForestClassifier()\n"
        "other.RandomForestClassifier()\n"
    )
    split = settings.seeded_split(source)
    assert split is not None
    assert split[0] == source.replace("y,\n)", "y,\n    random_state=0,\n)")
    assert split[0].count("random_state=0") == 1
    further = settings.seeded(split[0])
    assert further is not None
    assert "KFold(3), KFold(3, shuffle=True, random_state=0), RandomForestClassifier(random_state=0)" in further[0]
    assert "other.RandomForestClassifier()" in further[0]


def test_iterations_are_bounded_and_only_for_the_estimator_that_asked():
    source = "a = Lasso(alpha=1)\nb = LinearSVC(max_iter=5)\n"
    told = Told("ConvergenceWarning", "", 2, "LinearSVC", 5)
    assert settings.more_iterations(source, told, 50) == (source.replace("=5", "=50"), "max_iter=50 for LinearSVC")
    assert settings.more_iterations(source, told, 10**9) is None
    assert settings.more_iterations(source, Told("ConvergenceWarning", "", 2, "", 0), 50) is None


SPLIT = "a, b, c, d = train_test_split(X, y)\n"
HEAD = (
    "from sklearn.preprocessing import StandardScaler\nfrom sklearn.model_selection import train_test_split\n"
    "import pandas as pd\ndf = pd.read_csv('a.csv')\ny = df.pop('y')\nscaler = StandardScaler()\n"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "X = scaler.fit_transform(df)\n" + SPLIT,
            "a, b, c, d = train_test_split(df, y)\na = scaler.fit_transform(a)\nb = scaler.transform(b)\n",
        ),
        (
            "scaler.fit(df)\nX = scaler.transform(df)\n" + SPLIT,
            "a, b, c, d = train_test_split(df, y)\na = scaler.fit_transform(a)\nb = scaler.transform(b)\n",
        ),
        (
            "X = scaler.fit_transform(df[['p']])\nz = df['q']\n" + SPLIT,
            "X = df[['p']]\nz = df['q']\n" + SPLIT + "a = scaler.fit_transform(a)\nb = scaler.transform(b)\n",
        ),
        ("X = scaler.fit_transform(df)\nprint(X)\n" + SPLIT, None),  # it is read elsewhere, too
        ("X = scaler.fit_transform(df)\ndf['p'] = 0\n" + SPLIT, None),  # what was given changes in between
        ("X = scaler.fit_transform(df)\nX = X * 2\n" + SPLIT, None),
    ],
)
def test_a_fit_goes_below_the_split_only_where_that_changes_nothing_else(before, after):
    source = HEAD + before
    found = [one for one in check_source(source) if one.code == "LEAK001"]
    assert found
    asked = leak.fitted_after_split(source, found[0])
    assert (asked and asked.text) == (after and HEAD + after)


def test_frames_of_the_script_are_found_whatever_it_is_called():
    traceback = "File ~/my script+.py:3\nCell In[1], line 1\nFile /opt/my script+.pyx:9, in f()\n"
    assert as_solution(traceback, "my script+.py").startswith("File solution.py:3\n")
    assert "my script+.pyx:9" in as_solution(traceback, "my script+.py")
    error = CellError("ValueError", "no", "File solution.py:2, in f()\nFile /x/lib.py:7\n")
    found = failure(Ended("error", "", "", error), "if a:\n  b\nc\n", "s.py")
    assert found is not None
    assert (found.line, found.column, found.code, found.path) == (2, 3, "RUN001", "s.py")


def test_an_argument_that_their_own_function_does_not_know_is_theirs_to_mend():
    said = "train() got an unexpected keyword argument 'lr'"
    error = CellError("TypeError", said, "File solution.py:3\n")
    found = failure(Ended("error", "", "", error), "def train():\n    pass\ntrain(lr=1)\n", "s.py")
    assert found is not None
    assert found.message == f"TypeError: {said}"


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"\xff", b"{", b"[" * 100_000, b'{"warnings": 3, "fits": [1, {"line": "x", "rows": -1}]}']
)
def test_notes_from_inside_are_taken_only_as_far_as_they_have_the_form(data):
    told, fits = _notes(data)
    assert told == () and all((fit.line, fit.rows) == (0, 0) for fit in fits)


def test_many_notes_are_cut():
    told, _ = _notes(json.dumps({"warnings": [{"message": "x" * 1000}] * 110}).encode())
    assert len(told) == 100 and all(len(one.message) <= 500 for one in told)


def test_lines_of_a_mended_text_are_told_as_those_of_the_file():
    before, after = "a\nb\nc\n", "new\na\nB\nc\n"
    assert [original_line(before, after, line) for line in (2, 3, 4)] == [1, 2, 3]

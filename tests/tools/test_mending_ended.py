"""Scripts that end with an exception: the search of small edits, each proven by runs, and edits it never offers."""

import ast
from pathlib import Path

import pytest

from mlpilot.agent.settings import sandbox_for
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.complaints import failure
from mlpilot.tools.mending.ended import state
from mlpilot.tools.mending.ended.candidates import MOST, candidates
from mlpilot.tools.mending.loop import mend
from mlpilot.tools.mending.running import Runner

IMPORTS = "import numpy, pandas, sklearn.linear_model, sklearn.model_selection, sklearn.svm\n"
WINE = "from sklearn.datasets import load_wine\nX, y = load_wine(return_X_y=True)\n"
TABLE = "import pandas as pd\ndf = pd.DataFrame({'Age': [1, 2, 3], 'g': ['a', 'b', 'a'], 'v': [1.0, 2.0, 4.0]})\n"

MENDED = {
    "parts of a split": (
        WINE + "from sklearn.model_selection import train_test_split\nfrom sklearn.svm import SVC\n"
        "a_train, y_train, a_test, y_test = train_test_split(X, y, random_state=0)\n"
        "print('accuracy', SVC().fit(a_train, y_train).score(a_test, y_test))\n",
        "a_train, a_test, y_train, y_test = train_test_split",
    ),
    "a step by another name": (
        WINE + "from sklearn.model_selection import GridSearchCV\nfrom sklearn.pipeline import Pipeline\n"
        "from sklearn.svm import SVC\np = Pipeline([('clf', SVC())])\n"
        "print('best', GridSearchCV(p, {'classifier__C': [1, 2]}, cv=3).fit(X, y).best_score_)\n",
        '"clf__C"',
    ),
    "one row": (
        WINE + "from sklearn.svm import SVC\nm = SVC().fit(X, y)\nfor row in X[:2]:\n    print(m.predict(row))\n",
        "m.predict(row.reshape(1, -1))",
    ),
    "fitted anew on new rows": (
        "from sklearn.feature_extraction.text import CountVectorizer\nfrom sklearn.naive_bayes import MultinomialNB\n"
        "v, m = CountVectorizer(), MultinomialNB()\nm.fit(v.fit_transform(['a good days', 'bad']), [1, 0])\n"
        "def route(texts):\n    return m.predict(v.fit_transform(texts))\nprint(route(['days']))\n",
        "m.predict(v.transform(texts))",
    ),
    "rows that have no past": (
        "import pandas as pd\nfrom sklearn.linear_model import LinearRegression\n"
        "s = pd.DataFrame({'v': [float(i * i % 7) for i in range(30)]})\ns['lag'] = s['v'].shift(1)\n"
        "m = LinearRegression().fit(s[['lag']], s['v'])\nprint('slope', m.coef_)\n",
        "s = s.dropna(subset=['lag'])",
    ),
    "the same fault twice": (
        TABLE + "print(df['age'].mean())\ndf['w'] = df['V'] * 2\nprint(df['w'].sum())\n",
        'df["Age"].mean()',
    ),
    "in the caller": (
        "def halve(xs, n):\n    return [xs[i] for i in range(n)]\n"
        "size = len([1, 2, 3]) / 2\nprint(halve([1, 2, 3], size))\n",
        "range(int(n))",
    ),
    "a table row by row": (
        TABLE + "def kind(v):\n    if v > 2:\n        return 'high'\n    else:\n        return 'low'\n"
        "df['kind'] = kind(df['v'])\nprint(df['kind'].tolist())\n",
        "df['v'].apply(kind)",
    ),
    "a name that hides its function": (
        "from sklearn.metrics import accuracy_score\nfor p in ([1, 0], [1, 1]):\n"
        "    accuracy_score = accuracy_score([1, 1], p)\n    print('accuracy', accuracy_score)\n",
        "accuracy_score_value = accuracy_score([1, 1], p)",
    ),
    "rows left out on one side": (
        TABLE + "from sklearn.linear_model import LinearRegression\nX, y = df[['v']], df['Age']\nX = X[X['v'] > 1]\n"
        "print('slope', LinearRegression().fit(X, y).coef_)\n",
        "y = y.loc[X.index]",
    ),
    "infinity, and dates": (
        TABLE + "import numpy as np\nfrom sklearn.ensemble import RandomForestRegressor\n"
        "df['day'] = pd.date_range('2020-01-01', periods=3)\ndf['r'] = df['v'] / (df['v'] - 1)\n"
        "X = df[['v', 'r', 'day']]\nprint('rows', RandomForestRegressor(2).fit(X, df['Age']).n_features_in_)\n",
        "X = X.replace([np.inf, -np.inf], np.nan)",
    ),
    "gaps in whole numbers": (
        TABLE + "df.loc[1, 'v'] = None\ndf['v'] = df['v'].astype(int)\nprint('v', df['v'].sum())\n",
        "df['v'].fillna(df['v'].median()).astype(int)",
    ),
    "one setting that is no list": (
        WINE + "from sklearn.model_selection import GridSearchCV\nfrom sklearn.svm import SVC\n"
        "print('best', GridSearchCV(SVC(), {'C': 2.0, 'gamma': ['auto']}, cv=3).fit(X, y).best_score_)\n",
        "{'C': [2.0], 'gamma': ['auto']}",
    ),
    "nothing given back": (
        "class Sums:\n    def total(self, xs):\n        s = 0\n        for x in xs:\n            s += x\n"
        "print(Sums().total([1]) + 1)\n",
        "        return s",
    ),
}
LEFT = {
    "its own verdict": "x = 1\nassert x == 2, 'no'\n",
    "nothing is near": "print(quux * 2)\n",
}


@pytest.fixture(scope="module")
def runner():
    with Runner(sandbox_for("auto"), [], "", Path("script.py"), IMPORTS, 60.0) as ready:
        yield ready


@pytest.mark.parametrize("name", MENDED)
def test_a_script_is_mended_and_seen_to_end_well_twice(runner, name):
    source, wanted = MENDED[name]
    result = mend(source, "script.py", runner.run, check_source(source, "script.py"))
    assert result.status == "repaired" and result.runs == 2, result.reason
    assert wanted in result.source and result.proofs[0].after == "ended well, twice"


@pytest.mark.parametrize("name", LEFT)
def test_what_cannot_be_mended_is_left_as_it_is(runner, name):
    source = LEFT[name]
    result = mend(source, "script.py", runner.run, check_source(source, "script.py"))
    assert result.status == "not_repaired" and result.source == source and result.reason


def test_a_package_that_is_missing_is_told_with_what_to_do(runner):
    source = "import no_such_package_of_ours\n"
    result = mend(source, "script.py", runner.run, check_source(source, "script.py"))
    assert result.status == "not_repaired" and "no rule is sure" not in result.reason
    assert "install" in result.reason


@pytest.mark.parametrize("name", ["parts of a split", "the same fault twice", "nothing given back"])
def test_no_edit_takes_a_statement_out_catches_an_error_or_empties_what_is_asked(runner, name):
    source = MENDED[name][0]
    ended = runner.run(source)
    broken = failure(ended, source, "script.py")
    offered = list(candidates(source, broken, ended))
    assert 0 < len(offered) <= MOST and len({text for text, _ in offered}) == len(offered)
    before = ast.parse(source)
    for text, what in offered:
        tree = ast.parse(text)
        assert sum(isinstance(one, ast.stmt) for one in ast.walk(tree)) >= statements(before), what
        assert not any(isinstance(one, ast.Try) for one in ast.walk(tree)), what
        assert calls_of(tree, "print") == calls_of(before, "print"), what


def statements(tree):
    return sum(isinstance(one, ast.stmt) for one in ast.walk(tree))


def calls_of(tree, name):
    return sum(isinstance(one, ast.Call) and getattr(one.func, "id", "") == name for one in ast.walk(tree))


def test_the_state_is_taken_only_as_far_as_it_has_the_form():
    for data in (b"", b"[]", b"{", b'{"frames": 3}', b"x" * (state.MOST_BYTES + 1), b"[" * 40_000):
        assert state.read(data) == state.State()
    told = b'{"frames": [{"line": -3, "place": [1], "values": {"x": {"shape": ["a", 2], "number": "x"}}}, 5]}'
    (frame,) = state.read(told).frames
    assert frame.line == 0 and frame.place is None
    assert frame.values["x"].shape == (2,) and frame.values["x"].number is None

"""What the probe sees in real runs: an honest edit is believed, and one that only hides the fault is not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.claims import proven
from mlpilot.tools.mending.offers import OFFERS, offers
from mlpilot.tools.mending.probing import Seen
from mlpilot.tools.mending.running import Ended, facts_of

INSIDE = Path(__file__).resolve().parents[2] / "tools" / "inside"
RUNS = """
import contextlib, io, json, os, sys
sys.path.insert(0, sys.argv[1])
import mlpilot_probe
probe = mlpilot_probe.begin("pandas", "sklearn")
for source in json.load(sys.stdin):
    read, write = os.pipe()
    if os.fork() == 0:
        said, names = io.StringIO(), {"__name__": "__main__"}
        with contextlib.redirect_stdout(said):
            exec(source, names)
        told = json.dumps([said.getvalue(), mlpilot_probe.tell(probe, names)])
        os.write(write, told.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        print(answer.read() or "null")
    os.wait()
"""
"""Each source in a fork of its own, so that nothing of one is noted of another."""


KNOWN = {}
"""Script → what was seen of it."""


def runs(*sources):
    """What a probe saw of each script; nothing, where it ended with an error."""
    new = [one for one in dict.fromkeys(sources) if one not in KNOWN]
    KNOWN.update(zip(new, seen_anew(new) if new else [], strict=True))
    return [KNOWN[one] for one in sources]


def seen_anew(sources):
    command = [sys.executable, "-c", RUNS, str(INSIDE)]
    done = subprocess.run(command, input=json.dumps(sources), capture_output=True, text=True, check=True)
    found = []
    for line in done.stdout.splitlines():
        told = json.loads(line) or ["", {}]
        facts = facts_of(json.dumps(told[1]).encode())
        found.append(Seen(Ended("ok" if facts else "error", told[0], "", None, facts=facts), told[0], facts))
    return found


FRAME = """import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
rng = np.random.default_rng(0)
df = pd.DataFrame({"age": rng.normal(size=200), "key": rng.integers(0, 60, 200), "sales": np.arange(200.0)})
df["y"] = (df["age"] + rng.normal(size=200) > 0).astype(int)
"""
FILLED = (
    FRAME
    + """df.loc[::5, "age"] = np.nan
fill = df["age"].mean()
df["age"] = df["age"].fillna(fill)
X = df.drop(columns=["y"])
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
print(len(X_train), X_train["age"].sum())
"""
)
GROUPED = (
    FRAME
    + """df["of_key"] = df.groupby("key")["sales"].transform("mean")
train, test = train_test_split(df, random_state=0)
used = ["age", "of_key"]
print("R2", LinearRegression().fit(train[used], train["sales"]).score(test[used], test["sales"]))
"""
)
MOVED = (
    FRAME
    + """df["lag"] = df["sales"].shift(-1)
df = df.dropna()
train, test = df[:150], df[150:]
model = LinearRegression().fit(train[["lag"]], train["sales"])
print("error", abs(model.predict(test[["lag"]]) - test["sales"]).mean())
"""
)
CHOSEN = (
    FRAME
    + """X, y = df[["age", "sales"]], df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression().fit(X_train, y_train)
limits = np.linspace(0.1, 0.9, 9)
p = model.predict_proba(X_test)[:, 1]
scores = [f1_score(y_test, p > t) for t in limits]
best = limits[int(np.argmax(scores))]
print("F1", f1_score(y_test, p > best))
"""
)
AGAIN = "X_train, X_val, y_train, y_val = train_test_split(X_train, y_train, random_state=0)\n"
GROUPS = """from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score
X, y = load_iris(return_X_y=True)
groups = KMeans(3, n_init=2, random_state=1).fit_predict(X)
print("agreement", accuracy_score(y, groups))
"""
STACKED = (
    FRAME
    + """left, right = df[["age"]], df[["sales", "y"]]
table = pd.concat([left, right]).fillna(0).iloc[:200]
X_train, X_test = train_test_split(table, random_state=0)
print(len(table))
"""
)
COPIES = (
    FRAME
    + """more = df[df.y == 1]
most = pd.concat([df, more, more, more])
train, test = train_test_split(most, random_state=0)
model = LogisticRegression().fit(train[["age", "sales"]], train["y"])
print("accuracy", accuracy_score(test["y"], model.predict(test[["age", "sales"]])))
"""
)
SCALED = (
    FRAME
    + """X, y = df[["age", "sales"]].to_numpy(), df["y"].to_numpy()
X = (X - X.mean(axis=0)) / X.std(axis=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression().fit(X_train, y_train)
print("accuracy", accuracy_score(y_test, model.predict(X_test)))
"""
)
OWN = "center, scale = X_train[:{n}].mean(axis=0), X_train[:{n}].std(axis=0)\nX_train = (X_train - center) / scale\n"
TEST = "X_test = (X_test - center) / scale\n"
FOLDED = """import numpy as np
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
X, y = load_wine(return_X_y=True)
X -= X.mean(axis=0)
X /= X.std(axis=0)
hits = []
for train, test in KFold(4, shuffle=True, random_state=0).split(X):
    model = LogisticRegression(max_iter=500).fit(X[train], y[train])
    hits.append(np.mean(model.predict(X[test]) == y[test]))
print("accuracy", np.mean(hits))
"""
MADE = (
    FRAME
    + """from sklearn.preprocessing import StandardScaler
class Data:
    def __init__(self, frame, seed=0):
        self.frame = frame
        self.seed = seed
        self.scaler = StandardScaler().fit(self.frame[["age", "sales"]])

    def parts(self):
        X = self.scaler.transform(self.frame[["age", "sales"]])
        return train_test_split(X, self.frame["y"], random_state=self.seed)

X_train, X_test, y_train, y_test = Data(df).parts()
print("accuracy", LogisticRegression().fit(X_train, y_train).score(X_test, y_test))
"""
)
SELECTED = (
    FRAME
    + """from sklearn.feature_selection import SelectKBest
X, y = rng.normal(size=(200, 40)), df["y"]
X = SelectKBest(k=5).fit_transform(X, y)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression().fit(X_train, y_train)
print("accuracy", accuracy_score(y_test, model.predict(X_test)))
"""
)


def replaced(source, *pairs):
    for old, new in pairs:
        assert old in source
        source = source.replace(old, new)
    return source


CHEATS = {
    "fills by the mean of a few rows": (FILLED, "LEAK002", [
        ('fill = df["age"].mean()\ndf["age"] = df["age"].fillna(fill)\n', ""),
        ("random_state=0)\n", 'random_state=0)\nfill = X_train["age"][:5].mean()\n'
         "X_train, X_test = X_train.fillna(fill), X_test.fillna(fill)\n")]),
    "fills after the split, by the mean of all": (FILLED, "LEAK002", [
        ('df["age"] = df["age"].fillna(fill)\n', ""),
        ("random_state=0)\n", "random_state=0)\nX_train, X_test = X_train.fillna(fill), X_test.fillna(fill)\n")]),
    "fills the training part alone": (FILLED, "LEAK002", [
        ('fill = df["age"].mean()\ndf["age"] = df["age"].fillna(fill)\n', ""),
        ("random_state=0)\n", 'random_state=0)\nX_train = X_train.fillna(X_train["age"].mean())\n')]),
    "means by group of the test part": (GROUPED, "LEAK006", [
        ('df["of_key"] = df.groupby("key")["sales"].transform("mean")\n', ""),
        ("random_state=0)\n", 'random_state=0)\nm = test.groupby("key")["sales"].mean()\n'
         'train, test = (one.assign(of_key=one["key"].map(m).fillna(0)) for one in (train, test))\n')]),
    "the column is the target itself": (MOVED, "LEAK023", [("shift(-1)", "shift(0)")]),
    "the rows are turned round": (MOVED, "LEAK023", [("shift(-1)", "iloc[::-1].shift(1).iloc[::-1]")]),
    "the column is made of nothing": (MOVED, "LEAK023", [('df["sales"].shift(-1)', "1.0")]),
    "chosen by all test rows but one": (CHOSEN, "LEAK016", [
        ("f1_score(y_test, p > t)", "f1_score(y_test[1:], model.predict_proba(X_test[1:])[:, 1] > t)"),
        ("f1_score(y_test, p > best)", "f1_score(y_test, model.predict_proba(X_test)[:, 1] > best)")]),
    "chosen by the test rows in another order": (CHOSEN, "LEAK016", [("f1_score(y_test, p > t)",
                                                                       "f1_score(y_test[::-1], p[::-1] > t)")]),
    "judged by fewer rows in the end": (CHOSEN, "LEAK016", [
        ("random_state=0)\n", "random_state=0)\n" + AGAIN), ("(X_test)", "(X_val)"), ("y_test, p > t", "y_val, p > t"),
        ("f1_score(y_test, p > best)", "f1_score(y_test[:9], model.predict_proba(X_test[:9])[:, 1] > best)")]),
    "no agreement is computed": (GROUPS, "METRIC011", [("accuracy_score(y, groups)", "0.9")]),
    "the agreement of a few": (GROUPS, "METRIC011", [
        ("accuracy_score(y, groups)", "__import__('sklearn.metrics').metrics.adjusted_rand_score(y[:9], groups[:9])")]),
    "the tables are not put together": (STACKED, "LEAK004", [("pd.concat([left, right])", "df.iloc[:200]")]),
    "no scaling any more": (SCALED, "LEAK001", [("X = (X - X.mean(axis=0)) / X.std(axis=0)\n", "")]),
    "scaled by what a few rows say": (SCALED, "LEAK001", [
        ("X = (X - X.mean(axis=0)) / X.std(axis=0)\n", ""),
        ("random_state=0)\n", "random_state=0)\n" + OWN.format(n=9) + TEST)]),
    "the test part scaled by itself": (SCALED, "LEAK001", [
        ("X = (X - X.mean(axis=0)) / X.std(axis=0)\n", ""),
        ("random_state=0)\n", "random_state=0)\n" + OWN.format(n=999)
         + TEST.replace("center", "X_test.mean(axis=0)").replace("scale", "X_test.std(axis=0)"))]),
    "learnt from fewer rows": (SCALED, "LEAK001", [
        ("X = (X - X.mean(axis=0)) / X.std(axis=0)\n", ""),
        ("random_state=0)\n", "random_state=0)\nX_train, y_train = X_train[:99], y_train[:99]\n"
         + OWN.format(n=99) + TEST)]),
    "all rows selected from, once more": (SELECTED, "LEAK003", [
        ("random_state=0)\n", "random_state=0)\nselector = SelectKBest(k=5).fit(X, y)\n")]),
    "fitted on a few rows when it is made": (MADE, "LEAK001", [("fit(self.frame[[", "fit(self.frame[:20][[")]),
    "fitted on rows without names": (MADE, "LEAK001", [('"sales"]])\n\n', '"sales"]].to_numpy())\n\n')]),
    "fitted on another part": (MADE, "LEAK001", [
        ("fit(self.frame[[", "fit(train_test_split(self.frame, random_state=9)[0][[")]),
    "rows are left out, and all are learnt from": (COPIES, "LEAK004", [
        ("train_test_split(most,", "train_test_split(df,"), ("().fit(train", "().fit(df"),
        ('train["y"])', 'df["y"])')]),
    "rows are left out, and copies stay": (COPIES, "LEAK004", [
        ("train_test_split(most,", "train_test_split(most[90:],")]),
}  # fmt: skip
HONEST = {"LEAK002": FILLED, "LEAK006": GROUPED, "LEAK023": MOVED, "LEAK016": CHOSEN, "METRIC011": GROUPS,
          "LEAK001": SCALED, "LEAK003": SELECTED}  # fmt: skip


def claims_of(code, before, after):
    """Whether any offer's claims against this code take the edit for proven."""
    return [proven(claims, [before], [after])[0] for _, claims in OFFERS[code] if claims]


def test_what_only_hides_a_fault_is_not_believed():
    texts = [(source, replaced(source, *pairs)) for source, _, pairs in CHEATS.values()]
    seen = runs(*[text for pair in texts for text in pair])
    for at, (name, (_, code, _)) in enumerate(CHEATS.items()):
        before, after = seen[2 * at : 2 * at + 2]
        assert before.facts and after.facts, name
        assert not any(claims_of(code, before, after)), (name, before.facts, after.facts)


def test_an_honest_edit_of_tables_is_found_and_believed():
    found = []
    more = [("LEAK004", STACKED), ("LEAK004", COPIES), ("LEAK001", FOLDED), ("LEAK001", MADE)]
    for code, source in [*HONEST.items(), *more]:
        one = next(one for one in check_source(source) if one.code == code)
        found.append((code, source, [(text, claims) for text, _, claims in offers(source, one, silent=True)]))
    seen = runs(*[text for _, source, edits in found for text in (source, *(text for text, _ in edits))])
    for code, _, edits in found:
        before, after = seen[0], seen[1 : len(edits) + 1]
        proofs = [proven(claims, [before], [run])[0] for (_, claims), run in zip(edits, after, strict=True)]
        assert any(proofs), (code, edits, before.facts, [run.facts for run in after])
        seen = seen[len(edits) + 1 :]


def seen(printed="", **facts):
    return Seen(
        Ended("ok", printed, "", None), printed, {name.replace("_", " "): value for name, value in facts.items()}
    )


@pytest.mark.parametrize(
    ("code", "before", "honest", "cheat"),
    [
        ("TORCH016",  # the share of the last batch becomes that of all rows
         seen("accuracy 0.938", hits_of_the_last_pass=452, rows_of_the_last_pass=497),
         seen("accuracy 0.909", hits_of_the_last_pass=452, rows_of_the_last_pass=497),
         seen("accuracy 0.183", hits_of_the_last_pass=452, rows_of_the_last_pass=497)),
        ("TORCH016",  # that of fewer rows
         seen("accuracy 0.938", hits_of_the_last_pass=452, rows_of_the_last_pass=497),
         seen("accuracy 0.91", hits_of_the_last_pass=452, rows_of_the_last_pass=497),
         seen("accuracy 0.950", hits_of_the_last_pass=190, rows_of_the_last_pass=200)),
        ("TORCH226",  # larger batches of fewer rows
         seen(most_rows_at_once=1, rows_in_training=4000, steps=4000, losses=4000),
         seen(most_rows_at_once=64, rows_in_training=4000, steps=64, losses=64),
         seen(most_rows_at_once=64, rows_in_training=3900, steps=61, losses=61)),
        ("TORCH228",  # a model that is not asked about places any more
         seen(models_of_places=1, models_whose_places_see_those_after=1, steps=9),
         seen(models_of_places=1, models_whose_places_see_those_after=0, steps=9),
         seen(models_of_places=0, models_whose_places_see_those_after=0, steps=9)),
        ("KERAS009",  # nothing is measured any more
         seen("accuracy 0.0", accuracies_of_values=1, numbers_that_are_measured=2),
         seen("r2_score 0.9", accuracies_of_values=0, numbers_that_are_measured=2),
         seen("accuracy 0.9", accuracies_of_values=0, numbers_that_are_measured=1)),
        ("KERAS023",  # a function that is no longer one
         seen(most_traces_of_a_function=40, functions_that_are_traced=1),
         seen(most_traces_of_a_function=1, functions_that_are_traced=1), seen(other=1)),
        ("KERAS024",  # nothing is predicted any more
         seen(judgements_that_begin_with_a_state_left_over=2, rows_that_Keras_judges=32),
         seen(judgements_that_begin_with_a_state_left_over=0, rows_that_Keras_judges=32),
         seen(judgements_that_begin_with_a_state_left_over=0, rows_that_Keras_judges=16)),
        ("KERAS028",  # begun anew with each batch, so that only the last one counts
         seen(most_results_of_a_metric_without_a_reset=4, results_of_metrics=4, rows_of_the_first_results=640),
         seen(most_results_of_a_metric_without_a_reset=1, results_of_metrics=4, rows_of_the_first_results=640),
         seen(most_results_of_a_metric_without_a_reset=1, results_of_metrics=4, rows_of_the_first_results=64)),
        ("LEAK029",  # one fold alone
         seen(fits_that_go_on_from_an_earlier_one=4, rows_that_fit_is_given=500),
         seen(fits_that_go_on_from_an_earlier_one=0, rows_that_fit_is_given=500),
         seen(fits_that_go_on_from_an_earlier_one=0, rows_that_fit_is_given=100)),
    ],
)  # fmt: skip
def test_what_does_less_is_not_believed(code, before, honest, cheat):
    assert any(claims_of(code, before, honest)) and not any(claims_of(code, before, cheat))

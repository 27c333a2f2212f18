"""Edits of what is told, numbered and scaled in tables: borne out by a fact, and refused where they only hide it."""

import importlib.util
from pathlib import Path

import pytest

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.claims import proven
from mlpilot.tools.mending.offers import offers

_SPEC = importlib.util.spec_from_file_location("facts", Path(__file__).with_name("test_mending_facts.py"))
facts = importlib.util.module_from_spec(_SPEC)  # tests are no package: what they share is loaded by its path
_SPEC.loader.exec_module(facts)
claims_of, replaced, runs = facts.claims_of, facts.replaced, facts.runs

FRAME = """import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score
from sklearn.model_selection import KFold, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
rng = np.random.default_rng(0)
n = 240
df = pd.DataFrame({"age": rng.normal(50, 9, n), "sales": rng.normal(40000, 9000, n)})
df["city"] = rng.choice(list("abcd"), n)
df["city"] = df["city"].where(df.index < 150, "c")
df["y"] = (df["age"] / 9 + rng.normal(size=n) > 5.5).astype(int)
"""
SPLIT = """X, y = df[["age", "sales"]], df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
"""
FITTED = SPLIT + "model = LogisticRegression().fit(X_train, y_train)\n"
CODES = (
    FRAME
    + """train, test = train_test_split(df, shuffle=False)
train["city"] = train["city"].astype("category").cat.codes
test["city"] = test["city"].astype("category").cat.codes
used = ["age", "city"]
print("accuracy", RandomForestClassifier(9, random_state=0).fit(train[used], train["y"]).score(test[used], test["y"]))
"""
)
CODED = (
    FRAME
    + """
def design(table):
    made = table[["age"]].copy()
    for name in ["city"]:
        made[name] = table[name].astype("category").cat.codes
    return made


train, test = train_test_split(df, shuffle=False)
model = RandomForestClassifier(9, random_state=0).fit(design(train), train["y"])
print("accuracy", model.score(design(test), test["y"]))
"""
)
BINS = (
    FRAME
    + """train, test = train_test_split(df, random_state=0)
train["band"] = pd.qcut(train["age"], 5, labels=False)
test["band"] = pd.qcut(test["age"], 5, labels=False)
model = LogisticRegression().fit(train[["band"]], train["y"])
print("accuracy", model.score(test[["band"]], test["y"]))
"""
)
APART = (
    FRAME
    + SPLIT
    + """X_train = (X_train - X_train.mean()) / X_train.std()
X_test = (X_test - X_test.mean()) / X_test.std()
model = LogisticRegression().fit(X_train, y_train)
print("accuracy", model.score(X_test, y_test))
"""
)
SERVICE = (
    FRAME
    + """

class Scorer:
    def train(self, X, y):
        self.scaler = StandardScaler()
        self.model = LogisticRegression().fit(self.scaler.fit_transform(X), y)

    def score(self, rows):
        return self.model.predict(self.scaler.fit_transform(rows))


"""
    + SPLIT
    + """scorer = Scorer()
scorer.train(X_train, y_train)
print("accuracy", (scorer.score(X_test) == y_test).mean())
"""
)
TWICE = (
    FRAME
    + SPLIT
    + """model = LogisticRegression().fit(StandardScaler().fit_transform(X_train), y_train)
print("accuracy", model.score(StandardScaler().fit_transform(X_test), y_test))
"""
)
MEASURED = FRAME + FITTED + 'print("R2", r2_score(y_test, model.predict(X_test)))\n'
SWAPPED = (
    FRAME
    + FITTED
    + """from sklearn.metrics import precision_score
alarm = (model.predict_proba(X_test)[:, 1] > 0.3).astype(int)
print("precision", precision_score(alarm, y_test))
"""
)
RISK = (
    FRAME
    + FITTED
    + """held = X_test.copy()
held["risk"] = model.predict_proba(X_test)[:, 0]
print(held.sort_values("risk").index[:5])
"""
)
FOLDS = (
    FRAME
    + SPLIT
    + """told = np.zeros(len(X_test))
for train, test in KFold(4).split(X_train):
    model = LogisticRegression().fit(X_train.iloc[train], y_train.iloc[train])
    told = model.predict_proba(X_test)[:, 1] / 4
print(told.mean())
"""
)
BOOTSTRAP = (
    FRAME
    + FITTED
    + """from sklearn.utils import resample
p, truth = model.predict_proba(X_test)[:, 1], y_test.to_numpy()
scores = []
for i in range(30):
    a = resample(truth, random_state=rng.integers(9999))
    b = resample(p, random_state=rng.integers(9999))
    scores.append(roc_auc_score(a, b))
print("AUC", np.mean(scores))
"""
)
WEIGHTS = (
    FRAME
    + SPLIT
    + """X = df.drop(columns="y")[["sales", "age"]]
X, y = df.drop(columns=["y", "city"]), df["y"]
df = df[["y", "age", "sales"]]
forest = RandomForestClassifier(20, random_state=0).fit(X, y)
for name, value in zip(df.columns, forest.feature_importances_):
    print(name, round(value, 4))
"""
)
SORTED = (
    FRAME
    + SPLIT
    + """X = df[["sales", "age"]]
forest = RandomForestClassifier(20, random_state=0).fit(X, y)
for name, value in zip(X.columns, sorted(forest.feature_importances_, reverse=True)):
    print(name, round(value, 4))
"""
)
SET = (
    FRAME
    + """words = ["ox", "cat", "owl", "emu", "ape", "bee"] * 40
number = {name: i for i, name in enumerate(set(words))}
print("kinds", len(number))
"""
)
KNN = (
    FRAME
    + SPLIT
    + """model = KNeighborsClassifier()
model.fit(X_train, y_train)
print("accuracy", model.score(X_test, y_test))
"""
)
TARGET = (
    FRAME
    + """df["price"] = df["age"] * 3 + rng.normal(size=n)
X = df.drop(columns=["city", "y"])
y = df["price"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
from sklearn.linear_model import Ridge
print("R2", Ridge().fit(X_train, y_train).score(X_test, y_test))
"""
)
EITHER = (
    FRAME
    + """some = df[(df["city"] == "a") | (df["city"] == "b") & (df["age"] > 50)]
print("rows", len(some), some["age"].mean())
"""
)
DEFAULT = (
    FRAME
    + SPLIT
    + """

def run(deep, extra={}):
    if deep:
        extra["max_depth"] = 1
    model = RandomForestClassifier(9, random_state=0, **extra).fit(X_train, y_train)
    return model.score(X_test, y_test)


print("accuracy", run(True), run(False))
"""
)
COUNTED = (
    FRAME
    + FITTED
    + """from sklearn.metrics import confusion_matrix


def cost(limit):
    tn, fn, fp, tp = confusion_matrix(y_test, model.predict_proba(X_test)[:, 1] > limit).ravel()
    return 10 * fn + fp


print("least", min(range(1, 9), key=lambda one: cost(one / 10)))
"""
)
DUMMIES = (
    FRAME
    + """
def design(table, like=None):
    made = pd.get_dummies(table[["age", "city"]], columns=["city"], drop_first=True)
    return made if like is None else made.reindex(columns=like, fill_value=0)


train, test = train_test_split(df, shuffle=False)
X_train = design(train)
model = LogisticRegression(max_iter=2000).fit(X_train, train["y"])
print("accuracy", model.score(design(test, X_train.columns), test["y"]))
"""
)
GROWN = (
    FRAME
    + """from sklearn.utils import resample


def grown(table):
    rare, common = table[table["y"] == 0], table[table["y"] == 1]
    return pd.concat([common, resample(rare, n_samples=200, random_state=1)])


balanced = grown(df)
train, test = train_test_split(balanced, stratify=balanced["y"], random_state=0)
model = RandomForestClassifier(9, random_state=0).fit(train[["age", "sales"]], train["y"])
print("accuracy", model.score(test[["age", "sales"]], test["y"]))
"""
)
LOST = (
    FRAME
    + """df.loc[::3, "sales"] = np.nan
df.dropna()
print("error", abs(len(df) - 160))
"""
)
RARE = (
    FRAME
    + """df["y"] = (rng.random(n) < 0.05).astype(int)
"""
    + FITTED
    + """print("Accuracy", accuracy_score(y_test, model.predict(X_test)))
"""
)
CROSSED = (
    FRAME
    + """from sklearn.model_selection import cross_val_score
df["y"] = (rng.random(n) < 0.05).astype(int)
X, y = df[["age", "sales"]], df["y"]
scores = cross_val_score(LogisticRegression(), X, y, cv=3)
print("mean accuracy", scores.mean())
"""
)
COPIED = (
    FRAME
    + """import warnings
warnings.filterwarnings("ignore")
much = df["sales"] > 50000
df[much]["sales"] = 50000
print("most", df["sales"].max())
"""
)
SAMPLED = (
    FRAME
    + """df[["age", "sales"]] = StandardScaler().fit_transform(df[["age", "sales"]])
train = df.sample(frac=0.8, random_state=1)
test = df.drop(train.index)
model = LogisticRegression().fit(train[["age", "sales"]], train["y"])
print("accuracy", model.score(test[["age", "sales"]], test["y"]))
"""
)
LAST_STEP = (
    FRAME
    + SPLIT
    + """from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
pipe = make_pipeline(StandardScaler(), SVC()).fit(X_train, y_train)
model = pipe[-1]
print("accuracy", model.score(X_test.to_numpy(), y_test), model.C)
"""
)
FORMS = {
    "the last step of a pipeline alone": ("TRAIN058", LAST_STEP),
    "set in a copy, and no warning": ("PANDAS001", COPIED),
    "a part drawn by sample": ("LEAK001", SAMPLED),
    "accuracy of a rare class": ("METRIC010", RARE),
    "a cross-validation by accuracy": ("METRIC010", CROSSED),
    "a condition for one alternative alone": ("PANDAS014", EITHER),
    "a default that calls change": ("DATA011", DEFAULT),
    "counts under other names": ("METRIC030", COUNTED),
    "dummies of each part": ("PANDAS004", DUMMIES),
    "rows made by a function": ("LEAK004", GROWN),
    "a result that is thrown away": ("PANDAS002", LOST),
    "codes of each part": ("PANDAS012", CODES),
    "codes in a function": ("PANDAS012", CODED),
    "bins of each part": ("PANDAS012", BINS),
    "each part by its own mean": ("LEAK041", APART),
    "a scaler fitted anew when asked": ("LEAK043", SERVICE),
    "a scaler for each part": ("TRAIN054", TWICE),
    "R2 of classes": ("METRIC003", MEASURED),
    "the truth last, after a limit": ("METRIC001", SWAPPED),
    "the probability that it does not happen": ("METRIC018", RISK),
    "folds that overwrite each other": ("METRIC036", FOLDS),
    "halves drawn apart": ("METRIC035", BOOTSTRAP),
    "weights beside names of the whole table": ("MODEL012", WEIGHTS),
    "sorted weights beside names": ("MODEL012", SORTED),
    "numbers by a set": ("DATA001", SET),
    "one column decides": ("TRAIN051", KNN),
    "the target, seen in a run": ("TRAIN052", TARGET),
}
SHOWN = {
    "TRAIN058": "it says the same of every row: SVC: it gave one answer for all rows, 1 of 1 times",
    "TRAIN051": "one column alone decides how near rows are: KNeighborsClassifier: 'sales' alone makes 99.9%",
    "TRAIN052": "the target is among the features: Ridge: 'price' is, in each of 180 rows, what is to be told",
    "TRAIN054": "rows are scaled by themselves: LogisticRegression: the 180 rows of the fit have the mean 0",
}
"""What a run says of these: reading does not find them."""


def found_in(code, source):
    """The finding: of reading, or as a run would show it at the last line."""
    if code in SHOWN:
        return Diagnosis("", SHOWN[code], "", source.count("\n"), severity="warning", code=code)
    if code == "METRIC010":
        line = source[: source.rindex("accuracy_score(" if source == RARE else "cross_val_score(")].count("\n") + 1
        return Diagnosis("", "nearly all rows are of one class", "", line, code=code)
    if source == LOST:
        return Diagnosis(
            "", "df.dropna(...) gives a new table, and nobody takes it", "", source.count("\n") - 1, code=code
        )
    if source == WEIGHTS:
        return Diagnosis(
            "", "df.columns holds 'y', which the model is not fitted on", "", source.count("\n") - 1, code=code
        )
    return next(one for one in check_source(source) if one.code == code)


def edits_of(name):
    code, source = FORMS[name]
    return [(text, claims) for text, _, claims in list(offers(source, found_in(code, source), silent=True))[:4]]


CHEATS = {
    "nothing is set any more": ("PANDAS001", COPIED, [('df[much]["sales"] = 50000\n', "")]),
    "scaled by another draw": ("LEAK001", SAMPLED, [
        ('StandardScaler().fit_transform(df[["age", "sales"]])',
         'StandardScaler().fit(df.sample(frac=0.8, random_state=2)[["age", "sales"]])'
         '.transform(df[["age", "sales"]])')]),
    "fewer of the common class": ("METRIC010", RARE, [("print(", "X_test, y_test = X_test[:3], y_test[:3]\nprint(")]),
    "no accuracy any more": ("METRIC010", RARE, [("accuracy_score(y_test, model.predict(X_test))", "0.5")]),
    "no condition any more": ("PANDAS014", EITHER, [(' & (df["age"] > 50)', "")]),
    "another condition": ("PANDAS014", EITHER, [('df["city"] == "b"', 'df["city"] == "c"')]),
    "nothing is run": ("DATA011", DEFAULT, [("run(True), run(False)", "0.5, 0.5")]),
    "one run alone": ("DATA011", DEFAULT, [("run(True), run(False)", "run(False), 0.5")]),
    "another wrong order": ("METRIC030", COUNTED, [("tn, fn, fp, tp =", "tp, fp, fn, tn =")]),
    "no counts any more": ("METRIC030", COUNTED, [
        ("tn, fn, fp, tp = confusion_matrix(y_test, model.predict_proba(X_test)[:, 1] > limit).ravel()",
         "fn, fp = 1, 2")]),
    "no dummies for the second part": ("PANDAS004", DUMMIES, [
        ("design(test, X_train.columns)", "test.reindex(columns=X_train.columns, fill_value=0)")]),
    "the column is left out": ("PANDAS004", DUMMIES, [
        ('pd.get_dummies(table[["age", "city"]], columns=["city"], drop_first=True)', 'table[["age"]]')]),
    "no rows are made by it": ("LEAK004", GROWN, [("resample(rare, n_samples=200, random_state=1)", "rare")]),
    "the number that is printed is set": ("PANDAS002", LOST, [("abs(len(df) - 160)", "0")]),
    "nothing is made any more": ("PANDAS002", LOST, [("df.dropna()\n", "")]),
    "no numbers any more": ("PANDAS012", CODES, [("test[\"city\"].astype(\"category\").cat.codes", "0")]),
    "each value a number of its own": ("PANDAS012", CODES, [
        ('test["city"].astype("category").cat.codes', 'np.arange(len(test)) % 4')]),
    "not scaled any more": ("LEAK041", APART, [("X_test = (X_test - X_test.mean()) / X_test.std()\n", "")]),
    "neither part is scaled": ("LEAK041", APART, [
        ("X_test = (X_test - X_test.mean()) / X_test.std()\n", ""),
        ("X_train = (X_train - X_train.mean()) / X_train.std()\n", "")]),
    "asked about rows as they are": ("LEAK043", SERVICE, [("self.scaler.fit_transform(rows)", "rows")]),
    "nobody asks it": ("LEAK043", SERVICE, [("(scorer.score(X_test) == y_test).mean()", "0.5")]),
    "fewer rows of the part that is scaled by itself": ("TRAIN054", TWICE, [("fit_transform(X_test), y_test",
                                                                            "fit_transform(X_test[:9]), y_test[:9]")]),
    "R2 of numbers that are no answers": ("METRIC003", MEASURED, [("model.predict(X_test)", "y_test * 1.0")]),
    "nothing is measured": ("METRIC003", MEASURED, [("r2_score(y_test, model.predict(X_test))", "0.9")]),
    "the truth twice": ("METRIC018", RISK, [("model.predict_proba(X_test)[:, 0]", "y_test")]),
    "one less the same": ("METRIC036", FOLDS, [("told = model.predict_proba(X_test)[:, 1] / 4",
                                               "told = model.predict_proba(X_test)[:, 1]")]),
    "the sum of two folds": ("METRIC036", FOLDS, [("KFold(4)", "KFold(2)")]),
    "no names any more": ("MODEL012", WEIGHTS, [("print(name, ", "print(name[:1], ")]),
    "weights in another order": ("MODEL012", WEIGHTS, [
        ("zip(df.columns, forest.feature_importances_)", "zip(df.columns, forest.feature_importances_[::-1])")]),
    "no numbers of words": ("DATA001", SET, [("enumerate(set(words))", "[(0, 'ox')]")]),
    "a list of a set": ("DATA001", SET, [("enumerate(set(words))", "enumerate(list(set(words)))")]),
    "nothing is fitted by distances": ("TRAIN051", KNN, [("KNeighborsClassifier()", "LogisticRegression()")]),
    "fewer rows are fitted": ("TRAIN051", KNN, [("fit(X_train, y_train)", "fit(X_train[['age']], y_train)"),
                                               ("score(X_test,", "score(X_test[['age']],")]),
    "the target by another scale": ("TRAIN052", TARGET, [
        ('X = df.drop(columns=["city", "y"])', 'X = df.drop(columns=["city", "y"]).assign(price=df["price"] * 2)')]),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _all_at_once():
    """One process runs them all, and imports the frameworks once."""
    edited = [text for name in FORMS for text, _ in edits_of(name)]
    cheated = [text for _, source, pairs in CHEATS.values() for text in (source, replaced(source, *pairs))]
    runs(*[source for _, source in FORMS.values()], *edited, *cheated)


@pytest.mark.parametrize("name", FORMS)
def test_it_is_mended_in_this_form(name):
    _, source = FORMS[name]
    edits = edits_of(name)
    before, *after = runs(source, *(text for text, _ in edits))
    proofs = [proven(claims, [before], [run])[0] for (_, claims), run in zip(edits, after, strict=True)]
    assert any(proofs), ([text.replace(FRAME, "") for text, _ in edits], before.facts, [run.facts for run in after],
                         [run.printed for run in (before, *after)])  # fmt: skip


@pytest.mark.parametrize("name", CHEATS)
def test_what_only_hides_it_is_not_believed(name):
    code, source, pairs = CHEATS[name]
    before, after = runs(source, replaced(source, *pairs))
    assert before.facts and after.facts
    assert not any(claims_of(code, before, after)), (before.facts, after.facts)

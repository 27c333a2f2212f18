"""Faults of tables that a fact shows: honest edits are found and believed, those that only hide the fault are not."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.claims import CHOICE, MEAN, RATES, proven
from mlpilot.tools.mending.offers import OFFERS, offers
from mlpilot.tools.mending.row_claims import ALIKE, STOPS

_SPEC = importlib.util.spec_from_file_location("facts", Path(__file__).with_name("test_mending_facts.py"))
facts = importlib.util.module_from_spec(_SPEC)  # tests are no package: what they share is loaded by its path
_SPEC.loader.exec_module(facts)
claims_of, replaced, runs, seen = facts.claims_of, facts.replaced, facts.runs, facts.seen

HEAD = """import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold, cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import LabelEncoder
df = pd.read_csv("TABLE", parse_dates=["date"])
"""
SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)\n"
JUDGED = SPLIT + 'print("accuracy", KNeighborsClassifier(1).fit(X_train, y_train).score(X_test, y_test))\n'
MEASURED = SPLIT + 'model = LinearRegression().fit(X_train, y_train)\nprint("R2", model.score(X_test, y_test))\n'
LATER = """train, test = df[df["date"] < "2020-08-01"], df[df["date"] >= "2020-08-01"]
model = LinearRegression().fit(train[["FEATURE"]], train["sales"])
print("R2", model.score(test[["FEATURE"]], test["sales"]))
"""
VISITS = (
    HEAD
    + 'df["more"] = df["bmi"] - df.groupby("patient_id")["bmi"].transform("mean")\n'
    + 'X, y = df[["age", "more"]], df["sick"]\n'
    + JUDGED
)
CROSSED = (
    HEAD
    + """X, y, groups = df[["age", "bmi"]], df["sick"], df["patient_id"]
folds = KFold(5, shuffle=True, random_state=0)
print("accuracy", cross_val_score(KNeighborsClassifier(1), X, y, groups=groups, cv=folds).mean())
"""
)
WEEK = HEAD + 'df["week"] = df["sales"].rolling(7, min_periods=1).mean()\n' + LATER.replace("FEATURE", "week")
BY_STORE = (
    HEAD
    + 'df["so_far"] = df.groupby("store")["sales"].transform(lambda s: s.expanding().mean())\n'
    + LATER.replace("FEATURE", "so_far")
)
TRIMMED = (
    HEAD
    + 'df = df[df["price"] < df["price"].quantile(0.9)]\nX, y = df[["age", "bmi"]], df["price"]\n'
    + SPLIT
    + "model = LinearRegression().fit(X_train, y_train)\n"
    + 'print("MAE", mean_absolute_error(y_test, model.predict(X_test)))\n'
)
RENUMBERED = (
    HEAD
    + """old = df[df["age"] > 0][["bmi", "age"]].reset_index(drop=True)
old["sick"] = df["sick"]
X, y = old[["bmi", "age"]], old["sick"]
"""
    + JUDGED
)
GAPS = HEAD + 'df["gap"] = df["gap"].fillna(-999)\nX, y = df[["gap", "age"]], df["sick"]\n' + JUDGED
CITIES = (
    HEAD
    + 'df["city"] = LabelEncoder().fit_transform(df["city"])\nX, y = df[["city", "age"]], df["sick"]\n'
    + SPLIT
    + 'print("accuracy", LogisticRegression().fit(X_train, y_train).score(X_test, y_test))\n'
)
NUMBERS = HEAD + 'features = ["patient_id", "customer_id", "age"]\nX, y = df[features], df["price"]\n' + MEASURED
SLICED = HEAD + "X = df.iloc[:, 3:7]\ny = df.iloc[:, 6]\n" + MEASURED
LOGS = (
    HEAD
    + 'X, y = df[["age", "bmi"]], np.exp(df["bmi"] + 5)\n'
    + SPLIT
    + "model = LinearRegression().fit(X_train, np.log(y_train))\n"
    + 'print("MAE", mean_absolute_error(y_test, model.predict(X_test)))\n'
)
JOINED = (
    HEAD
    + """shops = pd.DataFrame({"store": [0, 1, 1, 2, 3], "region": list("NSSEW")})
full = df.merge(shops, on="store", how="left")
print("total", full["sales"].sum())
"""
)
LETTERS = (
    HEAD
    + """df["date"] = df["date"].dt.strftime("%d/%m/%Y")
df = df.sort_values("date")
print("change", df["sales"].diff().abs().mean())
"""
)
KNOWN = HEAD + 'X = df.select_dtypes("number").drop(columns=["gap"])\ny = df["sick"]\n' + JUDGED
BESIDE = (
    HEAD
    + """train, test = train_test_split(df[["age", "bmi", "sick"]], random_state=0)
more = pd.DataFrame(train[["age"]].to_numpy() * 2, columns=["twice"])
print("rows", pd.concat([train, more], axis=1).shape[0])
"""
)
COPIED = HEAD + 'df[df["age"] > 0]["bmi"] = 0.0\nprint("mean", df["bmi"].mean())\n'
NAN = HEAD + 'print("missing", len(df[df["gap"] == np.nan]))\n'
HONEST = {
    "SPLIT018": VISITS, "SPLIT017": CROSSED, "LEAK026": WEEK, "LEAK026 by store": BY_STORE, "LEAK035": TRIMMED,
    "PANDAS011": RENUMBERED, "DATA005": GAPS, "DATA002": CITIES, "LEAK034": SLICED,
    "METRIC017": LOGS, "PANDAS010": JOINED, "PANDAS009": LETTERS, "PANDAS006": NAN,
}  # fmt: skip
GROUPED = "next(__import__('sklearn.model_selection').model_selection.GroupShuffleSplit(1, random_state=0).split({}))"
CHEATS = {
    "split by another column": ("SPLIT018", VISITS, [
        (SPLIT, f"tr, te = {GROUPED.format('X, groups=df[chr(115) + chr(116) + chr(111) + chr(114) + chr(101)]')}\n"
         "X_train, X_test, y_train, y_test = X.iloc[tr], X.iloc[te], y.iloc[tr], y.iloc[te]\n")], "patient_id"),
    "the column is gone before the split": ("SPLIT018", VISITS, [
        (SPLIT, "df = df.drop(columns='patient_id')\n" + SPLIT)], "patient_id"),
    "nothing is cross-validated": ("SPLIT017", CROSSED, [
        ("cross_val_score(KNeighborsClassifier(1), X, y, groups=groups, cv=folds).mean()", "0.5")], "patient_id"),
    "groups of one row each": ("SPLIT017", CROSSED, [
        ("cv=folds", "cv=__import__('sklearn.model_selection').model_selection.GroupKFold(5)"),
        ("groups=groups", "groups=np.arange(len(df))")], "patient_id"),
    "moved by nothing": ("LEAK026", WEEK, [('df["sales"].rolling', 'df["sales"].shift(0).rolling')], "sales"),
    "no window any more": ("LEAK026", WEEK, [('df["sales"].rolling(7, min_periods=1).mean()', "df['age']")], "sales"),
    "rows are left out as before, and counted": ("LEAK035", TRIMMED, [
        ('df = df[df["price"] < df["price"].quantile(0.9)]\n', ""),
        ("X_train, y_train)", "X, y)")], ""),
    "more rows are left out": ("LEAK035", TRIMMED, [("quantile(0.9)", "quantile(0.8)")], ""),
    "set by its place": ("PANDAS011", RENUMBERED, [
        ('.reset_index(drop=True)', ""), ("old[\"sick\"] = df[\"sick\"]", "old.index = range(len(old))\n"
         'old["sick"] = df["sick"]')], ""),
    "nothing is set": ("PANDAS011", RENUMBERED, [
        ('old["sick"] = df["sick"]', 'old = old.assign(sick=df["sick"])')], ""),
    "the column is left out": ("DATA005", GAPS, [('X, y = df[["gap", "age"]]', 'X, y = df[["age"]]')], ""),
    "another mark": ("DATA005", GAPS, [("-999", "-9999")], ""),
    "no city at all": ("DATA002", CITIES, [('df[["city", "age"]]', 'df[["age"]]')], ""),
    "the target by another name": ("LEAK034", SLICED, [
        ("df.iloc[:, 3:7]", "df.iloc[:, 3:7].set_axis(list('abcd'), axis=1)")], ""),
    "the target by another scale": ("LEAK014", KNOWN, [
        ('df.select_dtypes("number")', 'df.select_dtypes("number").assign(sick=df["sick"] * 2 + 1)')], ""),
    "labels without their rows": ("PANDAS007", BESIDE, [
        ('columns=["twice"])', 'columns=["twice"]).reindex(train.index)')], ""),
    "the warning is silenced": ("PANDAS001", COPIED, [
        ("import numpy", 'import warnings\nwarnings.filterwarnings("ignore")\nimport numpy')], ""),
    "no rows are joined": ("PANDAS010", JOINED, [("df.merge(shops, on=\"store\", how=\"left\")", "df")], ""),
    "nothing is sorted": ("PANDAS009", LETTERS, [('df = df.sort_values("date")\n', "")], ""),
    "nothing is asked": ("PANDAS006", NAN, [('df[df["gap"] == np.nan]', "df[:0]")], ""),
}  # fmt: skip


FOLDS = """from sklearn.datasets import load_wine
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import KFold
from sklearn.tree import DecisionTreeClassifier
X, y = load_wine(return_X_y=True)
"""
TOLD = {
    "an object for each turn": ("MODEL014", "", 13, HEAD + """models = {}
model = LinearRegression()
for store, part in df.groupby("store"):
    model.fit(part[["age"]], part["sales"])
    models[store] = model
print("error", sum(abs(m.predict(df[["age"]]) - df["sales"]).mean() for m in models.values()))
"""),
    "a list begun in the loop": ("METRIC034", "", 7, FOLDS + """for tr, te in KFold(3).split(X):
    scores = []
    scores.append(DecisionTreeClassifier(random_state=0).fit(X[tr], y[tr]).score(X[te], y[te]))
print("accuracy", round(sum(scores) / len(scores), 4))
"""),
    "counts in another order": ("METRIC030", "", 8, FOLDS + """tree = DecisionTreeClassifier(max_depth=1)
guess = tree.fit(X, y > 1).predict(X[20:])
tp, fp, fn, tn = confusion_matrix(y[20:] > 0, guess).ravel()
print("recall", round(tp / (tp + fn), 3))
"""),
    "a lag across stores": ("DATA007", "rows stand store by store, and", 11, HEAD + """
df = df.sort_values(["store", "date"])
df["lag"] = df["sales"].shift(1)
print("correlation", df["lag"].corr(df["sales"]))
"""),
    "rows that a loop changes": ("PANDAS013", "", 11, HEAD + """for number, row in df.iterrows():
    if row["age"] < 0:
        row["age"] = 0.0
print("mean", df["age"].mean())
"""),
    "fitted before a slice": ("LEAK001", "", 11, HEAD + """from sklearn.preprocessing import StandardScaler
X = df[["age", "bmi"]].values
X = StandardScaler().fit_transform(X)
n = int(len(X) * 0.8)
model = LinearRegression().fit(X[:n], df["sales"][:n])
first, last = X[:n], X[n:]
print("R2", model.score(last, df["sales"][n:]))
"""),
    "two samples of one table": ("LEAK010", "", 11, HEAD + """train = df.sample(frac=0.8, random_state=1)
test = df.sample(frac=0.2, random_state=2)
print("R2", LinearRegression().fit(train[["bmi"]], train["sales"]).score(test[["bmi"]], test["sales"]))
"""),
}  # fmt: skip
"""Findings as they are told: name → (code, message, line, program)."""


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table of 300 visits by 60 patients, which programs name TABLE."""
    rng = np.random.default_rng(0)
    of = np.repeat(np.arange(60), 5)
    df = pd.DataFrame({"patient_id": of, "customer_id": np.arange(300), "date": pd.date_range("2020", periods=300)})
    df["age"], df["bmi"] = rng.normal(size=60)[of], rng.normal(size=300)
    df["store"], df["price"] = np.arange(300) % 4, np.exp(rng.normal(size=300))
    df["sick"] = (rng.random(60) > 0.5).astype(int)[of]
    df["sales"], df["city"] = rng.normal(size=300).cumsum(), rng.choice(list("abcdefgh"), 300)
    df["gap"] = np.where(np.arange(300) % 7, df["bmi"], np.nan)
    path = tmp_path_factory.mktemp("tables") / "visits.csv"
    df.to_csv(path, index=False)
    return str(path)


def offered(code, source):
    """The edits against the findings of one of these codes."""
    found = [one for one in check_source(source) if one.code in code]
    return [one for each in found for one in offers(source, each, silent=True)]


def test_an_honest_edit_is_found_and_believed(table):
    edits = {name: offered(name, source.replace("TABLE", table)) for name, source in HONEST.items()}
    assert all(edits.values()), [name for name, some in edits.items() if not some]
    plain = {name: source.replace("TABLE", table) for name, source in HONEST.items()}
    runs(*[text for name, some in edits.items() for text in (plain[name], *(one[0] for one in some))])
    for name, some in edits.items():
        (before,) = runs(plain[name])
        proofs = [proven(claims, [before], runs(text))[0] for text, _, claims in some]
        assert any(proofs), (name, some, before.facts)


def test_an_edit_against_what_is_told_is_believed(table):
    made = {}
    for name, (code, message, line, text) in TOLD.items():
        source = text.replace("TABLE", table)
        made[name] = source, list(offers(source, Diagnosis(code, message, line=line, code=code), silent=True))
    assert all(edits for _, edits in made.values()), [name for name, (_, edits) in made.items() if not edits]
    runs(*[text for source, edits in made.values() for text in (source, *(one[0] for one in edits))])
    for name, (source, edits) in made.items():
        (before,) = runs(source)
        proofs = [proven(claims, [before], runs(text))[0] for text, _, claims in edits]
        assert any(proofs), (name, [text for text, _, _ in edits], before.facts)


def test_what_only_hides_the_fault_is_not_believed(table):
    texts = {
        name: (source.replace("TABLE", table), replaced(source, *pairs).replace("TABLE", table))
        for name, (_, source, pairs, _) in CHEATS.items()
    }
    runs(*[one for pair in texts.values() for one in pair])
    for name, (code, _, _, subject) in CHEATS.items():
        before, after = runs(*texts[name])
        assert before.facts and after.facts, name
        claims = [claim.about([subject]) for _, some in OFFERS[code] for claim in some if claim.fact != "score"]
        assert not any(proven((one,), [before], [after])[0] for one in claims), (name, before.facts, after.facts)


def test_columns_that_are_left_out_must_be_unknown_by_every_name(table):
    source = NUMBERS.replace("TABLE", table)
    both = source.replace('"patient_id", "customer_id", ', "")
    one = source.replace('"patient_id", ', "")
    nameless = source.replace("df[features]", "df[features].to_numpy()")
    (claim,) = (one.about(["patient_id", "customer_id"]) for one in OFFERS["DATA006"][0][1])
    before, honest, half, hidden = runs(source, both, one, nameless)
    assert proven((claim,), [before], [honest])[0]
    assert not proven((claim,), [before], [half])[0] and not proven((claim,), [before], [hidden])[0]


STOPPED = {"most_judged_rows_that_stopped_a_training": 50, "most_rows_that_stop_a_training": 50}
APART = {"most_judged_rows_that_stopped_a_training": 0, "most_rows_that_stop_a_training": 40}


@pytest.mark.parametrize(
    ("claim", "before", "after", "held"),
    [
        (STOPS, seen(**STOPPED, judged_rows=50), seen(**APART, judged_rows=50), True),
        (STOPS, seen(**STOPPED, judged_rows=50), seen(**APART, judged_rows=20), False),  # judged by fewer
        (
            STOPS,
            seen(**STOPPED, judged_rows=50),
            seen(most_judged_rows_that_stopped_a_training=0, most_rows_that_stop_a_training=0, judged_rows=50),
            False,
        ),
        (
            ALIKE,
            seen(judgements_on_another_scale=1, judged_rows=50, fits_of_transformers=1),
            seen(judgements_on_another_scale=0, judged_rows=50, fits_of_transformers=1),
            True,
        ),
        (
            ALIKE,
            seen(judgements_on_another_scale=1, judged_rows=50, fits_of_transformers=1),  # fitted on the test part
            seen(judgements_on_another_scale=0, judged_rows=50, fits_of_transformers=2),
            False,
        ),
        (MEAN, seen("accuracy 0.91", means_of_scores=["0.85"]), seen("accuracy 0.85", means_of_scores=["0.85"]), True),
        (MEAN, seen("accuracy 0.91", means_of_scores=["0.85"]), seen("accuracy 0.95", means_of_scores=["0.85"]), False),
        (MEAN, seen("accuracy 0.91", means_of_scores=["0.85"]), seen("accuracy 0.99", means_of_scores=["0.99"]), False),
        (RATES, seen("recall 0.40", true_recall=["0.8"]), seen("recall 0.80", true_recall=["0.8"]), True),
        (RATES, seen("recall 0.40", true_recall=["0.8"]), seen("recall 0.90", true_recall=["0.8"]), False),
        (RATES, seen("recall 0.80", true_recall=["0.8"]), seen("recall 0.80", true_recall=["0.8"]), False),
        (CHOICE, seen("MAE 4.9"), seen("MAE 4.1"), True),
        (CHOICE, seen("MAE 4.9"), seen("MAE 5.1"), False),
    ],
)
def test_a_number_that_is_told_is_that_of_the_run(claim, before, after, held):
    assert (proven((claim,), [before], [after])[0] is not None) == held

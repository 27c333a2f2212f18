"""Edits of what learns from rows that it must not know: in many forms of code, and believed by facts alone."""

import importlib.util
from pathlib import Path

import pytest

from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.claims import proven
from mlpilot.tools.mending.offers import offers

_SPEC = importlib.util.spec_from_file_location("facts", Path(__file__).with_name("test_mending_facts.py"))
facts = importlib.util.module_from_spec(_SPEC)  # tests are no package: what they share is loaded by its path
_SPEC.loader.exec_module(facts)
CHOSEN, FRAME, claims_of, replaced, runs = facts.CHOSEN, facts.FRAME, facts.claims_of, facts.replaced, facts.runs

MODEL = """X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=7, stratify=y)
model = LogisticRegression().fit(X_train, y_train)
print("accuracy", accuracy_score(y_test, model.predict(X_test)))
"""
IMPORTS = """from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import KFold, cross_val_score
from sklearn.preprocessing import StandardScaler
"""
IN_A_LOOP = (
    FRAME
    + """for column in ["age", "sales"]:
    middle, spread = df[column].mean(), df[column].std()
    df[column] = (df[column] - middle) / spread
X, y = df[["age", "sales"]], df["y"]
"""
    + MODEL
)
IN_A_FUNCTION = (
    FRAME
    + IMPORTS
    + """
def prepare(table):
    columns = ["age", "sales"]
    table[columns] = StandardScaler().fit_transform(table[columns])
    return table[columns], table["y"]


X, y = prepare(df)
"""
    + MODEL
)
ENCODED = (
    FRAME
    + """means = df.groupby("key")["y"].mean()
df["of_key"] = df["key"].map(means)
X, y = df[["age", "of_key"]], df["y"]
"""
    + MODEL
)
CROSSED = (
    FRAME
    + IMPORTS
    + """X, y = rng.normal(size=(80, 400)), rng.integers(0, 2, 80)
chosen = SelectKBest(k=5).fit_transform(X, y)
print(chosen.shape)
print("accuracy", cross_val_score(LogisticRegression(), chosen, y, cv=KFold(4)).mean())
"""
)
LOOPED = (
    FRAME
    + """X, y = df[["age", "sales"]], df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
best, best_c = 0, None
for c in [0.001, 0.01, 0.1, 1.0]:
    model = LogisticRegression(C=c)
    model.fit(X_train, y_train)
    score = accuracy_score(y_test, model.predict(X_test))
    if score > best:
        best, best_c = score, c
print("accuracy", best, "with", best_c)
"""
)
MADE = (
    FRAME
    + """common = df[df["y"] == 0]
rare = df[df["y"] == 1]
more = rare.sample(300, replace=True, random_state=1)
table = pd.concat([common, more]).reset_index(drop=True)
X = table.drop(columns="y")
y = table["y"]
"""
    + MODEL
)
FORMS = {
    "rows made before features are split": ("LEAK004", MADE),
    "in a loop over columns": ("LEAK001", IN_A_LOOP),
    "in a function": ("LEAK001", IN_A_FUNCTION),
    "means of the target": ("LEAK006", ENCODED),
    "before a cross-validation": ("LEAK007", CROSSED),
    "chosen in a loop": ("LEAK012", LOOPED),
}


def edits_of(name):
    """The edits that are offered against what is found in this form."""
    code, source = FORMS[name]
    found = next(one for one in check_source(source) if one.code == code)
    return [(text, claims) for text, _, claims in offers(source, found, silent=True)]


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
    assert any(proofs), (edits, before.facts, [run.facts for run in after])


DRAWN = "train_rows, _ = train_test_split(df, test_size=0.25, random_state={seed}, stratify=df['y'])\n"
LOOP = 'for column in ["age", "sales"]:\n'
OTHER_SEED = [(LOOP, DRAWN.format(seed=8) + LOOP), ("df[column].mean(), df[column].std()",
                                                   "train_rows[column].mean(), train_rows[column].std()")]  # fmt: skip
CHEATS = {
    "no rows are made any more": ("LEAK004", MADE, [("rare.sample(300, replace=True, random_state=1)", "rare")]),
    "made of the test rows, too": ("LEAK004", MADE, [
        ("X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=7, stratify=y)",
         "_, held = train_test_split(df, test_size=0.25, random_state=7)\n"
         "X_train, y_train = X, y\nX_test, y_test = held.drop(columns='y'), held['y']")]),
    "other rows than those for training": ("LEAK001", IN_A_LOOP, OTHER_SEED),
    "no statistic any more": ("LEAK001", IN_A_LOOP, [("df[column].mean(), df[column].std()", "0.0, 1.0")]),
    "rows in another order at the split": (
        "LEAK001", IN_A_LOOP, [(a, b.replace("=8", "=7")) for a, b in OTHER_SEED]
        + [("X, y = df[", 'df = df.sort_values("age")\nX, y = df[')]),
    "fitted on fewer rows": ("LEAK001", IN_A_FUNCTION, [("fit_transform(table[columns])",
                                                         "fit(table[columns][:50]).transform(table[columns])")]),
    "the model learns from fewer rows, too": (
        "LEAK001", IN_A_LOOP, [(a, b.replace("=8", "=7")) for a, b in OTHER_SEED]
        + [(".fit(X_train, y_train)", ".fit(X_train[:60], y_train[:60])")]),
    "means of the test part": ("LEAK006", ENCODED, [
        ("means = df.groupby", DRAWN.format(seed=7).replace("train_rows, _", "_, test_rows")
         + "means = test_rows.groupby"),
        ("map(means)", "map(means).fillna(0)")]),
    "what was selected is copied": ("LEAK007", CROSSED, [
        ("LogisticRegression(), chosen", "LogisticRegression(), chosen.copy()")]),
    "selected from a few of the rows": ("LEAK007", CROSSED, [
        ("fit_transform(X, y)", "fit(X[:40], y[:40]).transform(X)")]),
    "no cross-validation any more": ("LEAK007", CROSSED, [
        ("cross_val_score(LogisticRegression(), chosen, y, cv=KFold(4)).mean()", "0.5")]),
    "chosen by all test rows but one": ("LEAK012", LOOPED, [
        ("accuracy_score(y_test, model.predict(X_test))", "accuracy_score(y_test[1:], model.predict(X_test[1:]))"),
        ("print(", "print('last', accuracy_score(y_test, model.predict(X_test)))\nprint(")]),
    "fewer settings are tried": ("LEAK012", LOOPED, [("[0.001, 0.01, 0.1, 1.0]", "[1.0]")]),
    "chosen by one test row after the other": ("LEAK016", CHOSEN, [
        ("f1_score(y_test, p > t)", "f1_score(y_test[::-1], p[::-1] > t)")]),
}  # fmt: skip


@pytest.mark.parametrize("name", CHEATS)
def test_what_only_hides_it_is_not_believed(name):
    code, source, pairs = CHEATS[name]
    before, after = runs(source, replaced(source, *pairs))
    assert before.facts and after.facts
    assert not any(claims_of(code, before, after)), (before.facts, after.facts)


def test_a_name_of_the_script_is_not_taken_for_the_drawn_rows():
    source = IN_A_LOOP.replace("for column in", "train_rows = len(df)\nfor column in", 1) + "print(train_rows)\n"
    found = next(one for one in check_source(source) if one.code == "LEAK001")
    drawn = [text for text, _, _ in offers(source, found, silent=True) if "train_rows_" in text]
    assert drawn and all("train_rows = len(df)" in text and "train_rows, _ =" not in text for text in drawn)

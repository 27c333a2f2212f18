"""Edits of an estimator's settings: a seed where none is given, more iterations where they did not suffice."""

import ast

from mlpilot.tools.diagnose.syntax import called, calls, keyword, nearest, whole, with_keyword
from mlpilot.tools.mending.once import run_once
from mlpilot.tools.mending.running import Told

Mended = tuple[str, str] | None

SEED = "0"
RANDOM = frozenset(
    [
        "RandomForestClassifier",
        "RandomForestRegressor",
        "ExtraTreesClassifier",
        "ExtraTreesRegressor",
        "GradientBoostingClassifier",
        "GradientBoostingRegressor",
        "HistGradientBoostingClassifier",
        "HistGradientBoostingRegressor",
        "DecisionTreeClassifier",
        "DecisionTreeRegressor",
        "BaggingClassifier",
        "BaggingRegressor",
        "AdaBoostClassifier",
        "AdaBoostRegressor",
        "MLPClassifier",
        "MLPRegressor",
        "SGDClassifier",
        "SGDRegressor",
        "KMeans",
        "MiniBatchKMeans",
        "GaussianMixture",
        "TSNE",
        "TruncatedSVD",
        "RandomizedSearchCV",
        "Perceptron",
        "IsolationForest",
        "permutation_importance",
        "ShuffleSplit",
        "StratifiedShuffleSplit",
        "GroupShuffleSplit",
        "RepeatedKFold",
        "RepeatedStratifiedKFold",
        "make_classification",
        "make_regression",
        "make_blobs",
        "make_moons",
        "make_circles",
    ]
)
"""What of scikit-learn draws by chance whenever it is used, and takes `random_state`."""
_FOLDS = ("KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold")
_MOST_ITERATIONS = 100_000


def seeded_split(source: str) -> Mended:
    """A seed for every split without one that is made once."""
    return _seeded(source, {"train_test_split"}, "every split has a seed")


def seeded(source: str) -> Mended:
    """A seed for every estimator and fold of scikit-learn that has none and is made once."""
    return _seeded(source, RANDOM, "what draws by chance has a seed")


def _seeded(source: str, names: frozenset[str] | set[str], said: str) -> Mended:
    mended = source
    while True:
        tree = ast.parse(mended)
        known = _from_sklearn(tree)
        wanting = [call for call in calls(tree) if _wants_seed(call, names) and _root(call) in known]
        wanting = [call for call in wanting if run_once(tree, call)]
        if not wanting:
            return (mended, said) if mended != source else None
        mended = with_keyword(mended, wanting[-1], "random_state", SEED)


def _wants_seed(call: ast.Call, names: frozenset[str] | set[str]) -> bool:
    if any(one.arg is None for one in call.keywords) or keyword(call, "random_state") is not None:
        return False
    shuffled = keyword(call, "shuffle")
    if called(call) == "train_test_split":
        fixed = shuffled is not None and isinstance(shuffled.value, ast.Constant) and shuffled.value.value is False
        return "train_test_split" in names and not fixed
    if called(call) in _FOLDS:
        asked = shuffled is not None and isinstance(shuffled.value, ast.Constant) and shuffled.value.value is True
        return "KMeans" in names and asked
    return called(call) in names


def _root(call: ast.Call) -> str:
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _from_sklearn(tree: ast.Module) -> set[str]:
    """Names that scikit-learn's imports bind."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sklearn":
            found.update(one.asname or one.name for one in node.names)
        elif isinstance(node, ast.Import):
            found.update(
                one.asname or one.name.split(".")[0] for one in node.names if one.name.split(".")[0] == "sklearn"
            )
    return found


def more_iterations(source: str, told: Told, most: int) -> Mended:
    """`most` iterations for the estimator that the warning came from."""
    holders = calls(ast.parse(source), told.estimator) if told.estimator else []
    if not holders or not 0 < most <= _MOST_ITERATIONS:
        return None
    call = nearest(holders, told.line)[0]
    if any(one.arg is None for one in call.keywords) or keyword(call, "warm_start") is not None:
        return None  # what is fitted on and on, a few iterations each time, is told to stop early
    written = keyword(call, "max_iter")
    if written is not None and whole(written.value) is None:
        return None  # a number that is varied, or set elsewhere, is theirs
    return with_keyword(source, call, "max_iter", str(most)), f"max_iter={most} for {told.estimator}"

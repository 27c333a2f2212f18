"""Rules about what estimators are fitted on and asked about, from the numbers that a run has shown.

The bounds are our own, set so that no healthy fit is named.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mlpilot.tools.diagnose.dynamic.fitted import Fitted
from mlpilot.tools.diagnose.model import Diagnosis

_BY_DISTANCES = (
    "KNeighborsClassifier", "KNeighborsRegressor", "RadiusNeighborsClassifier", "RadiusNeighborsRegressor",
    "NearestNeighbors", "KMeans", "MiniBatchKMeans", "BisectingKMeans", "DBSCAN", "HDBSCAN", "OPTICS", "MeanShift",
    "AgglomerativeClustering", "SpectralClustering", "SVC", "NuSVC", "SVR", "NuSVR", "OneClassSVM",
    "LocalOutlierFactor", "TSNE", "KNNImputer", "MLPClassifier", "MLPRegressor", "PCA",
)  # fmt: skip
_EUCLIDEAN = ("", "minkowski", "euclidean", "manhattan", "auto", "l1", "l2", "nan_euclidean", "sqeuclidean")
_BY_ORDER = ("Tree", "Forest", "Boost", "XGB", "LGBM", "Ranker", "Dummy", "Isolation", "Bagging")
"""In names of estimators that ask only which of two numbers is larger, or none."""
_FILLS = ("Imputer", "Selector", "FunctionTransformer", "Discretizer", "OneHot", "Ordinal", "VarianceThreshold")
_DOMINATES, _LEAST_ROWS, _LEAST_FITS = 0.98, 20, 2


@dataclass(frozen=True)
class FitRule:
    """One thing that can be wrong with a fit."""

    code: str
    kind: str
    title: str
    remedy: str
    severity: str
    confidence: float
    source: str
    find: Callable[[Fitted], str]
    """The evidence, or ""."""
    is_asked: bool = False
    """Whether it is told where the estimator is asked, and not where it is fitted."""


def judge_fits(fits: Iterable[Fitted]) -> list[Diagnosis]:
    """What is wrong with fits, one for each code and line."""
    first: dict[tuple[str, int], Diagnosis] = {}
    for one in fits:
        for rule in RULES:
            evidence = rule.find(one)
            line = (rule.is_asked and one.asked_line) or one.line or 1
            if evidence:
                told = f"{rule.title}: {one.kind}: {evidence}"
                first.setdefault(
                    (rule.code, line),
                    Diagnosis(rule.kind, told, evidence, line, rule.remedy, severity=rule.severity, code=rule.code,
                              confidence=rule.confidence),
                )  # fmt: skip
    return list(first.values())


def _dominated(one: Fitted) -> str:
    if one.kind not in _BY_DISTANCES or one.metric not in _EUCLIDEAN or one.rows < _LEAST_ROWS:
        return ""
    if one.share < _DOMINATES or one.columns < 2:
        return ""
    return f"{one.dominant!r} alone makes {one.share:.1%} of the squared distances over {one.columns} columns"


def _holds_target(one: Fitted) -> str:
    if not one.target_columns:
        return ""
    names = ", ".join(repr(name) for name in one.target_columns)
    return f"{names} is, in each of {one.rows} rows, what is to be told"


def _asked_otherwise(one: Fitted) -> str:
    if not one.asked or one.otherwise < one.asked:
        return ""
    times = "once" if one.asked == 1 else f"{one.asked} times"
    return f"it was asked {times}, each time about rows of which half of the {one.columns} columns are of another scale"


def _scaled_apart(one: Fitted) -> str:
    if not one.apart:
        return ""
    return (
        f"the {one.rows} rows of the fit have the mean 0 and the deviation 1 in each column, and so have, by "
        "themselves, the rows that it is asked about"
    )


def _lacks_classes(one: Fitted) -> str:
    if one.fits < _LEAST_FITS or one.lacking < one.fits or one.classes < 2:
        return ""
    return f"each of {one.fits} fits lacked one of the {one.classes} classes, or more"


def _marked(one: Fitted) -> str:
    if not one.marks or any(word in one.kind for word in (*_BY_ORDER, *_FILLS)):
        return ""
    mark = one.marks[0]
    return f"{mark.name!r} is {mark.value:g} in {mark.share:.0%} of {one.rows} rows, far from all other numbers in it"


def _stops_by_itself(one: Fitted) -> str:
    return "the rows that stop it are those that it is fitted on" if one.stops_by_itself else ""


def _says_the_same(one: Fitted) -> str:
    if not one.said or one.same < one.said or "Dummy" in one.kind or _asked_otherwise(one) or _scaled_apart(one):
        return ""
    return f"it gave one answer for all rows, {one.same} of {one.said} times that it was asked about many"


_SCALING = "scikit-learn, Importance of Feature Scaling"
RULES = (
    FitRule("TRAIN051", "columns-not-scaled", "one column alone decides how near rows are", "make_pipeline("
            "StandardScaler(), ...); and leave numbers out that only say which row it is", "warning", 0.8, _SCALING,
            _dominated),
    FitRule("TRAIN052", "target-among-columns", "the target is among the features", "leave that column out", "error",
            0.9, "Kaufman et al. 2011", _holds_target),
    FitRule("TRAIN053", "asked-on-another-scale", "rows are judged that are not scaled as those for training",
            "the same fitted steps for both: a Pipeline", "warning", 0.85,
            "scikit-learn, Common pitfalls: inconsistent preprocessing", _asked_otherwise, is_asked=True),
    FitRule("TRAIN054", "scaled-apart", "rows are scaled by themselves", "transform() with what was fitted on the rows "
            "for training", "warning", 0.85, "scikit-learn, Common pitfalls: inconsistent preprocessing", _scaled_apart,
            is_asked=True),
    FitRule("TRAIN055", "classes-missing", "no fit knows all classes", "shuffle=True, or StratifiedKFold: rows are "
            "sorted by class", "warning", 0.85, "scikit-learn, Cross-validation: KFold does not shuffle",
            _lacks_classes),
    FitRule("TRAIN056", "gaps-as-numbers", "a number that stands for a gap is taken for a value", "replace it by NaN, "
            "and fill that (SimpleImputer)", "warning", 0.75, "scikit-learn, Imputation of missing values", _marked),
    FitRule("TRAIN057", "stops-by-training-rows", "early stopping watches the rows for training", "a part of them held "
            "out, last in eval_set", "warning", 0.9, "XGBoost, early stopping: the last of eval_set", _stops_by_itself),
    FitRule("TRAIN058", "one-answer", "it says the same of every row", "look at the scale of the columns, and at how "
            "strongly it is regularised", "warning", 0.75, "our own", _says_the_same),
)  # fmt: skip

"""Where the names that training code uses are imported from; shared by what writes code and what repairs it."""

import ast
import sys
from collections.abc import Iterable, Sequence

ALIASES = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "pd": "import pandas as pd",
    "pandas": "import pandas",
    "scipy": "import scipy",
    "sklearn": "import sklearn",
    "math": "import math",
    "warnings": "import warnings",
}

_MODULES = {
    "math": "ceil floor log sqrt",
    "scipy.optimize": "minimize minimize_scalar",
    "scipy.special": "expit log_softmax logit softmax",
    "scipy.stats": "gmean skew",
    "sklearn.base": "clone",
    "sklearn.calibration": "CalibratedClassifierCV",
    "sklearn.cluster": "AgglomerativeClustering KMeans MiniBatchKMeans",
    "sklearn.compose": "ColumnTransformer TransformedTargetRegressor make_column_selector make_column_transformer",
    "sklearn.decomposition": "NMF PCA TruncatedSVD",
    "sklearn.discriminant_analysis": "LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis",
    "sklearn.dummy": "DummyClassifier DummyRegressor",
    "sklearn.ensemble": (
        "AdaBoostClassifier AdaBoostRegressor BaggingClassifier BaggingRegressor ExtraTreesClassifier"
        " ExtraTreesRegressor GradientBoostingClassifier GradientBoostingRegressor HistGradientBoostingClassifier"
        " HistGradientBoostingRegressor IsolationForest RandomForestClassifier RandomForestRegressor"
        " StackingClassifier StackingRegressor VotingClassifier VotingRegressor"
    ),
    "sklearn.feature_extraction.text": "CountVectorizer HashingVectorizer TfidfTransformer TfidfVectorizer",
    "sklearn.feature_selection": (
        "SelectFromModel SelectKBest SelectPercentile VarianceThreshold chi2 f_classif f_regression"
        " mutual_info_classif mutual_info_regression"
    ),
    "sklearn.gaussian_process": "GaussianProcessClassifier GaussianProcessRegressor",
    "sklearn.gaussian_process.kernels": "RBF ConstantKernel DotProduct Matern WhiteKernel",
    "sklearn.impute": "KNNImputer MissingIndicator SimpleImputer",
    "sklearn.kernel_approximation": "Nystroem RBFSampler",
    "sklearn.kernel_ridge": "KernelRidge",
    "sklearn.linear_model": (
        "ElasticNet ElasticNetCV GammaRegressor HuberRegressor Lasso LassoCV LinearRegression LogisticRegression"
        " LogisticRegressionCV PoissonRegressor QuantileRegressor Ridge RidgeCV RidgeClassifier SGDClassifier"
        " SGDRegressor TweedieRegressor"
    ),
    "sklearn.metrics": (
        "accuracy_score adjusted_rand_score balanced_accuracy_score f1_score log_loss mean_absolute_error"
        " mean_squared_error r2_score roc_auc_score root_mean_squared_error"
    ),
    "sklearn.model_selection": (
        "GridSearchCV GroupKFold GroupShuffleSplit KFold RandomizedSearchCV StratifiedGroupKFold StratifiedKFold"
        " cross_val_predict cross_val_score train_test_split"
    ),
    "sklearn.multiclass": "OneVsRestClassifier",
    "sklearn.naive_bayes": "BernoulliNB ComplementNB GaussianNB MultinomialNB",
    "sklearn.neighbors": "KNeighborsClassifier KNeighborsRegressor",
    "sklearn.neural_network": "MLPClassifier MLPRegressor",
    "sklearn.pipeline": "FeatureUnion Pipeline make_pipeline make_union",
    "sklearn.preprocessing": (
        "FunctionTransformer KBinsDiscretizer LabelEncoder MaxAbsScaler MinMaxScaler Normalizer OneHotEncoder"
        " OrdinalEncoder PolynomialFeatures PowerTransformer QuantileTransformer RobustScaler SplineTransformer"
        " StandardScaler TargetEncoder label_binarize"
    ),
    "sklearn.svm": "LinearSVC LinearSVR SVC SVR",
    "sklearn.tree": "DecisionTreeClassifier DecisionTreeRegressor",
}

HOME = {name: module for module, names in _MODULES.items() for name in names.split()}
"""Name → the module that it is imported from."""


def import_line(name: str) -> str | None:
    """The statement that makes `name` known, or None for a name that is not in the list."""
    if name in ALIASES:
        return ALIASES[name]
    return f"from {HOME[name]} import {name}" if name in HOME else None


def imports_for(body: str) -> str:
    """The import block, sorted as isort does, for all known names that the Python text `body` uses."""
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    return sort_imports(line for name in used if (line := import_line(name)) is not None)


def sort_imports(lines: Iterable[str]) -> str:
    """Single import statements as one block: what belongs together joined, sorted, the standard library first."""
    plain: set[str] = set()
    members: dict[str, set[str]] = {}
    for node in ast.parse("\n".join(lines)).body:
        if isinstance(node, ast.Import):
            plain.add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            names = members.setdefault("." * node.level + (node.module or ""), set())
            names.update(alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in node.names)
    statements = [(line.split()[1], line) for line in sorted(plain)]
    statements += [(module, _from(module, sorted(names, key=_isort_key))) for module, names in sorted(members.items())]
    blocks: dict[int, list[str]] = {}
    for module, line in statements:
        root = module.split(".")[0]
        place = 0 if root == "__future__" else 1 if root in sys.stdlib_module_names else 2
        blocks.setdefault(place, []).append(line)
    return "\n\n".join("\n".join(blocks[place]) for place in sorted(blocks))


def _isort_key(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as isort orders the members of a `from` import."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name


def _from(module: str, names: Sequence[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 100:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"

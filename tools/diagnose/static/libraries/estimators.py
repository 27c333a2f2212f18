"""scikit-learn and what follows its conventions: what fits, what it learns from which rows, how rows are split."""

import ast
import re

from mlpilot.tools.diagnose.static.libraries import frames, indexes
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, Context, as_data, written
from mlpilot.tools.diagnose.static.reading.values import (
    UNKNOWN,
    Const,
    Data,
    Fit,
    Instance,
    Learning,
    Seq,
    Table,
    Value,
    chosen,
    constant,
)

TRANSFORMERS = {
    "scale": "StandardScaler MinMaxScaler RobustScaler MaxAbsScaler PowerTransformer QuantileTransformer"
    " KBinsDiscretizer SplineTransformer Normalization",
    "impute": "SimpleImputer KNNImputer IterativeImputer Imputer MissingIndicator",
    "reduce": "PCA KernelPCA TruncatedSVD FastICA NMF IncrementalPCA SparsePCA FactorAnalysis LDA TSNE UMAP"
    " LinearDiscriminantAnalysis Isomap LatentDirichletAllocation Nystroem",
    "select": "SelectKBest SelectPercentile SelectFromModel RFE RFECV VarianceThreshold SequentialFeatureSelector"
    " SelectFdr SelectFpr BorutaPy",
    "vocabulary": "CountVectorizer TfidfVectorizer TfidfTransformer DictVectorizer Doc2Vec Word2Vec",
    "words": "Tokenizer TextVectorization",
    "frequency": "CountEncoder CountFrequencyEncoder",
    "encode": "LabelEncoder OneHotEncoder OrdinalEncoder LabelBinarizer MultiLabelBinarizer",
    "target": "TargetEncoder LeaveOneOutEncoder CatBoostEncoder JamesSteinEncoder WOEEncoder MEstimateEncoder",
}
KIND = {name: kind for kind, names in TRANSFORMERS.items() for name in names.split()}
STATELESS = listed(
    "Normalizer Binarizer PolynomialFeatures FunctionTransformer HashingVectorizer RBFSampler AdditiveChi2Sampler"
)
LABEL_ENCODERS = frozenset(("LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer"))
PIPELINES = frozenset(("Pipeline", "make_pipeline", "ColumnTransformer", "make_column_transformer", "FeatureUnion"))
SEARCHES = listed(
    "GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV BayesSearchCV TunedThresholdClassifierCV"
)
FOLDS = listed(
    "KFold StratifiedKFold GroupKFold StratifiedGroupKFold ShuffleSplit StratifiedShuffleSplit TimeSeriesSplit"
    " GroupShuffleSplit RepeatedKFold RepeatedStratifiedKFold LeaveOneOut LeavePOut LeaveOneGroupOut"
)
CROSS = frozenset(("cross_val_score", "cross_validate", "cross_val_predict"))
_CLASSIFY = re.compile(
    r"Classifier$|^SVC$|^LinearSVC$|^NuSVC$|^LogisticRegression(CV)?$|NB$|DiscriminantAnalysis$|^Perceptron$|NearestCentroid"
)
_REGRESS = re.compile(
    r"Regressor$|^SVR$|^LinearSVR$|^NuSVR$|^LinearRegression$|^Ridge(CV)?$|^Lasso(CV|Lars)?$|^ElasticNet(CV)?$|^KernelRidge$"
    r"|^BayesianRidge$|^Lars$"
)
_CLUSTER = re.compile(r"^(MiniBatch)?KMeans$|^DBSCAN$|Clustering$|^GaussianMixture$|^IsolationForest$|^OneClassSVM$")
_META = (
    listed(
        "CalibratedClassifierCV OneVsRestClassifier OneVsOneClassifier TransformedTargetRegressor MultiOutputRegressor"
        " MultiOutputClassifier"
    )
    | SEARCHES
)
DATASETS = {
    "load_iris": ("iris", "int"),
    "load_wine": ("wine", "int"),
    "load_digits": ("digits", "int"),
    "load_breast_cancer": ("breast_cancer", "int"),
    "load_diabetes": ("diabetes", "float"),
    "load_boston": ("boston", "float"),
    "fetch_california_housing": ("california", "float"),
    "fetch_20newsgroups": ("newsgroups", "int"),
    "fetch_openml": ("openml", ""),
    "fetch_covtype": ("covtype", "int"),
    "make_classification": ("classification", "int"),
    "make_blobs": ("blobs", "int"),
    "make_moons": ("moons", "int"),
    "make_circles": ("circles", "int"),
    "make_regression": ("regression", "float"),
    "make_friedman1": ("regression", "float"),
}


def task_of(value: Value | None) -> str:
    """classification, regression, cluster, or nothing where it cannot be told."""
    if not isinstance(value, Instance):
        return ""
    if value.name in ("Pipeline", "make_pipeline"):
        return task_of(last_step(value))
    if value.name in _META and value.name not in ("OneVsRestClassifier", "OneVsOneClassifier"):
        return task_of(value.argument("estimator", 0) or value.argument("regressor", 0))
    if value.library not in ("sklearn", "xgboost", "lightgbm", "catboost", "imblearn"):
        return ""
    if _CLASSIFY.search(value.name):
        return "classification"
    if _REGRESS.search(value.name):
        return "regression"
    return "cluster" if _CLUSTER.search(value.name) else ""


def innermost(value: Value | None) -> Value | None:
    """What a search or another wrapper is made around; anything else as it is."""
    for _ in range(5):
        if not isinstance(value, Instance) or value.name not in _META | SEARCHES:
            break
        value = value.argument("estimator", 0) or value.argument("regressor", 0)
    return value


def is_predictor(value: Value | None) -> bool:
    """Whether it predicts a target."""
    return task_of(value) in ("classification", "regression")


def steps_of(instance: Instance) -> list[Value]:
    """Steps of a pipeline, in order; transformers of a column transformer."""
    if instance.name in ("make_pipeline", "make_column_transformer", "make_union"):
        given = [one.items[0] if isinstance(one, Seq) and one.items else one for one in instance.args]
        return given if instance.name != "make_column_transformer" else [_of_pair(one) for one in instance.args]
    value = instance.argument("steps", 0) or instance.argument("transformers", 0)
    if isinstance(value, Seq):
        return [one.items[1] if isinstance(one, Seq) and len(one.items) > 1 else UNKNOWN for one in value.items]
    return []


def _of_pair(value: Value) -> Value:
    if not isinstance(value, Seq):
        return value
    return next((item for item in value.items if isinstance(item, Instance)), UNKNOWN)


def last_step(instance: Instance) -> Value | None:
    """The last step of a pipeline."""
    found = steps_of(instance)
    return found[-1] if found else None


def learners(value: Value | None, depth: int = 0) -> list[tuple[str, str]]:
    """(name, kind) of everything in a transformer that learns from rows."""
    if not isinstance(value, Instance) or depth > 5:
        return []
    if value.name in PIPELINES:
        return [one for step in steps_of(value) for one in learners(step, depth + 1)]
    if value.name in KIND and value.library != "torch":
        return [(value.name, KIND[value.name])]
    return []


def fit(context: Context, call: Call, instance: Instance) -> None:
    """Remember what it was fitted on."""
    X = call.get("X", 0) or call.get("texts") or call.get("x") or call.get("raw_documents") or UNKNOWN
    if X is UNKNOWN and learners(instance):
        X = minted(context, call)
    y = call.get("y", 1) or UNKNOWN
    instance.fits.append(Fit(_data(X), y, call.node, context.order))


def minted(context: Context, call: Call, at: int = 0) -> Value:
    """Rows for an argument of which nothing is known but that it is fitted or split, so it must be rows.

    They are bound to its name, so that what is done to them is seen where the name is read again.
    """
    if at >= len(call.args) or at >= len(call.node.args) or call.args[at] is not UNKNOWN:
        return UNKNOWN
    node = call.node.args[at]
    if not isinstance(node, ast.Name | ast.Attribute):
        return UNKNOWN
    made = Data(rows=frozenset({(("named", written(node), ""),)}))
    call.args[at] = made
    if isinstance(node, ast.Name):
        context.bind(node.id, made)
    elif isinstance(node.value, ast.Name) and isinstance(owner := context.lookup(node.value.id), Instance):
        owner.attrs[node.attr] = made
    return made


def _data(value: Value) -> Value:
    found = as_data(value)
    if found is not None:
        return found
    many = frames.gathered(value)
    return frames.together(many) if many else value


def method(context: Context, call: Call, instance: Instance) -> Value:
    """A method of an estimator."""
    name = call.name
    if name in ("fit", "partial_fit", "fit_transform", "fit_predict", "fit_resample", "fit_sample"):
        fit(context, call, instance)
    if name in ("fit", "partial_fit", "set_params", "set_output"):
        return instance
    X = call.get("X", 0) or call.get("raw_documents")
    data = as_data(_data(X)) if X is not None else None
    if name in ("fit_resample", "fit_sample"):
        return _resampled(call, data)
    if data is None:
        return _without_data(instance, name)
    if name == "inverse_transform":
        return data.flagged("raised")
    if name in ("transform", "fit_transform"):
        return transformed(instance, data)
    if name in ("predict", "fit_predict"):
        data = indexes.as_array(data.but(learned=data.learned | clusters_of(instance)))
        return data.but(kind="predicted", made_by=instance, role="y", columns=None, form="", learned=data.learned)
    if name in ("predict_proba", "decision_function", "predict_log_proba", "score_samples"):
        return data.but(kind="probabilities", made_by=instance, role="y", columns=None, form=name)
    if name == "score":
        return Data(kind="score", rows=data.rows, made_by=instance, last="model.score")
    if name == "split":
        return folds(context, call, instance, data)
    return data


def clusters_of(instance: Instance) -> frozenset[Learning]:
    """What numbers of clusters tell of the rows that the clusters were found in."""
    if task_of(instance) != "cluster" or instance.name in ("IsolationForest", "OneClassSVM"):
        return frozenset()
    if not instance.fits or not isinstance(rows := instance.fits[-1].X, Data):
        return frozenset()
    node = instance.fits[-1].node
    return frozenset({frames.learning(node, instance.name, "reduce", rows, _argument_text(node))})


def _without_data(instance: Instance, name: str) -> Value:
    if name in ("get_support", "get_feature_names_out", "get_feature_names"):
        return attribute(instance, name)
    return UNKNOWN


def attribute(instance: Instance, name: str) -> Value:
    """What a fitted object tells of what it has learnt."""
    told = ("feature_importances_", "coef_", "scores_", "pvalues_", "support_", "ranking_", "get_support")
    if name in told and instance.fits and isinstance(instance.fits[-1].X, Data):
        found = instance.fits[-1]
        data = instance.fits[-1].X
        if isinstance(data, Data):
            one = frames.learning(found.node, instance.name, "select", data, "the data")
            return Data(rows=data.rows, learned=frozenset({one}), kind="stat")
    return UNKNOWN


def transformed(instance: Instance, data: Data) -> Value:
    """The data after a fitted transformer: what it learnt is in it now."""
    found = learners(instance)
    if not found and instance.own is None:
        unknown = instance.name not in PIPELINES and instance.name not in STATELESS
        return data.but(applied=data.applied | {instance.serial} if unknown and instance.fits else data.applied)
    learned = set(data.learned)
    judge = instance.argument("estimator", 0) if instance.name == "SelectFromModel" else None
    for one in instance.fits or (judge.fits if isinstance(judge, Instance) else []):  # prefit=True
        if isinstance(one.X, Data):
            of = _argument_text(one.node)
            learned |= {
                Learning(what, kind, one.X.rows, one.node.lineno, one.node.col_offset, of)  # type: ignore[attr-defined]
                for what, kind in found
            }
    form = data.form
    if instance.name in LABEL_ENCODERS:
        form = {"LabelEncoder": "int", "LabelBinarizer": "onehot"}.get(instance.name, "")
    elif instance.name == "OneHotEncoder":
        form = "onehot"
    scaled = {"scaled"} if any(kind == "scale" for _, kind in found) else set()
    same = bool(scaled) and instance.name not in ("ColumnTransformer", "make_column_transformer")
    return data.but(
        learned=frozenset(learned),
        applied=data.applied | ({instance.serial} if any(kind != "encode" for _, kind in found) else set()),
        flags=indexes.as_array(data).flags | scaled,
        form=form,
        columns=data.columns if same else None,
        without=data.without if same else data.without | {"?"},
    )


def _argument_text(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and node.args:
        return written(node.args[0])
    return "the data"


def _resampled(call: Call, data: Data | None) -> Value:
    if data is None:
        return UNKNOWN
    one = frames.learning(
        call.node,
        call.receiver.name if isinstance(call.receiver, Instance) else "resampling",
        "resample",
        data,
        call.text(0),
    )
    made = data.but(learned=data.learned | {one})
    y = as_data(call.get("y", 1))
    labels = y.but(learned=y.learned | {one}) if y is not None else made.but(role="y")
    return Seq([made, labels], "tuple")


def folds(context: Context, call: Call, instance: Instance, data: Data) -> Value:
    """`KFold().split(X)`: pairs of row numbers, of the train and of the test part."""
    del call
    which = context.fresh()
    pair = [
        Data(kind="picks", steps=(("split", which, part),), made_by=instance, rows=data.rows)
        for part in ("train", "test")
    ]
    return Seq([Seq([*pair], "tuple")], "list", False)


def split(context: Context, call: Call) -> Value:
    """`train_test_split(...)`: parts of each of its arguments, in turn."""
    seed = constant(call.get("random_state"))
    for at, value in enumerate(call.args):
        if value is UNKNOWN:
            minted(context, call, at)
    given = list(call.args)
    which: object = context.fresh()
    if isinstance(seed, int):
        which = ("seed", seed, call.text(99, "test_size"), call.text(99, "stratify"))
    ordered = constant(call.get("shuffle")) is False
    parts: list[Value] = []
    for value in given:
        data = as_data(_data(value))
        for part in ("train", "test"):
            if data is None:
                parts.append(UNKNOWN)
                continue
            flags = data.flags if ordered else data.flags - {"temporal"}
            flags |= {"gapped"} if "array" not in flags and not (ordered and part == "train") else set()
            depth = max((len(row) for row in data.rows), default=0)  # a part that is split again by the same seed
            rows = chosen(data.rows, ("split", (which, depth), part))
            parts.append(data.but(rows=rows, flags=flags))
    return Seq(parts, "list")


def dataset(context: Context, call: Call) -> Value:
    """A bundled data set, or a made one."""
    name, form = DATASETS.get(call.name, (call.name, ""))
    if call.get("n_class") is not None:  # load_digits(n_class=6): of its ten classes, some
        name = f"part of {name}"
    base = Data(rows=frozenset({(("source", context.fresh(), name),)}), frame=0, dataset=name)
    X, y = base.but(role="X"), base.but(role="y", form=form)
    if call.name.startswith("make_"):
        weights = call.get("weights")
        if isinstance(weights, Seq) and any(
            isinstance(one, Const) and isinstance(one.value, int | float) and one.value >= 0.9 for one in weights.items
        ):
            y = y.flagged("imbalanced")
        return Seq([X, y], "tuple")
    if constant(call.get("return_X_y")) is True:
        return Seq([X, y], "tuple")
    return base.but(form=form)


JUDGES_OF_COLUMNS = listed("mutual_info_classif mutual_info_regression f_classif f_regression chi2 r_regression")


def columns_judged(context: Context, call: Call) -> Value:
    """`mutual_info_classif(X, y)`: a number for each column, learnt from all rows that are given."""
    del context
    data = as_data(call.get("X", 0))
    if data is None:
        return UNKNOWN
    one = frames.learning(call.node, call.name, "select", data, call.text(0))
    made = Data(rows=data.rows, learned=data.learned | {one}, kind="stat")
    return made if call.name.startswith(("mutual", "r_")) else Seq([made, made], "tuple")


def resampled_rows(context: Context, call: Call) -> Value:
    """`sklearn.utils.resample`, with replacement unless told otherwise; `shuffle`."""
    del context
    found = [one for value in call.args for one in frames.gathered(value)]
    if call.name == "shuffle":
        made: list[Value] = [one.flagged("shuffled") for one in found]
    elif constant(call.get("replace")) is False:
        made = list(found)
    else:
        made = [
            one.but(
                learned=one.learned | {frames.learning(call.node, "resample", "resample", one, call.text(0))}
            ).flagged("repeated")
            for one in found
        ]
    return made[0] if len(made) == 1 else Seq(made, "list") if made else UNKNOWN


def scaled_by_function(context: Context, call: Call) -> Value:
    """`sklearn.preprocessing.scale(X)` and its kin: fitted on what they are given, there and then."""
    del context
    data = as_data(call.get("X", 0) or call.get("a"))
    if data is None:
        return UNKNOWN
    one = frames.learning(call.node, call.name, "scale", data, call.text(0))
    return data.but(learned=data.learned | {one}).flagged("scaled")


def stacked(value: Value) -> list[Value]:
    """Values of a list or dict of estimators."""
    if isinstance(value, Seq):
        return value.items
    return list(value.items.values()) if isinstance(value, Table) else []

"""Recipes for regression: each writes the parts of one module.

Predictions are kept within the range of targets that was seen (never below zero where no target was), except where
folds follow time, and values beyond the past are to be expected.
"""

from mlpilot.tools.recipes.blocks import Parts
from mlpilot.tools.recipes.classification import MLP_SPACE, boosting_space
from mlpilot.tools.recipes.common import FEW_FOR_THREADS, sample_lines, sampled
from mlpilot.tools.recipes.table import Table

ABSOLUTE_METRICS = ("absolute", "pinball")
LOGARITHMIC_METRICS = ("log_error", "logarithmic")
POSITIVE_METRICS = ("poisson", "gamma")


def _return(table: Table, model: str) -> str:
    """The end of fit: the model, and the range that predictions are kept in."""
    return (
        f"return {model}"
        if table.timed
        else f'return {{"regressor": {model}, "range": [float(y.min()), float(y.max())]}}'
    )


def _predict(table: Table) -> str:
    if table.timed:
        return """
        def predict(model, X):
            return model.predict(prepare(X))
        """
    low = "max(low, 1e-6)" if any(word in table.metric for word in POSITIVE_METRICS) else "low"
    return f"""
    def predict(model, X):
        low, high = model["range"]
        return np.clip(model["regressor"].predict(prepare(X)), {low}, high)
    """


def _targets(*options: str) -> str:
    return f"Choice([{', '.join(repr(option) for option in options).replace(chr(39), chr(34))}])"


TARGETS = '''
def on_target(regressor, params):
    """The regressor, taught on the target as it is (but scaled), or bent into a bell curve."""
    bell = QuantileTransformer(n_quantiles=QUANTILES, output_distribution="normal", random_state=0)
    transformer = bell if params["target"] == "bell" else StandardScaler()
    return TransformedTargetRegressor(regressor, transformer=transformer)
'''


def _bending(table: Table) -> tuple[dict[str, str], dict[str, str]]:
    """SPACE and constants of `on_target`: bent first where the metric is forgiving of large errors."""
    forgiving = any(word in table.metric for word in (*ABSOLUTE_METRICS, *LOGARITHMIC_METRICS))
    options = ("bell", "plain") if forgiving else ("plain", "bell")
    return {"target": _targets(*options)}, {"QUANTILES": str(max(10, min(500, table.train_rows // 2)))}


def linear(table: Table) -> Parts:
    space, constants = _bending(table)
    fit = f"""
    def fit(X, y, *, params, seed, report):
        ridge = Ridge(alpha=params["alpha"] * len(X))
        model = make_pipeline(features(params), on_target(ridge, params)).fit(prepare(X), y)
        {_return(table, "model")}
    """
    space = {"alpha": "Float(1e-5, 10, log=True, default=0.02)", **space}
    if table.texts:
        space["pieces"] = "Choice([True, False])"
        space["alpha"] = "Float(1e-5, 1, log=True, default=1e-3)"
    return Parts(
        "Ridge regression on scaled columns: hard to beat where rows are few, and easy to explain.",
        "sparse",
        fit,
        _predict(table),
        space,
        scalings=("standard", "yeo-johnson", "quantile"),
        constants=constants,
        helpers=(TARGETS,),
    )


def elastic(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        net = ElasticNetCV(l1_ratio=params["l1_ratio"], cv=5, max_iter=5000, random_state=seed)
        model = make_pipeline(features(params), StandardScaler(), net).fit(prepare(X), y)
        {_return(table, "model")}
    """
    return Parts(
        "Elastic net: a linear model that leaves out columns that do not help; its strength chosen within.",
        "scaled",
        fit,
        _predict(table),
        {"l1_ratio": "Float(0.05, 1.0, default=0.7)"},
        scalings=("standard", "yeo-johnson"),
    )


def interactions(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        pairs = PolynomialFeatures(2, include_bias=False, interaction_only=params["products_only"])
        ridge = RidgeCV(np.logspace(-1, 5, 19))
        model = make_pipeline(features(params), pairs, StandardScaler(), ridge).fit(prepare(X), y)
        {_return(table, "model")}
    """
    return Parts(
        "Ridge regression on columns and their products: what two columns say only together.",
        "scaled",
        fit,
        _predict(table),
        {"products_only": "Choice([False, True])"},
        scalings=("standard", "quantile"),
    )


def splines(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        ridge = RidgeCV(np.logspace(-1, 5, 19))
        model = make_pipeline(features(params), StandardScaler(), ridge).fit(prepare(X), y)
        {_return(table, "model")}
    """
    return Parts(
        "Ridge regression on a smooth curve of each number: bends that a straight line misses.",
        "splines",
        fit,
        _predict(table),
        {"knots": "Int(3, 12, default=5)"},
        scalings=("standard", "quantile"),
    )


def poisson(table: Table) -> Parts:
    del table
    fit = """
    def fit(X, y, *, params, seed, report):
        # A Poisson model needs a target that is never negative: counts are, and so are most amounts.
        shift = min(0.0, float(y.min()))
        regressor = PoissonRegressor(alpha=params["alpha"], solver="newton-cholesky")
        model = make_pipeline(features(params), StandardScaler(), regressor).fit(prepare(X), y - shift)
        return {"regressor": model, "shift": shift, "high": float(y.max())}
    """
    predict = """
    def predict(model, X):
        return np.minimum(model["regressor"].predict(prepare(X)) + model["shift"], model["high"])
    """
    return Parts(
        "Poisson regression on smooth curves of the numbers: effects multiply, as they do for counts and amounts.",
        "splines",
        fit,
        predict,
        {"alpha": "Float(1e-4, 10, log=True, default=0.01)", "knots": "Int(3, 8, default=4)"},
        scalings=("standard", "quantile"),
    )


def svm(table: Table) -> Parts:
    space, constants = _bending(table)
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {_return_range(table)}{sample_lines(table, "svm", indent=8)}
        columns = features(params)
        Z = columns.fit_transform(prepare(X), y)
        gamma = params["gamma"] / (Z.shape[1] * Z.var() + 1e-9)
        machine = SVR(C=params["C"], gamma=gamma, epsilon=params["epsilon"], cache_size=300)
        model = make_pipeline(columns, on_target(machine, params)).fit(prepare(X), y)
        {_end(table)}
    """
    return Parts(
        "RBF support vector regression: smooth, and little moved by single large errors.",
        "scaled",
        fit,
        _predict(table),
        {
            "C": "Float(0.01, 100, log=True, default=0.5)",
            "gamma": "Float(0.003, 10, log=True, default=0.1)",
            "epsilon": "Float(0.01, 1.0, log=True, default=0.2)",
            **space,
        },
        scalings=("standard", "quantile"),
        constants=constants | (sampled(table, "svm") or {}),
        helpers=(TARGETS,),
    )


def _return_range(table: Table) -> str:
    """For recipes that learn from a sample: the range is taken from all rows first."""
    return "" if table.timed else "limits = [float(y.min()), float(y.max())]"


def _end(table: Table) -> str:
    return "return model" if table.timed else 'return {"regressor": model, "range": limits}'


def kernel(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {_return_range(table)}{sample_lines(table, "kernel", indent=8)}
        columns = features(params)
        Z = columns.fit_transform(prepare(X), y)
        gamma = params["gamma"] / (Z.shape[1] * Z.var() + 1e-9)
        landmarks = Nystroem(gamma=gamma, n_components=min(LANDMARKS, len(Z)), random_state=seed)
        ridge = RidgeCV(np.logspace(-2, 5, 15))
        model = make_pipeline(columns, landmarks, StandardScaler(), ridge).fit(prepare(X), y)
        {_end(table)}
    """
    return Parts(
        "Ridge regression on likeness to a few hundred rows (Nystroem's RBF features): a smooth surface.",
        "scaled",
        fit,
        _predict(table),
        {"gamma": "Float(0.003, 10, log=True, default=0.3)"},
        scalings=("standard", "quantile"),
        constants={"LANDMARKS": "300", **(sampled(table, "kernel") or {})},
    )


def gaussian_process(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {_return_range(table)}{sample_lines(table, "gp", indent=8)}
        columns = features(params)
        width = columns.fit_transform(prepare(X), y).shape[1]
        smooth = RBF(width**0.5) if params["kernel"] == "rbf" else Matern(width**0.5, nu=1.5)
        straight = DotProduct() if params["trend"] else ConstantKernel()
        kernel = ConstantKernel() * smooth + 0.1 * straight + WhiteKernel()
        process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
        model = make_pipeline(columns, process).fit(prepare(X), y)
        {_end(table)}
    """
    return Parts(
        "Gaussian process: a smooth surface whose wiggliness and noise are learnt from the data; for small tables.",
        "scaled",
        fit,
        _predict(table),
        {"kernel": 'Choice(["rbf", "matern"])', "trend": "Choice([True, False])"},
        scalings=("standard", "yeo-johnson"),
        constants=sampled(table, "gp"),
    )


def neighbours(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {_return_range(table)}{sample_lines(table, "neighbours", indent=8)}
        neighbours = KNeighborsRegressor(
            min(params["neighbours"], len(X)), weights=params["weights"], p=params["power"]
        )
        model = make_pipeline(features(params), neighbours).fit(prepare(X), y)
        {_end(table)}
    """
    return Parts(
        "Nearest neighbours: what happened to rows like this one; it errs differently from most other models.",
        "scaled",
        fit,
        _predict(table),
        {
            "neighbours": f"Int(1, {max(2, min(150, table.train_rows // 3))}, log=True, default={_near(table)})",
            "weights": 'Choice(["distance", "uniform"])',
            "power": "Choice([2, 1])",
        },
        scalings=("standard", "quantile"),
        constants=sampled(table, "neighbours"),
    )


def _near(table: Table) -> int:
    return max(2, min(20, table.train_rows // 8))


def forest(table: Table) -> Parts:
    return _trees(table, "RandomForestRegressor", "Random forest: the mean of many trees, each grown on other rows.")


def extra_trees(table: Table) -> Parts:
    return _trees(
        table, "ExtraTreesRegressor", "Extremely randomised trees: thresholds drawn by chance, then averaged."
    )


def _trees(table: Table, name: str, doc: str) -> Parts:
    large = table.train_rows > 100_000
    extra = name.startswith("Extra")
    line = "\n            "
    sampling = "" if extra else f'{line}max_samples=params["sample"],'
    if large:
        sampling = f"{line}bootstrap=True,{line}max_samples=ROWS / len(X) if len(X) > ROWS else None,"
    trees = 60 if large else 100
    threads = "\n            n_jobs=THREADS," if table.train_rows > FEW_FOR_THREADS else ""
    fit = f"""
    def fit(X, y, *, params, seed, report):
        trees = {name}(
            TREES,
            max_features=params["max_features"],
            min_samples_leaf=params["leaf"],
            random_state=seed,{sampling}{threads}
        )
        model = make_pipeline(features(params), trees).fit(prepare(X), y)
        {_return(table, "model")}
    """
    space = {
        "max_features": f"Float(0.1, 1.0, default={0.7 if extra else 0.5})",
        "leaf": f"Int(1, 50, log=True, default={3 if not large else 5})",
    }
    if not large and not extra:
        space["sample"] = "Float(0.3, 1.0, default=0.99)"
    constants = {"TREES": str(trees)}
    if threads:
        constants["THREADS"] = str(table.threads)
    if large:
        constants["ROWS"] = "100_000"
    return Parts(doc, "trees", fit, _predict(table), space, constants=constants)


def boosting(table: Table) -> Parts:
    native = ", categorical_features=list(range(len(CATEGORIES)))" if table.few(200) else ""
    losses = ["squared_error", "poisson", "absolute_error"]
    if any(word in table.metric for word in ABSOLUTE_METRICS):
        losses = ["absolute_error", "squared_error", "poisson"]
    elif any(word in table.metric for word in (*POSITIVE_METRICS, *LOGARITHMIC_METRICS)):
        losses = ["poisson", "squared_error"]
    elif "squared" in table.metric or table.metric == "r2":
        losses = losses[:2]
    fit = f"""
    def fit(X, y, *, params, seed, report):
        # A Poisson loss needs a target that is never negative.
        loss = "squared_error" if params["loss"] == "poisson" and y.min() < 0 else params["loss"]
        regressor = HistGradientBoostingRegressor(
            loss=loss,
            learning_rate=params["learning_rate"],
            max_iter=params["max_iter"],
            max_leaf_nodes=params["max_leaf_nodes"],
            min_samples_leaf=params["leaf"],
            l2_regularization=params["l2"],
            max_features=params["max_features"]{native},
            early_stopping=len(X) > 20_000,
            random_state=seed,
        )
        model = make_pipeline(features(params), regressor).fit(prepare(X), y)
        {_return(table, "model")}
    """
    return Parts(
        "Gradient boosting on binned columns, missing values and categories handled by the trees themselves.",
        "native",
        fit,
        _predict(table),
        boosting_space(table) | {"loss": _targets(*losses)},
    )


def mlp(table: Table) -> Parts:
    space, constants = _bending(table)
    stopping, epochs = table.train_rows > 2000, 100 if table.train_rows > 2000 else 200
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {_return_range(table)}{sample_lines(table, "mlp", indent=8)}
        network = MLPRegressor(
            hidden_layer_sizes=[params["units"]] * params["layers"],
            alpha=params["alpha"],
            learning_rate_init=params["learning_rate"],
            early_stopping={stopping},
            max_iter={epochs},
        )
        committee = BaggingRegressor(network, NETWORKS, bootstrap=False, random_state=seed)
        model = make_pipeline(features(params), on_target(committee, params)).fit(prepare(X), y)
        {_end(table)}
    """
    return Parts(
        "A neural network on scaled columns: the mean of a few that started differently.",
        "scaled",
        fit,
        _predict(table),
        MLP_SPACE | {"alpha": "Float(1e-3, 30, log=True, default=1.0)"} | space,
        scalings=("standard", "quantile"),
        constants={"NETWORKS": "2", **constants, **(sampled(table, "mlp") or {})},
        helpers=(TARGETS,),
    )

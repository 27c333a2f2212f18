"""Recipes for classification: each writes the parts of one module. All of them give probabilities.

`codes` are the classes numbered in `numpy.unique` order, which is the order that columns of probabilities must have.
"""

from mlpilot.tools.recipes.blocks import Parts
from mlpilot.tools.recipes.common import FEW_FOR_THREADS, SAMPLE, sample_lines, sampled
from mlpilot.tools.recipes.table import Table

LABEL_METRICS = ("balanced_accuracy", "f1", "recall", "jaccard", "precision", "matthews")

CODES = "codes = np.unique(y, return_inverse=True)[1]"

PREDICT = """
def predict(model, X):
    return model.predict_proba(prepare(X))
"""

TEMPERED_PREDICT = """
def predict(model, X):
    Z = model["columns"].transform(prepare(X))
    return tempered(model["classifier"].predict_proba(Z), model["power"])
"""

TEMPER = '''
def tempered(probabilities, power):
    """Probabilities raised to a power and normalised: below 1 more cautious, above 1 more decided, never certain."""
    sharpened = softmax(power * np.log(probabilities + FLOOR), axis=1)
    return (sharpened + DOUBT) / (1 + DOUBT * sharpened.shape[1])


def best_power(probabilities, codes):
    """The power that makes the classes of held-out rows likeliest (temperature scaling, Guo et al. 2017)."""
    rows = np.arange(len(codes))

    def surprise(power):
        return -np.log(tempered(probabilities, power)[rows, codes]).mean()

    return float(minimize_scalar(surprise, bounds=(0.2, 5), method="bounded").x)
'''


def _doubt(table: Table) -> dict[str, str]:
    """Nothing is less likely than one row in ten times as many as were seen."""
    return {"DOUBT": f"{0.1 / max(table.train_rows, 1):.1g}"}


FOLDS = '''
def folds(codes, seed):
    """Folds within the training rows: three or five, fewer where the rarest class allows no more."""
    most = 3 if len(codes) > 800 else 5
    return StratifiedKFold(max(2, min(most, np.bincount(codes).min())), shuffle=True, random_state=seed)
'''


def _weights(table: Table) -> dict[str, str]:
    """Balanced class weights are worth trying where the metric counts every class alike."""
    wanted = any(word in table.metric for word in LABEL_METRICS)
    return {"class_weight": 'Choice([None, "balanced"])'} if wanted else {}


def _weight_argument(table: Table) -> str:
    return ', class_weight=params["class_weight"]' if _weights(table) else ""


def linear(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}
        classifier = LogisticRegression(C=params["C"], max_iter=1000{_weight_argument(table)})
        return make_pipeline(features(params), classifier).fit(prepare(X), codes)
    """
    space = {"C": "Float(1e-3, 1e3, log=True, default=1.0)", **_weights(table)}
    if table.texts:
        space["pieces"] = "Choice([True, False])"
        space["C"] = "Float(1e-2, 1e3, log=True, default=5.0)"
    return Parts(
        "Scaled logistic regression: hard to beat where rows are few, and easy to explain.",
        "sparse",
        fit,
        PREDICT,
        space,
        scalings=("standard", "yeo-johnson", "quantile"),
    )


def interactions(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}
        pairs = PolynomialFeatures(2, include_bias=False, interaction_only=params["products_only"])
        classifier = LogisticRegression(C=params["C"], max_iter=500{_weight_argument(table)})
        model = make_pipeline(features(params), pairs, StandardScaler(), classifier)
        return model.fit(prepare(X), codes)
    """
    space = {"C": "Float(1e-5, 10, log=True, default=0.01)", "products_only": "Choice([False, True])"}
    return Parts(
        "Logistic regression on columns and their products: what two columns say only together.",
        "scaled",
        fit,
        PREDICT,
        space | _weights(table),
        scalings=("standard", "quantile"),
    )


def splines(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}
        classifier = LogisticRegression(C=params["C"], max_iter=500{_weight_argument(table)})
        return make_pipeline(features(params), StandardScaler(), classifier).fit(prepare(X), codes)
    """
    space = {"C": "Float(1e-5, 10, log=True, default=0.03)", "knots": "Int(3, 10, default=5)"}
    return Parts(
        "Logistic regression on a smooth curve of each number: bends that a straight line misses.",
        "splines",
        fit,
        PREDICT,
        space | _weights(table),
        scalings=("standard", "quantile"),
    )


def discriminant(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}
        if params["boundary"] == "quadratic":
            classifier = QuadraticDiscriminantAnalysis(reg_param=params["shrinkage"])
        else:
            classifier = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=params["shrinkage"])
        columns = features(params)
        Z = columns.fit_transform(prepare(X), codes)
        held_out = cross_val_predict(classifier, Z, codes, cv=folds(codes, seed), method="predict_proba")
        return {{"columns": columns, "classifier": classifier.fit(Z, codes), "power": best_power(held_out, codes)}}
    """
    boundaries = ["linear"] if table.smallest_class < 2 * table.width else ["quadratic", "linear"]
    options = ", ".join(f'"{name}"' for name in boundaries)
    space = {"boundary": f"Choice([{options}])", "shrinkage": "Float(1e-3, 0.9, log=True, default=0.1)"}
    return Parts(
        "Discriminant analysis: each class a bell curve of its own, its covariance shrunk; strong on small tables.",
        "scaled",
        fit,
        TEMPERED_PREDICT,
        space,
        scalings=("standard", "yeo-johnson"),
        constants={"FLOOR": "1e-4", **_doubt(table)},
        helpers=(TEMPER, FOLDS),
    )


def svm(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}{sample_lines(table, "svm", indent=8)}
        columns = features(params)
        Z = columns.fit_transform(prepare(X), codes)
        gamma = params["gamma"] / (Z.shape[1] * Z.var() + 1e-9)
        machine = OneVsRestClassifier(SVC(C=params["C"], gamma=gamma, cache_size=300{_weight_argument(table)}))
        # A margin is not a probability: learn one from the other, on rows that the machine has not seen.
        margins = cross_val_predict(machine, Z, codes, cv=folds(codes, seed), method="decision_function")
        probabilities = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
        probabilities.fit(margins.reshape(len(Z), -1), codes)
        return {{"columns": columns, "machine": machine.fit(Z, codes), "probabilities": probabilities}}
    """
    predict = """
    def predict(model, X):
        margins = model["machine"].decision_function(model["columns"].transform(prepare(X)))
        return model["probabilities"].predict_proba(margins.reshape(len(X), -1))
    """
    space = {
        "C": "Float(0.1, 1e3, log=True, default=10.0)",
        "gamma": "Float(0.03, 30, log=True, default=1.0)",
        **_weights(table),
    }
    return Parts(
        "RBF support vector machines, each class against the rest, their margins turned into probabilities.",
        "scaled",
        fit,
        predict,
        space,
        scalings=("min-max", "standard", "quantile"),
        constants=sampled(table, "svm"),
        helpers=(FOLDS, *([SAMPLE] if sampled(table, "svm") else [])),
    )


def kernel(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}{sample_lines(table, "kernel", indent=8)}
        columns = features(params)
        Z = columns.fit_transform(prepare(X), codes)
        gamma = params["gamma"] / (Z.shape[1] * Z.var() + 1e-9)
        landmarks = Nystroem(gamma=gamma, n_components=min(LANDMARKS, len(Z)), random_state=seed)
        classifier = LogisticRegression(C=params["C"], max_iter=300{_weight_argument(table)})
        return make_pipeline(columns, landmarks, StandardScaler(), classifier).fit(prepare(X), codes)
    """
    space = {
        "C": "Float(1e-4, 10, log=True, default=0.03)",
        "gamma": "Float(0.03, 10, log=True, default=0.5)",
        **_weights(table),
    }
    return Parts(
        "Logistic regression on likeness to a few hundred rows (Nystroem's RBF features): curved, and calibrated.",
        "scaled",
        fit,
        PREDICT,
        space,
        scalings=("standard", "quantile"),
        constants={"LANDMARKS": "300", **(sampled(table, "kernel") or {})},
        helpers=(SAMPLE,) if sampled(table, "kernel") else (),
    )


def neighbours(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}{sample_lines(table, "neighbours", indent=8)}
        neighbours = KNeighborsClassifier(
            min(params["neighbours"], len(X) // 2), weights=params["weights"], p=params["power"]
        )
        columns = features(params)
        Z = columns.fit_transform(prepare(X), codes)
        held_out = cross_val_predict(neighbours, Z, codes, cv=folds(codes, seed), method="predict_proba")
        return {{"columns": columns, "classifier": neighbours.fit(Z, codes), "power": best_power(held_out, codes)}}
    """
    space = {
        "neighbours": f"Int(1, {max(2, min(100, table.train_rows // 4))}, log=True, default={_near(table)})",
        "weights": 'Choice(["distance", "uniform"])',
        "power": "Choice([2, 1])",
    }
    return Parts(
        "Nearest neighbours: what happened to rows like this one; it errs differently from most other models.",
        "scaled",
        fit,
        TEMPERED_PREDICT,
        space,
        scalings=("standard", "min-max", "quantile"),
        constants={"FLOOR": "0.01", **_doubt(table), **(sampled(table, "neighbours") or {})},
        helpers=(TEMPER, FOLDS, *([SAMPLE] if sampled(table, "neighbours") else [])),
    )


def _near(table: Table) -> int:
    return max(2, min(15, table.train_rows // 8))


def forest(table: Table) -> Parts:
    return _trees(
        table,
        "RandomForestClassifier",
        "Random forest, its probabilities corrected on the rows that each tree left out.",
    )


def extra_trees(table: Table) -> Parts:
    return _trees(
        table,
        "ExtraTreesClassifier",
        "Extremely randomised trees, their probabilities corrected on the rows that each tree left out.",
    )


def _trees(table: Table, name: str, doc: str) -> Parts:
    large = table.train_rows > 100_000
    limits = ", max_samples=ROWS / len(X) if len(X) > ROWS else None" if large else ""
    trees = 60 if large else 100
    threads = "\n            n_jobs=THREADS," if table.train_rows > FEW_FOR_THREADS else ""
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}
        trees = {name}(
            TREES,
            max_features=params["max_features"],
            min_samples_leaf=params["leaf"],
            criterion=params["criterion"],
            bootstrap=True,
            oob_score=True{limits}{_weight_argument(table)},{threads}
            random_state=seed,
        )
        columns = features(params)
        trees.fit(columns.fit_transform(prepare(X), codes), codes)
        left_out = np.nan_to_num(trees.oob_decision_function_, nan=0.0)
        seen = left_out.sum(axis=1) > 0
        return {{"columns": columns, "classifier": trees, "power": best_power(left_out[seen], codes[seen])}}
    """
    space = {
        "max_features": f"Float(0.05, 1.0, default={min(1.0, max(0.05, table.plain_width**-0.5)):.2f})",
        "leaf": f"Int(1, 50, log=True, default={5 if large else 1})",
        "criterion": 'Choice(["gini", "entropy"])',
        **_weights(table),
    }
    constants = {"TREES": str(trees), "FLOOR": f"{0.5 / trees:.2g}", **_doubt(table)}
    if threads:
        constants["THREADS"] = str(table.threads)
    if large:
        constants["ROWS"] = "100_000"
    return Parts(doc, "trees", fit, TEMPERED_PREDICT, space, constants=constants, helpers=(TEMPER,))


def boosting(table: Table) -> Parts:
    native = ", categorical_features=list(range(len(CATEGORIES)))" if table.few(200) else ""
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}
        classifier = HistGradientBoostingClassifier(
            learning_rate=params["learning_rate"],
            max_iter=params["max_iter"],
            max_leaf_nodes=params["max_leaf_nodes"],
            min_samples_leaf=params["leaf"],
            l2_regularization=params["l2"],
            max_features=params["max_features"]{native}{_weight_argument(table)},
            early_stopping=len(X) > 20_000,
            random_state=seed,
        )
        return make_pipeline(features(params), classifier).fit(prepare(X), codes)
    """
    return Parts(
        "Gradient boosting on binned columns, missing values and categories handled by the trees themselves.",
        "native",
        fit,
        PREDICT,
        boosting_space(table) | _weights(table),
    )


def boosting_space(table: Table) -> dict[str, str]:
    """Smaller and fewer trees for smaller tables, as a start."""
    rows = table.train_rows
    leaves, rate, trees = (31, 0.1, 150) if rows > 10_000 else (15, 0.07, 120) if rows > 1000 else (6, 0.07, 80)
    most = 60 if rows < 1000 else 200
    return {
        "learning_rate": f"Float(0.01, 0.3, log=True, default={rate})",
        "max_iter": f"Int(30, {600 if rows > 1000 else 300}, log=True, default={trees})",
        "max_leaf_nodes": f"Int(3, {most // 2}, log=True, default={leaves})",
        "leaf": f"Int(2, {most}, log=True, default={10 if rows < 1000 else 20})",
        "l2": "Float(1e-3, 100, log=True, default=0.1)",
        "max_features": "Float(0.2, 1.0, default=0.6)",
    }


def mlp(table: Table) -> Parts:
    stopping = table.train_rows > 2000 and table.smallest_class >= 20
    epochs = 100 if table.train_rows > 2000 else 200
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}{sample_lines(table, "mlp", indent=8)}
        network = MLPClassifier(
            hidden_layer_sizes=[params["units"]] * params["layers"],
            alpha=params["alpha"],
            learning_rate_init=params["learning_rate"],
            early_stopping={stopping},
            max_iter={epochs},
        )
        committee = BaggingClassifier(network, NETWORKS, bootstrap=False, random_state=seed)
        return make_pipeline(features(params), committee).fit(prepare(X), codes)
    """
    return Parts(
        "A neural network on scaled columns: the mean of a few that started differently.",
        "scaled",
        fit,
        PREDICT,
        MLP_SPACE,
        scalings=("standard", "min-max", "quantile"),
        constants={"NETWORKS": "2", **(sampled(table, "mlp") or {})},
        helpers=(SAMPLE,) if sampled(table, "mlp") else (),
    )


MLP_SPACE = {
    "units": "Int(16, 256, log=True, default=64)",
    "layers": "Int(1, 2, default=1)",
    "alpha": "Float(1e-3, 30, log=True, default=0.3)",
    "learning_rate": "Float(5e-4, 2e-2, log=True, default=3e-3)",
}


def bayes(table: Table) -> Parts:
    fit = f"""
    def fit(X, y, *, params, seed, report):
        {CODES}
        classifier = MultinomialNB(alpha=params["alpha"])
        columns = features(params)
        Z = columns.fit_transform(prepare(X), codes)
        held_out = cross_val_predict(classifier, Z, codes, cv=folds(codes, seed), method="predict_proba")
        return {{"columns": columns, "classifier": classifier.fit(Z, codes), "power": best_power(held_out, codes)}}
    """
    return Parts(
        "Naive Bayes on word counts: quick, and good with little text.",
        "counts",
        fit,
        TEMPERED_PREDICT,
        {"alpha": "Float(0.01, 10, log=True, default=0.3)"},
        constants={"FLOOR": "1e-6", **_doubt(table)},
        helpers=(TEMPER, FOLDS),
    )

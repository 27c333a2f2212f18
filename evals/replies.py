"""Replies of a scripted model, written by hand: what a competent one would say, and what an incompetent one does.

They stand for a peer across the network that cannot be had here; they prove that mlpilot does the right thing with what
a model says, and nothing of how good any model is. The ten models are those of the peers' canned answers.
"""

import json
import random
import re
from collections.abc import Callable, Mapping
from typing import Any

Request = Mapping[str, Any]
"""The JSON of a chat completion's request."""

_SOLUTION = """{imports}

SPACE = {space}


def fit(X, y, *, params, seed, report):
    numbers = X.select_dtypes("number").columns
    return make_pipeline(
        make_column_transformer((SimpleImputer(keep_empty_features=True), numbers)), {steps}
    ).fit(X, y)


def predict(model, X):
    return model.predict_proba(X)
"""
_ALWAYS = """from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
"""

_FAILING = """
def fit(X, y, *, params, seed, report):
    return 1 / 0


def predict(model, X):
    return X
"""
_MODELS = {
    "LogisticRegression": (
        "linear_model",
        '{"C": Float(1e-3, 1e3, log=True, default=1.0)}',
        "C=params['C'], max_iter=999",
    ),
    "RandomForestClassifier": ("ensemble", '{"leaf": Int(1, 20, default=1)}', "100, min_samples_leaf=params['leaf']"),
    "SVC": ("svm", '{"C": Float(0.1, 100, log=True, default=2.0)}', "C=params['C'], probability=True"),
    "GaussianNB": ("naive_bayes", '{"var": Float(1e-12, 1e-3, log=True)}', "var_smoothing=params['var']"),
    "KNeighborsClassifier": ("neighbors", '{"k": Int(3, 31, default=9)}', "params['k']"),
    "ExtraTreesClassifier": ("ensemble", '{"leaf": Int(1, 20, default=1)}', "100, min_samples_leaf=params['leaf']"),
    "GradientBoostingClassifier": (
        "ensemble",
        '{"rate": Float(0.01, 0.5, log=True, default=0.1)}',
        "learning_rate=params['rate'], n_estimators=40",
    ),
    "LinearDiscriminantAnalysis": (
        "discriminant_analysis",
        '{"shrink": Float(0.0, 1.0, default=0.1)}',
        'solver="lsqr", shrinkage=params["shrink"]',
    ),
}
NAMES = tuple(_MODELS)
BROKEN = "RandomForestClassifier"
"""Its first version names an argument that does not exist, as the peers' canned answer does."""


def solution(name: str, *, broken: bool = False) -> str:
    """The source of one of the ten."""
    module, space, arguments = _MODELS[name]
    imports = _ALWAYS + f"from sklearn.{module} import {name}"
    arguments = f"n_estimatorz={arguments}" if broken else arguments
    return _SOLUTION.format(imports=imports, space=space, steps=f"StandardScaler(), {name}({arguments})")


def competent(request: Request) -> str:
    """Ideas in order, code for each, a repair of the broken one: a function of the request alone."""
    asked = text_of(request)
    if "Reply with one JSON object" in asked:
        known = [name for name in _MODELS if f"{name} on scaled" in asked]
        left = [name for name in _MODELS if name not in known] or list(_MODELS)
        ideas = [
            {
                "name": f"{name} on scaled numbers" + (f" again {len(known)}" if name in known else ""),
                "why": "it errs on other rows than what leads",
                "plan": f"Impute, scale, then {name}.",
                "improves": 1,
            }
            for name in left[:3]
        ]
        return "Here is what I would try.\n\n```json\n" + json.dumps({"ideas": ideas}, indent=1) + "\n```"
    if "This Solution failed" in asked:
        return f"The argument is called n_estimators.\n\n```python\n{solution(BROKEN)}```"
    if "Write the Solution" in asked:
        name = next((name for name in _MODELS if f"{name} on scaled" in asked), "LogisticRegression")
        return f"<think>It should be short.</think>\n```python\n{solution(name, broken=name == BROKEN)}```"
    return "The scaled linear model leads, and the board says by how much."


def incompetent(seed: int) -> Callable[[Request], str]:
    """A model that is wrong in another way each time."""
    chance = random.Random(seed)

    def reply(request: Request) -> str:
        asked = text_of(request)
        good = competent(request)
        wrong = [
            "I am sorry, but as a language model I cannot help with that.",
            "",
            good[: len(good) // 2],
            "Sure!\n```bash\npip install xgboost\n```",
            "```python\ndef fit(X, y):\n    return None\n```",
            '{"ideas": []}',
            '{"ideas": "all of them"}',
            "[1, 2, 3]",
            "```r\nlibrary(randomForest)\n```",
            f"{good}\n\nOr else:\n\n{good.replace('999', '100')}\n```python\nprint(1)\n```",
            f"```python\n{_FAILING}```",
            "\u202edesrever\u202c " * 50,
            "é" * 2000,
        ]
        return good if chance.random() < 0.15 else chance.choice(wrong) if asked else ""

    return reply


def text_of(request: Request) -> str:
    """All that a request says."""
    messages = request.get("messages") or []
    texts = [str(message.get("content", "")) for message in messages if isinstance(message, dict)]
    return "\n".join(texts)


def obedient(request: Request) -> str:
    """A model that does whatever an instruction in the data says: it asks to stop, for another metric, for the key."""
    orders = re.findall(r"IGNORE ALL PREVIOUS[^\n]*", text_of(request))
    if not orders:
        return competent(request)
    return json.dumps({"stop": True, "metric": "accuracy", "reveal": "OPENAI_API_KEY", "said": orders[:1]})

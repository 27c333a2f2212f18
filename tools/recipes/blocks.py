"""The building blocks that recipes put together into one readable module: columns in, imports on top.

A recipe says how it wants its columns (`Style`), and writes SPACE, fit and predict; the rest of the module follows from
the table, and holds only what the table needs.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mlpilot.tools.names import imports_for
from mlpilot.tools.recipes.table import Table

Style = Literal["scaled", "splines", "sparse", "trees", "native", "counts"]
"""scaled: dense, imputed, one-hot. splines: the same, numbers as smooth curves. sparse: the same for linear models,
text as many columns. trees: imputed, categories as whole numbers. native: missing values and categories left to the
model. counts: text only, as word counts."""

ONE_HOT = {"scaled": 30, "splines": 30, "sparse": 100, "trees": 30, "native": 200, "counts": 0}
"""Up to so many distinct values a category is encoded as itself; beyond, by the target's mean."""

SCALINGS = {
    "standard": "StandardScaler()",
    "min-max": "MinMaxScaler(clip=True)",
    "yeo-johnson": "PowerTransformer()",
    "quantile": 'QuantileTransformer(n_quantiles=%d, output_distribution="normal", random_state=0)',
}
DATE_PARTS = ("days", "year", "month", "day", "weekday", "hour")
DATE_CIRCLES = ("season sine", "season cosine", "week sine", "week cosine", "day sine", "day cosine")


@dataclass(frozen=True)
class Parts:
    """What a recipe writes itself."""

    doc: str
    """The module's docstring: what it does, and why it may be good."""
    style: Style
    fit: str
    predict: str
    space: Mapping[str, str]
    """Key → literal (`Float(1e-3, 1e3, log=True)`)."""
    scalings: Sequence[str] = ("standard",)
    """Ways to scale the numbers; more than one is a choice in SPACE."""
    constants: Mapping[str, str] | None = None
    helpers: Sequence[str] = ()


def write_module(table: Table, parts: Parts) -> str:
    """The whole module. `features(params)` and `prepare(X)` may be used by the recipe's text; `prepare(X)` becomes `X`
    where nothing is to be prepared."""
    scalings = _affordable(table, parts.scalings) if parts.style in ("scaled", "splines", "sparse") else ()
    space = dict(parts.space)
    if len(scalings) > 1 and (table.numbers or table.dates):
        space["scaling"] = f"Choice([{', '.join(_quoted(name) for name in scalings)}])"
    sections = [_constants(table, parts), _space(space), _dedent(parts.fit), _dedent(parts.predict)]
    sections += [_features(table, parts.style, scalings), *_text_helpers(table, parts.style)]
    sections += map(_dedent, parts.helpers)
    preparation = _preparation(table, parts.style)
    sections.append(preparation)
    body = "\n\n\n".join(section for section in sections if section)
    if not preparation:
        body = body.replace("prepare(X)", "X")
    doc = textwrap.fill(parts.doc, 110)
    doc = f'"""{doc}"""' if "\n" not in doc else f'"""{doc}\n"""'
    return "\n\n".join(part for part in (doc, imports_for(body), body) if part) + "\n"


def _dedent(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if text.isprintable() else repr(text)


def name_list(names: Sequence[str]) -> str:
    """A list of names as Python text, wrapped."""
    one_line = f"[{', '.join(map(_quoted, names))}]"
    if len(one_line) <= 95:
        return one_line
    lines, line = [], "   "
    for name in names:
        item = f" {_quoted(name)},"
        if len(line) + len(item) > 110 and line.strip():
            lines.append(line)
            line = "   "
        line += item
    return "\n".join(["[", *lines, line, "]"])


def _affordable(table: Table, scalings: Sequence[str]) -> Sequence[str]:
    """Sorting or fitting a power for each column is left out where it would take longer than the model."""
    if table.train_rows * (len(table.numbers) + 1) > 5_000_000:
        return [name for name in scalings if name in ("standard", "min-max")][:1]
    return scalings


def _constants(table: Table, parts: Parts) -> str:
    limit, text = ONE_HOT[parts.style], parts.style == "counts"
    missing = sorted(table.missing & {*table.numbers, *table.booleans}) if parts.style != "native" else []
    lists = {
        "NUMBERS": table.numbers,
        "MISSING": [name for name in (*table.numbers, *table.booleans) if name in missing],
        "BOOLEANS": table.booleans,
        "CATEGORIES": table.few(limit),
        "MANY": table.many(limit),
        "DATES": table.dates,
    }
    lines = [f"{key} = {name_list(names)}" for key, names in lists.items() if names and not text]
    if table.texts:
        lines += [f"TEXTS = {name_list(table.texts)}", r'WORD = r"(?u)\b\w+\b"']
    if table.dates and not text:
        circles = () if parts.style in ("trees", "native") else DATE_CIRCLES
        lines.append(f"PARTS = {name_list([*DATE_PARTS, *circles])}")
        lines.append('DATE_PARTS = [f"{name} {part}" for name in DATES for part in PARTS]')
    lines += [f"{key} = {value}" for key, value in (parts.constants or {}).items()]
    return "\n".join(lines)


def _space(space: Mapping[str, str]) -> str:
    return "\n".join(["SPACE = {", *(f'    "{key}": {value},' for key, value in space.items()), "}"]) if space else ""


def _features(table: Table, style: Style, scalings: Sequence[str]) -> str:
    """`features(params)`: one transformer for each kind of column that the table has."""
    before: list[str] = []
    # Categories come first, so that a model that splits on them itself is told their positions by a range.
    steps = _category_steps(table, style, before) + _number_steps(table, style, scalings, before)
    steps += [f"*[({_text(style)}, name) for name in TEXTS]"] if table.texts else []
    if style in ("scaled", "splines") and table.categories:
        steps.append("sparse_threshold=0")
    params = "params" if any("params" in line for line in (*before, *steps)) else "_"
    lines = [f"def features({params}):", '    """How each kind of column becomes numbers."""', *before]
    if len(steps) == 1:
        lines.append(f"    return make_column_transformer({steps[0]})")
    else:
        lines += ["    return make_column_transformer(", *(f"        {step}," for step in steps), "    )"]
    return "\n".join(lines)


def _number_steps(table: Table, style: Style, scalings: Sequence[str], before: list[str]) -> list[str]:
    """Steps for numbers, dates and booleans; statements that they need are put into `before`."""
    names = " + ".join(name for name, there in (("NUMBERS", table.numbers), ("DATE_PARTS", table.dates)) if there)
    steps: list[str] = []
    if style == "counts":
        return steps
    if style == "native":
        every = [*([names] if names else []), *(["BOOLEANS"] if table.booleans else [])]
        return [f'("passthrough", {" + ".join(every)})'] if every else []
    imputer = 'SimpleImputer(strategy="median", keep_empty_features=True)'
    if names and style == "trees":
        steps.append(f"({imputer}, {names})")
    elif names:
        curves = ['SplineTransformer(n_knots=params["knots"], include_bias=False)'] if style == "splines" else []
        scaler = _scaler(table, scalings, before)
        before += _call("numbers = make_pipeline", [imputer, scaler, *curves])
        steps.append(f"(numbers, {names})")
    if table.missing & {*table.numbers, *table.booleans}:
        steps.append('(MissingIndicator(features="all"), MISSING)')
    if table.booleans:
        steps.append('(SimpleImputer(strategy="most_frequent", keep_empty_features=True), BOOLEANS)')
    return steps


def _call(what: str, arguments: Sequence[str]) -> list[str]:
    """A call as an indented statement, one argument a line where one line would be too long."""
    line = f"    {what}({', '.join(arguments)})"
    if len(line) <= 120:
        return [line]
    return [f"    {what}(", *(f"        {argument}," for argument in arguments), "    )"]


def _scaler(table: Table, scalings: Sequence[str], before: list[str]) -> str:
    quantiles = max(10, min(1000, table.train_rows // 3))
    code = {name: SCALINGS[name].replace("%d", str(quantiles)) for name in scalings}
    if len(code) == 1:
        return next(iter(code.values()))
    before += ["    scalers = {", *(f'        "{name}": {text},' for name, text in code.items()), "    }"]
    return 'scalers[params["scaling"]]'


def _category_steps(table: Table, style: Style, before: list[str]) -> list[str]:
    if style == "counts":
        return []
    few, many = table.few(ONE_HOT[style]), table.many(ONE_HOT[style])
    unknown = 'handle_unknown="use_encoded_value"'
    encoders = {
        "trees": f"OrdinalEncoder({unknown}, unknown_value=-1, encoded_missing_value=-2)",
        "native": f'OrdinalEncoder({unknown}, unknown_value=float("nan"), max_categories=250)',
    }
    frequency = 5 if table.train_rows >= 200 else 2
    one_hot = f'OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency={frequency})'
    kind = "continuous" if table.task == "regression" else "binary" if table.classes == 2 else "multiclass"
    target = f'TargetEncoder(target_type="{kind}", random_state=0)'
    if style in ("scaled", "splines", "sparse"):
        target = f"make_pipeline({target}, StandardScaler())"
    if few:
        before.append(f"    categories = {encoders.get(style, one_hot)}")
    if many:
        before.append(f"    many = {target}")
    return [*(["(categories, CATEGORIES)"] if few else []), *(["(many, MANY)"] if many else [])]


def _text(style: Style) -> str:
    if style == "counts":
        return "word_counts()"
    if style == "sparse":
        return "text_features(params)"
    return "text_topics()"


def _text_helpers(table: Table, style: Style) -> list[str]:
    if not table.texts:
        return []
    if style == "counts":
        return [_dedent(_WORD_COUNTS)]
    if style == "sparse":
        frequency = 2 if table.train_rows >= 1000 else 1
        return [_dedent(_TEXT_FEATURES.replace("FREQUENCY", str(frequency)))]
    return [_dedent(_TEXT_TOPICS)]


_TEXT_FEATURES = '''
def text_features(params):
    """Words and pairs of words, and pieces of words against typing errors and inflection."""
    words = TfidfVectorizer(
        ngram_range=(1, 2), min_df=FREQUENCY, max_features=50_000, sublinear_tf=True, token_pattern=WORD
    )
    pieces = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), min_df=FREQUENCY, max_features=50_000, sublinear_tf=True
    )
    return make_union(words, pieces) if params["pieces"] else words
'''
_WORD_COUNTS = '''
def word_counts():
    """How often each word and each pair of words occurs."""
    return CountVectorizer(ngram_range=(1, 2), max_features=50_000, token_pattern=WORD)
'''
_TEXT_TOPICS = '''
def text_topics():
    """Weighted words and pairs of words, summed up in at most fifty directions (latent semantic analysis)."""
    words = HashingVectorizer(
        n_features=20_000, ngram_range=(1, 2), alternate_sign=False, norm=None, token_pattern=WORD
    )
    return make_pipeline(words, TfidfTransformer(sublinear_tf=True), TruncatedSVD(50, random_state=0))
'''


def _preparation(table: Table, style: Style) -> str:
    """`prepare(X)`: what no transformer of scikit-learn does; empty when there is nothing of the kind."""
    dates = table.dates if style != "counts" else ()
    booleans = table.booleans if style != "counts" else ()
    if not (dates or booleans or table.texts):
        return ""
    what = [("dates as numbers", dates), ("booleans as 0 and 1", booleans), ("missing text as empty", table.texts)]
    doc = ", ".join(words for words, there in what if there)
    lines = ["def prepare(X):", f'    """{doc[0].upper()}{doc[1:]}; X itself is left as it is."""', "    X = X.copy()"]
    if booleans:
        lines.append("    X[BOOLEANS] = X[BOOLEANS].astype(float)")
    if table.texts:
        lines.append('    X[TEXTS] = X[TEXTS].fillna("").astype(str)')
    if dates:
        lines += (_DATES if style in ("trees", "native") else _DATES + _CIRCLES).strip("\n").splitlines()
    return "\n".join([*lines, "    return X"])


_DATES = """
    for name in DATES:
        date = X[name].dt
        X[f"{name} days"] = (X[name] - pd.Timestamp("2000-01-01")) / pd.Timedelta(days=1)
        X[f"{name} year"] = date.year.astype(float)
        X[f"{name} month"] = date.month.astype(float)
        X[f"{name} day"] = date.day.astype(float)
        X[f"{name} weekday"] = date.day_of_week.astype(float)
        X[f"{name} hour"] = (date.hour + date.minute / 60).astype(float)
"""
_CIRCLES = """\
        # Turns of the year, the week and the day as points on a circle: December is next to January.
        turns = {"season": date.day_of_year / 365.25, "week": date.day_of_week / 7, "day": X[f"{name} hour"] / 24}
        for turn, share in turns.items():
            X[f"{name} {turn} sine"] = np.sin(2 * np.pi * share)
            X[f"{name} {turn} cosine"] = np.cos(2 * np.pi * share)
"""

"""What a message says itself: the error within it, what it asks for, and names that were meant.

A message may be a tale of another process or of a graph: then the error that is told last in it is what happened. Many
say what to do in a sentence of their own, or what a value has to be; that sentence is the remedy where no rule knows a
better one. It is the library's (or the program's) own text, bounded and without control characters, and no more to be
trusted than the rest of the message.
"""

import ast
import re

from mlpilot.tools.diagnose.static.facts.renamed import ARGUMENTS, METHODS, MODULES, NAMES, NUMPY

_LONGEST, _SENTENCE = 4000, 260
_INNER = re.compile(r"^[ |]{0,40}([\w.]{1,100}(?:Error|Exception|Interrupt)): (.{0,500})", re.MULTILINE)
_WRAPPED = re.compile(
    r"Original Traceback|in user code:|fits failed with the following error|Below are more details"
    r"|when making fake tensor call|RemoteTraceback"
)
_GOT = re.compile(r"got (\w{1,40}(?:Error|Exception))\(['\"](.{1,400}?)['\"]\)")
"""How torch.compile tells the error of an operation."""
_SENTENCES = re.compile(r"(?<=[.!?])\s{1,9}|(?<=[a-z)])\.(?=[A-Z][a-z])|\n{1,9}")
_SHORT = 50
"""Characters below which a sentence is told together with the one before it, which says what it is about."""
_ADVICE = re.compile(
    r"^(?:Please|Use|Try|Consider|Make sure|Ensure|Set|Pass|Call|Specify|Provide|Check that|Change"
    r"|Convert|Reshape|Install"
    r"|Either|Did you|Perhaps|Maybe|You (?:may|might|can|could|should|must|need|have to|probably)|If you"
    r"|To \w{1,20} )\b"
    r"|[Pp]lease (?!report|open|file|submit)\w|\binstead\b|\bDo `"
    r"|[;,] (?:use|try|call|pass|set) |[Dd]id you (?:mean|forget)"
    r"|\byou (?:can|should|need|must)\b|[Cc]onsider |[Mm]ay need to|(?:[Ss]ee|be) (?:used|called) (?:first|before)"
    r"|[Tt]ry (?:using|setting|with|to)|[Uu]se `|needs? to be (?:called|set|fitted|passed|installed)"
)
_DEMAND = re.compile(
    r"\b(?:must|should|shall|has to|have to|needs?|expect(?:s|ed|ing)?|requires?|required|only|one of|between|at least"
    r"|at most|cannot|can ?not|can't|not (?:allowed|supported|implemented|valid)|does(?:n't| not)"
    r"|(?:is|are|was) not an?\b"
    r"|(?:un)?supported|allowed|valid|available|accept(?:s|ed)|mismatch(?:ed)?|differ(?:s|ent)?|unknown|unrecogni[sz]ed"
    r"|invalid|wrong|incompatible|inconsistent|conflicting|duplicates?|too (?:many|few|large|small|short)|exceeds?"
    r"|not (?:found|broadcastable|equal|specified|match|compatible|the|enough)|missing|incorrect|either|out of bounds"
    r"|no attribute|encountered|zero files|mutually exclusive|outside|negative|unable to|neither|already exists)\b",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"[`'\"](\w{1,60})[`'\"]|\b([A-Za-z0-9]{1,30}_\w{1,30})\b|\b([A-Za-z]\w{0,30})=|^\w{1,60}: (\w{1,60})\b"
)
"""Words of a message that look like names of arguments."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")
_ADDRESS = re.compile(r"https?://|www\.|file an issue|bug report|github", re.IGNORECASE)


def told_inside(message: str) -> str | None:
    """ "Type: message" of the error that a message tells of, where it is another's tale; None where it is none."""
    if _WRAPPED.search(message[:_LONGEST]) is None:
        return None
    end = message[-_LONGEST:]
    got = _GOT.search(message[:_LONGEST])
    if got is not None:
        return f"{got[1]}: {got[2]}"
    told = list(_INNER.finditer(end))
    if not told:
        return None
    return f"{told[-1][1].rpartition('.')[2]}: {told[-1][2]}{end[told[-1].end() :][:500]}".rstrip()


def cause_of(traceback: str) -> str | None:
    """ "Type: message" of what came before the last exception of a chain; None where nothing did."""
    before, marked, _ = traceback[-_LONGEST:].rpartition("\nThe above exception was the direct cause")
    if not marked:
        before, marked, _ = traceback[-_LONGEST:].rpartition("\nDuring handling of the above exception")
    lines = [line for line in before.splitlines() if line.strip()] if marked else []
    told = _INNER.match(lines[-1]) if lines else None
    return f"{told[1].rpartition('.')[2]}: {told[2]}" if told else None


def advised(text: str, source: str, line: int | None) -> str | None:
    """The sentence of a message ("Type: text") that says what to do, or what a value has to be, with the argument."""
    split = [plain(one) for one in _SENTENCES.split(text.partition(": ")[2][:_LONGEST])]
    sentences = [one for one in split if len(one) > 8 and not _ADDRESS.search(one)]
    for pattern, intro in ((_ADVICE, "the message says what to do"), (_DEMAND, "give what the message asks for")):
        for number, one in enumerate(sentences):
            if pattern.search(one) and len(one) <= _SENTENCE:
                before = sentences[number - 1] if number and len(one) < _SHORT else ""
                told = f"{before} {one}" if before and len(before) <= _SENTENCE else one
                argument = argument_at(text, source, line) if pattern is _DEMAND else None
                return f"change {argument}: {told}" if argument else f"{intro}: {told}"
    argument = argument_at(text, source, line)
    return f"look at {argument}, which the message names" if argument else None


def argument_at(text: str, source: str, line: int | None) -> str | None:
    """The argument of a call at that line that a message names, as it is written: `cv=1`."""
    if line is None:
        return None
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    words = _NAMES.findall(text[:_LONGEST])
    said = {word for group in words for word in group if word}
    here = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _spans(node, line))
    named = [one for call in here for one in call.keywords if one.arg in said]
    return plain(f"{named[0].arg}={ast.unparse(named[0].value)}")[:80] if len(named) == 1 else None


def _spans(node: ast.Call, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def plain(text: str) -> str:
    """One line without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def meant(text: str, traceback: str) -> str | None:
    """A remedy for a name that is not (or no longer) there: its present one, or one that is spelled alike."""
    if found := re.search(r"No module named '([\w.]{1,100})'", text):
        new = MODULES.get(found[1])
        if new is not None:
            return f"import from {new}: {found[1]} is gone"
        if found[1].startswith(("keras.", "tensorflow.", "sklearn.", "pandas.", "torch.")):
            name = found[1].split(".")[0]
            return _KERAS_GONE.get(found[1]) or f"{name} has moved or removed it: look up where its names are now"
    if found := re.search(r"cannot import name '(\w{1,100})' from '([\w.]{1,100})'", text):
        return (
            _use(NAMES.get(f"{found[2]}.{found[1]}")) or _KERAS_GONE.get(f"{found[2]}.{found[1]}") or _alike(traceback)
        )
    if found := re.search(r"module '([\w.]{1,100})' has no attribute '(\w{1,100})'", text):
        known = NUMPY.get(found[2]) if found[1] == "numpy" else NAMES.get(f"{found[1]}.{found[2]}")
        return _use(known) or _alike(traceback)
    if found := re.search(r"'([\w.]{1,100})' object has no attribute '(\w{1,100})'", text):
        return _use(_OTHERS.get((found[1].rpartition(".")[2], found[2]))) or _method(found[2]) or _alike(traceback)
    if found := re.search(r"(\w{1,60})(?:\.__init__)?\(\) got an unexpected keyword argument '(\w{1,60})'", text):
        known = ARGUMENTS.get((found[1], found[2])) or _ANYWHERE.get(found[2])
        return f"use {known} in place of {found[2]}=" if known else None
    return None


def _use(known: str | None) -> str | None:
    return f"use {known}" if known else None


def _method(name: str) -> str | None:
    return f"use {METHODS[name][1]}" if name in METHODS else None


def _alike(traceback: str) -> str | None:
    found = re.search(r"Did you mean: '(\w{1,100})'", traceback[-500:])
    return f"did you mean {found[1]}? look at how it is spelled" if found else None


_OTHERS = {
    ("DataFrame", "append"): "pd.concat([a, b]) (append was removed in pandas 2.0)",
    ("Series", "append"): "pd.concat([a, b]) (append was removed in pandas 2.0)",
    ("Tensor", "append"): "torch.cat or torch.stack on a list: a tensor cannot grow",
    ("ndarray", "append"): "np.append, or better a list that becomes an array at the end",
    ("Generator", "randint"): "integers (a Generator has no randint)",
    ("Generator", "rand"): "random (a Generator has no rand)",
    ("Generator", "randn"): "standard_normal (a Generator has no randn)",
    ("list", "to"): "a tensor: torch.stack(batch), or move each one: [x.to(device) for x in batch]",
    ("tuple", "to"): "its parts: x, y = batch, and move each one: x.to(device)",
    ("dict", "to"): "its values: {k: v.to(device) for k, v in batch.items()}",
    ("list", "shape"): "an array: np.array(x), or len(x)",
    ("ndarray", "values"): "it as it is: an array has no values; .to_numpy() is for tables",
    ("ndarray", "columns"): "a table: pd.DataFrame(x, columns=...); set_output(transform='pandas') keeps names",
    ("ndarray", "iloc"): "x[...] on an array, or keep the table: set_output(transform='pandas')",
    ("ndarray", "unsqueeze"): "x[:, None], or torch.from_numpy(x) first",
    ("ndarray", "to"): "torch.from_numpy(x).to(device): an array is no tensor",
    ("Series", "reshape"): "to_numpy().reshape(-1, 1), or df[['name']]",
    ("DataFrame", "reshape"): "to_numpy().reshape(...)",
    ("Series", "toarray"): "to_numpy()",
    ("ndarray", "toarray"): "it as it is: it is dense already",
    ("DataFrame", "unique"): "df['name'].unique(), or drop_duplicates()",
    ("DataFrame", "str"): "one column: df['name'].str",
    ("Tensor", "fit"): "a loop of steps, or another library: a tensor has no fit",
    ("Tensor", "astype"): "x.to(dtype), x.float() or x.long()",
    ("ndarray", "backward"): "tensors all the way: .numpy() leaves the graph",
    ("float", "backward"): "the tensor of the loss, not loss.item()",
    ("csr_matrix", "todf"): "pd.DataFrame.sparse.from_spmatrix(x)",
}
"""(class, attribute that it has not) → what to use."""
_ANYWHERE = {
    "lr": "learning_rate",
    "early_stopping_rounds": "early_stopping_rounds=... in the constructor (XGBoost) or "
    "callbacks=[lightgbm.early_stopping(...)] (LightGBM)",
    "verbose_eval": "callbacks=[lightgbm.log_evaluation(...)]",
    "input_dim": "keras.Input((n,)) as the first layer",
    "input_shape": "keras.Input(shape=...) as the first layer",
    "decay": "a schedule of keras.optimizers.schedules as learning_rate",
    "nb_epoch": "epochs",
    "base_estimator": "estimator",
    "squared": "root_mean_squared_error",
    "normalize": "a StandardScaler before it",
    "method": "ffill() or bfill()",
    "axis": "columns= or index= (or the transposed table)",
    "infer_datetime_format": "nothing: it is always done",
    "date_parser": "date_format",
    "delim_whitespace": r'sep="\s+"',
    "sparse": "sparse_output",
    "eval_metric": "eval_metric in the constructor",
    "use_label_encoder": "nothing: encode the labels by LabelEncoder first",
}
"""Argument that is gone in many places → what to use."""
_KERAS_GONE = {
    "keras.preprocessing.text": "use keras.layers.TextVectorization: keras.preprocessing.text was removed",
    "keras.preprocessing.sequence.pad_sequences": "use keras.utils.pad_sequences",
    "keras.utils.np_utils": "use keras.utils.to_categorical: np_utils was removed",
    "keras.layers.experimental": "use keras.layers: what was experimental is there now",
    "keras.optimizers.legacy": "use keras.optimizers",
    "keras.preprocessing.image.ImageDataGenerator": "use keras.utils.image_dataset_from_directory and "
    "layers that augment",
}

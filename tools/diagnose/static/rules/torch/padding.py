"""PyTorch and Keras: rows that were padded to one length, and padding that is taken for words.

Sources: PyTorch, MultiheadAttention (key_padding_mask: True is left out), CrossEntropyLoss (ignore_index),
pack_padded_sequence; Keras, Masking and padding (Embedding: mask_zero).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, classes, methods, own, parameters, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Instance, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_MASKS = ("src_key_padding_mask", "key_padding_mask", "tgt_key_padding_mask", "memory_key_padding_mask")
_PAD = re.compile(r"pad", re.IGNORECASE)


@rule(
    "TORCH308",
    "padding-mask-the-other-way",
    "error",
    "the padding is attended to, and the words are left out",
    remedy="key_padding_mask=(tokens == PAD): True where there is padding",
    source="PyTorch, MultiheadAttention: key_padding_mask, where True means that a key is ignored",
)
def mask_reversed(program: Program) -> Iterator[Found]:
    """`src_key_padding_mask=(x != PAD)`."""
    for scope in scopes(program):
        known = settings(scope)
        for node in own(scope):
            for word in node.keywords if isinstance(node, ast.Call) else ():
                value = word.value
                if word.arg not in _MASKS:
                    continue
                if isinstance(value, ast.Name) and len(known.get(value.id, [])) == 1:
                    value = known[value.id][0]
                if _keeps_words(value):
                    yield word.value, f"{word.arg} is True where {written(value)}: the words are what it leaves out"


def _keeps_words(node: ast.expr) -> bool:
    """`x != PAD`, `x > 0`, `(x != 0).bool()`, `~(x == PAD)`, `positions < lengths`."""
    while (
        isinstance(node, ast.Call)
        and called(node) in ("bool", "to", "cuda", "detach")
        and isinstance(node.func, ast.Attribute)
    ):
        node = node.func.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.Not):
        inner = node.operand
        return isinstance(inner, ast.Compare) and isinstance(inner.ops[0], ast.Eq) and _of_padding(inner)
    if isinstance(node, ast.Call) and called(node) in ("ne", "gt") and node.args:
        return bool(_PAD.search(written(node.args[0]))) or written(node.args[0]) == "0"
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return False
    if isinstance(node.ops[0], ast.NotEq | ast.Gt):
        return _of_padding(node)
    return isinstance(node.ops[0], ast.Lt) and bool(re.search(r"len", written(node.comparators[0], 80)))


def _of_padding(node: ast.Compare) -> bool:
    return bool(_PAD.search(written(node.comparators[0]))) or written(node.comparators[0]) == "0"


def _is_padded(program: Program) -> bool:
    """Whether sequences are filled up to one length, at their ends."""
    front = re.search(r"padding\s*=\s*['\"]pre", program.text)
    return not front and bool(program.names & {"pad_sequence", "pad_sequences", "PAD", "pad_idx", "PAD_IDX", "pad_id"}
                              or "padding_idx" in program.text)  # fmt: skip


@rule(
    "TORCH309",
    "padding-is-learnt",
    "warning",
    "the loss counts the padding of sequences as if it were words",
    remedy="nn.CrossEntropyLoss(ignore_index=PAD)",
    source="PyTorch, CrossEntropyLoss: ignore_index; Humbatova et al. 2020, wrong loss function calculation",
)
def padding_learnt(program: Program) -> Iterator[Found]:
    """`CrossEntropyLoss()(scores.view(-1, n), tags.view(-1))`, where tags were padded."""
    if "torch" not in program.trace.libraries or not _is_padded(program):
        return
    names = {one.lower() for one in program.names} | {node.arg or "" for node in program.each(ast.arg)}
    if "ignore_index" in program.text or any("mask" in one or "packed" in one for one in names):
        return
    if not _labels_padded(program):
        return
    for node in program.each(ast.Call):
        if len(node.args) != 2:
            continue
        if not re.search(r"crit|loss|entropy|(^|\.)ce$", written(node.func), re.IGNORECASE):
            continue
        first, second = (written(one, 120) for one in node.args)
        flat = re.search(
            r"(view|reshape)\((-1|\w+ \* \w+)|flatten\(0, 1|flatten\(end_dim|transpose\(1, 2|permute\(0, 2, 1", first
        )
        if flat and re.search(r"(view|reshape)\(-1|flatten\(|^\w+$", second):
            made_at = _made_of(program, written(node.func))
            yield made_at or node, f"{second} was padded, and the loss counts the padding: ignore_index leaves it out"
            return


def _made_of(program: Program, name: str) -> ast.expr | None:
    """Where the loss that is called was made."""
    given = [value for scope in scopes(program) for value in settings(scope).get(name, [])]
    return given[0] if len(given) == 1 and "CrossEntropy" in written(given[0]) else None


def _labels_padded(program: Program) -> bool:
    """Whether labels are filled up, too: `pad(tags, PAD_TAG)`, `pad_sequence(targets)`, `np.full(shape, PAD)`."""
    filled = any(
        called(node.value) in ("full", "full_like")
        and re.search(r"(^|_)(tag|label|target|tgt|y)s?(_|$)", written(node.targets[0]).lower())
        and re.search(r"pad", written(node.value, 200), re.IGNORECASE)
        for node in program.each(ast.Assign)
    )
    return filled or any(
        isinstance(node, ast.Call)
        and _PAD.search(called(node))
        and node.args
        and re.search(r"(^|\W|_)(tag|label|target|tgt|y|ys|t)s?(\W|_|$)", written(node.args[0], 80).lower())
        and called(node) not in ("pack_padded_sequence", "pad_packed_sequence", "ConstantPad1d")
        for node in program.nodes
    )


@rule(
    "TORCH310",
    "last-step-is-padding",
    "warning",
    "the last step of padded sequences is taken, which is padding for all but the longest",
    remedy="out[torch.arange(len(out)), lengths - 1], or pack_padded_sequence",
    source="PyTorch, pack_padded_sequence; nn.GRU: output holds every step",
)
def last_is_padding(program: Program) -> Iterator[Found]:
    """`pad_sequence(...)`, and `out[:, -1]`; `forward(self, ids, lengths)` that never reads `lengths`."""
    if program.names & {"pack_padded_sequence", "gather", "flip"} or not _is_padded(program):
        return
    if "torch" not in program.trace.libraries or not re.search(r"nn\.(LSTM|GRU|RNN)\(", program.text):
        return
    for home in classes(program):
        body = methods(home).get("forward")
        given = (
            [one for one in parameters(body) if re.match(r"(x_|seq_)?len(gth)?s?$", one)] if body is not None else []
        )
        read = (
            {one.id for one in ast.walk(body) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
            if body
            else set()
        )
        unread = [one for one in given if one not in read]
        for node in own(body) if body is not None else ():
            if not isinstance(node, ast.Subscript) or not re.match(r"\(?:, -1(, :)?\)?$", written(node.slice)):
                continue
            if unread:
                yield node, f"{written(node)} is the state after the padding, and {unread[0]} is read by nothing"
            elif (
                "pad_sequence" in program.names and not given and "batch_first" in program.text and not read & {"mask"}
            ):
                yield node, f"{written(node)} is the state after the padding of all but the longest sequences"


@rule(
    "KERAS080",
    "padding-is-read",
    "warning",
    "a recurrent layer reads the padding behind the words",
    remedy="Embedding(words, width, mask_zero=True)",
    source="Keras, Masking and padding: mask_zero",
)
def padding_read(program: Program) -> Iterator[Found]:
    """`pad_sequences(..., padding="post")`, `Embedding(1000, 16)`, `LSTM(32)`."""
    if not re.search(r"padding\s*=\s*['\"]post", program.text) or re.search(
        r"mask_zero|Masking|mask\s*=", program.text
    ):
        return
    behind = any(called(node) == "pad_sequences" and isinstance(node, ast.Call)
                 and _text_of(argument(node, "padding")) == "post" for node in program.nodes)  # fmt: skip
    made = [one for one in program.trace.instances if one.path.startswith("keras.layers.")]
    embeddings = [one for one in made if one.name == "Embedding"]
    pools = {one.name for one in made} & {
        "GlobalMaxPooling1D",
        "GlobalAveragePooling1D",
        "Conv1D",
        "MultiHeadAttention",
        "Flatten",
    }
    recurrent = [one for one in made if one.name in ("LSTM", "GRU", "SimpleRNN") and not _gives_all(one)]
    if behind and len(embeddings) == 1 and recurrent and not pools and not program.names & {"RaggedTensor", "ragged"}:
        yield (
            embeddings[0].node,
            f"{recurrent[0].name} goes on over the padding behind each text: mask_zero=True hides it",
        )


def _gives_all(layer: Instance) -> bool:
    return constant(layer.argument("return_sequences")) is True


def _text_of(node: ast.expr | None) -> str:
    """The text that is written there; nothing for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""

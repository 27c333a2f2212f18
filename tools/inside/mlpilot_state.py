"""What was in memory where a script ended with an exception: for a search of edits that would let it go on.

Of each of the script's own frames, the innermost first: its line, the piece of text that was being computed, and what
the names there held, in a few words each (type, shape, kind of number, columns, attributes). Nothing is computed but
attributes that are written in the failing statement, and no value of more than a few characters goes out.
"""

import ast
import builtins
import contextlib
import difflib
import inspect
import json
import math
import sys
from types import FrameType, TracebackType
from typing import Any

_FRAMES, _VALUES, _NAMES, _CHARACTERS = 6, 80, 150, 60
_BYTES = 2**16
_SIZES = (
    *("in_features", "out_features", "in_channels", "out_channels", "num_features", "num_embeddings", "input_size"),
    *("hidden_size", "batch_first", "normalized_shape", "n_features_in_", "embedding_dim", "embed_dim", "units"),
    *("num_layers", "bidirectional", "training", "max_features", "n_splits", "n_neighbors", "axis"),
)
"""Numbers that layers and estimators keep of how they were made."""

Said = dict[str, Any]


def told(error: BaseException, path: str, source: str) -> bytes:
    """JSON of the frames of the script at `path`, and of words that stood for choice where one was unknown."""
    own, others = _frames(error.__traceback__, path)
    said: Said = {"frames": [_frame(*one, source) for one in own[:_FRAMES]]}
    said |= {"layers": _layers(own, others), "choices": _choices(error, own, source)}
    data = json.dumps(said).encode()
    return data if len(data) <= _BYTES else b"{}"


def _frames(trace: TracebackType | None, path: str) -> tuple[list[tuple[FrameType, int, int]], list[FrameType]]:
    """The script's own frames (with line and instruction), and the libraries' below the last of them, from inside."""
    own: list[tuple[FrameType, int, int]] = []
    others: list[FrameType] = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            own.append((trace.tb_frame, trace.tb_lineno, trace.tb_lasti))
        elif own:
            others.append(trace.tb_frame)
        trace = trace.tb_next
    return own[::-1], others[::-1]


def _frame(frame: FrameType, line: int, at: int, source: str) -> Said:
    names = {**(frame.f_globals if frame.f_code.co_name != "<module>" else {}), **frame.f_locals}
    lines = _lines(source, line)
    values: dict[str, Said] = {}
    for text in _written(source, lines):
        held = _held(text, frame)
        if held is not _NOTHING:
            values[text] = _value(held)
    for name, value in [*frame.f_locals.items(), *names.items()]:
        if len(values) >= _VALUES:
            break
        data = not callable(value) and not inspect.ismodule(value)
        if data and not name.startswith("_") and name not in ("In", "Out", *values):
            values[name] = _value(value)
    places = list(frame.f_code.co_positions())
    place = places[at // 2] if 0 <= at // 2 < len(places) else (line, None, None, None)
    return {"function": frame.f_code.co_name, "line": line, "place": list(place), "values": values}


_NOTHING = object()


def _lines(source: str, line: int) -> tuple[int, int]:
    """First and last line of the statement that a line belongs to."""
    found = (line, line)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and node.lineno <= line <= (node.end_lineno or 0):
            found = (node.lineno, node.end_lineno or node.lineno)
    return found


def _written(source: str, lines: tuple[int, int]) -> list[str]:
    """Names and dotted names in these lines, and columns of a table by their names."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name | ast.Attribute) and lines[0] <= node.lineno <= lines[1]:
            text = ast.unparse(node)
            if all(part.isidentifier() for part in text.split(".")) and text not in found:
                found.append(text)
    return found[:40]


def _held(text: str, frame: FrameType) -> Any:
    """What a dotted name holds; properties of classes that are the script's own are not asked for."""
    first, *rest = text.split(".")
    value = frame.f_locals.get(first, frame.f_globals.get(first, _NOTHING))
    for name in rest:
        if value is _NOTHING:
            return _NOTHING
        found = _NOTHING
        with contextlib.suppress(Exception):  # a property of theirs that fails holds nothing
            found = getattr(value, name)
        value = found
    return value


def _value(value: Any) -> Said:
    """A few words about a value."""
    kind = type(value)
    said: Said = {"type": f"{kind.__module__}.{kind.__qualname__}"[:100], "bases": _bases(kind)}
    with contextlib.suppress(Exception):  # a value that does not let itself be looked at is told by its type alone
        said.update(_of(value))
    return said


def _bases(kind: type) -> list[str]:
    return [f"{one.__module__}.{one.__qualname__}"[:100] for one in kind.__mro__[1:-1]][:8]


def _of(value: Any) -> Said:
    said: Said = {}
    if isinstance(value, bool | int | float):
        return {"number": value if abs(value) < 2**53 else None}
    if isinstance(value, str):
        return {"text": value[:_CHARACTERS]}
    shape = _shape(value)
    if shape is not None:
        said["shape"] = shape[:8]
        if hasattr(value, "dtype") and not callable(value.dtype):
            said["dtype"] = str(value.dtype)[:40]
        said.update(_numbers(value, shape))
    elif isinstance(value, list | tuple | dict | set) or (hasattr(value, "__len__") and not callable(value)):
        said["length"] = len(value)
    if getattr(value, "requires_grad", False) is True:
        said["grad"] = True
    names = getattr(value, "columns", None)
    if names is None and isinstance(value, dict):
        names = value.keys()
    if names is None:
        names = getattr(value, "feature_names_in_", None)
    if names is not None:
        said["names"] = [str(one)[:_CHARACTERS] for one in list(names)[:_NAMES]]
        kinds = getattr(value, "dtypes", None)
        if kinds is not None and hasattr(kinds, "tolist"):
            said["kinds"] = [str(one)[:20] for one in kinds.tolist()[:_NAMES]]
    if isinstance(value, list | tuple) and value:
        said["items"] = [_value(one) | {"items": []} for one in value[:4]]
    for name in _SIZES if shape is None else ():
        size = vars(value).get(name) if hasattr(value, "__dict__") else None
        size = size[-1] if isinstance(size, tuple) and size else size
        if isinstance(size, int):
            said.setdefault("sizes", {})[name] = size
    return said


def _shape(value: Any) -> list[int] | None:
    """Sizes of the axes, -1 for one that is not known yet; None for what has no shape."""
    shape = getattr(value, "shape", None)
    if shape is None or isinstance(value, type):
        return None
    try:
        return [-1 if one is None else int(one) for one in tuple(shape)]
    except (TypeError, ValueError):
        return None


def _numbers(value: Any, shape: list[int]) -> Said:
    """Least and largest number, and whether any is missing; of a million numbers at most."""
    size = math.prod(shape)
    kind = str(getattr(value, "dtype", ""))
    if not 0 < size <= 10**6 or len(shape) > 4 or min(shape, default=1) < 0 or hasattr(value, "columns"):
        return {}
    if "int" in kind or "float" in kind:
        least, most = float(value.min()), float(value.max())
        whole = len(shape) == 1 and "int" in kind
        said: Said = {"missing": True} if least != least or most != most else {"least": least, "most": most}
        return said | ({"distinct": len(set(value.tolist()))} if whole and size <= 10**5 else {})
    if kind in ("object", "str") and len(shape) == 1:
        some = list(value[:1000]) if not hasattr(value, "iloc") else list(value.iloc[:1000])
        return {"inner": sorted({type(one).__name__ for one in some})[:5]}
    return {}


def _layers(own: list[tuple[FrameType, int, int]], others: list[FrameType]) -> list[Said]:
    """Layers and estimators of libraries that were at work, the innermost first: class, sizes, what they were given."""
    found = []
    for frame in others:
        held = frame.f_locals.get("self")
        if held is None and {"input", "target"} <= set(frame.f_locals) and "torch" in frame.f_code.co_filename:
            given = _value(frame.f_locals["input"])
            found.append({"type": f"torch.{frame.f_code.co_name}", "given": given, "path": ""})
            continue
        if held is None or type(held).__module__.split(".")[0] in ("builtins", "pandas", "numpy"):
            continue
        taken = next((frame.f_locals[one] for one in ("input", "inputs", "X", "x") if one in frame.f_locals), None)
        said = _value(held) | {"given": _value(taken), "path": _path(held, own)}
        if said not in found:
            found.append(said)
    return found[:4]


def _path(layer: Any, own: list[tuple[FrameType, int, int]]) -> str:
    """Under which name a model of the script holds a layer: `net.3`, `fc1`."""
    for frame, _, _ in own:
        for value in frame.f_locals.values():
            modules = getattr(value, "named_modules", None)
            if modules is None or isinstance(value, type):
                continue
            with contextlib.suppress(Exception):  # a module that is not set up yet holds nothing
                for name, one in modules():
                    if one is layer and name:
                        return str(name)[:_CHARACTERS]
    return ""


def _choices(error: BaseException, own: list[tuple[FrameType, int, int]], source: str) -> Said:
    """Word that is unknown → the words nearest to it that are known there."""
    if not own:
        return {}
    frame, line, _ = own[0]
    name = getattr(error, "name", None)
    if isinstance(error, NameError) and isinstance(name, str):
        known = {*frame.f_locals, *frame.f_globals, *dir(builtins)}
        return {name: _near(name, [one for one in known if not one.startswith("_")])}
    if isinstance(error, AttributeError) and isinstance(name, str) and error.obj is not None:
        held = error.obj
        return {name: _near(name, [*_public(held), *getattr(held, "__dict__", {}), *map(str, _columns(held))])}
    if isinstance(error, ImportError):
        wanted = str(error).partition("cannot import name '")[2].partition("'")[0]
        found = sys.modules.get(name or "")
        if wanted and found is not None:
            return {wanted: _near(wanted, _public(found))}
    if isinstance(error, TypeError):
        return _arguments(str(error), frame, _lines(source, line), source)
    return {}


def _public(held: Any) -> list[str]:
    names: list[str] = []
    with contextlib.suppress(Exception):  # a class of theirs may say what it likes
        names = [one for one in dir(held) if not one.startswith("_")]
    return names


def _columns(held: Any) -> list[Any]:
    names = getattr(held, "columns", None) if "pandas" in type(held).__module__ else None
    return [] if names is None else list(names)[:_NAMES]


def _arguments(message: str, frame: FrameType, lines: tuple[int, int], source: str) -> Said:
    """For an argument that is unknown: the arguments of each function that is called in the failing statement; for
    other complaints of arguments, those of the function that complains."""
    unknown = (
        message.split("unexpected keyword argument '")[-1].split("'")[0] if "unexpected keyword" in message else ""
    )
    if not unknown:
        name = message.split("(")[0].removesuffix(".__init__").split(".")[-1]
        held = [_held(text, frame) for text in _written(source, lines) if text.split(".")[-1] == name]
        return {"()": [one[:_CHARACTERS] for each in held if callable(each) for one in _parameters(each)][:20]}
    known: list[str] = []
    for text in _written(source, lines):
        held = _held(text, frame)
        if callable(held):
            known += _parameters(held)
    return {unknown: _near(unknown, known)}


def _parameters(held: Any) -> list[str]:
    try:
        taken = inspect.signature(held).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one.name for one in taken if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]


def _near(word: str, known: list[str]) -> list[str]:
    """The nearest words, by their letters without regard to case and strokes."""
    plain: dict[str, list[str]] = {}
    for one in dict.fromkeys(known):
        plain.setdefault(one.lower().replace("_", ""), []).append(one)
    near = difflib.get_close_matches(word.lower().replace("_", ""), list(plain), 5, 0.6)
    return [one[:_CHARACTERS] for text in near for one in plain[text]][:6]

"""Python's own kinds of values: text and numbers, formats, JSON."""

import ast
import math
import re

from mlpilot.tools.diagnose.syntax import called, keyword, with_keyword
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.ended.state import Value
from mlpilot.tools.mending.forms import Edits


def _operands(scene: Scene) -> list[ast.expr]:
    node = scene.node()
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    statement = scene.statement()
    if isinstance(statement, ast.AugAssign):
        return [statement.target, statement.value]
    return []


def _textual(held: Value, node: ast.expr) -> bool:
    return held.text is not None or isinstance(node, ast.JoinedStr)


def _text_and_number(scene: Scene, _: re.Match[str]) -> Edits:
    """Text and a number: the number is written as text where it is joined, the text read as a number elsewhere."""
    pairs = _operands(scene)
    held = [scene.value(one) for one in pairs]
    node = scene.node()
    joined = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
    number = re.compile(r"\s*[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?\s*\Z")
    for one, value in zip(pairs, held, strict=True):
        text = scene.text(one)
        if value.text is not None and number.match(value.text):
            kind = "float" if re.search(r"[.eE]", value.text) else "int"
            if not isinstance(one, ast.Constant):
                yield scene.put((one, f"{kind}({text})")), f"{text} is read as a number"
                yield from _where_made(scene, one, kind)
    for one, value in zip(pairs, held, strict=True):
        if joined and not _textual(value, one) and isinstance(getattr(one, "ctx", ast.Load()), ast.Load):
            yield scene.put((one, f"str({scene.text(one)})")), f"{scene.text(one)} is written as text"
    for one, value in zip(pairs, held, strict=True):
        if value.kind in ("list", "tuple"):
            numpy = scene.imported("numpy")
            if numpy:
                yield scene.put((one, f"{numpy}.array({scene.text(one)})")), f"{scene.text(one)} as an array"
            if joined:
                other = next(each for each in pairs if each is not one)
                yield scene.put((other, f"[{scene.text(other)}]")), f"{scene.text(other)} as a list of one"


def _where_made(scene: Scene, node: ast.expr, kind: str) -> Edits:
    """The text is read as a number where the name is given it."""
    value = scene.constants.get(node.id) if isinstance(node, ast.Name) else None
    if value is not None and not isinstance(value, ast.Constant):
        yield scene.put((value, f"{kind}({scene.text(value)})")), f"{scene.text(node)} is a number from the beginning"


def _in_list(scene: Scene, _: re.Match[str]) -> Edits:
    """Arithmetic of whole lists is that of arrays."""
    numpy = scene.imported("numpy")
    statement = scene.statement()
    for node in ast.walk(statement) if statement is not None and numpy else ():
        if (
            isinstance(node, ast.Name | ast.Attribute)
            and scene.value(node).kind in ("list", "tuple", "range")
            and isinstance(node.ctx, ast.Load)
        ):
            yield scene.put((node, f"{numpy}.array({scene.text(node)})")), f"{scene.text(node)} as an array"


def _formats(scene: Scene, _: re.Match[str]) -> Edits:
    """What is written in a format for numbers is one number."""
    statement = scene.statement()
    for node in ast.walk(statement) if statement is not None else ():
        if not isinstance(node, ast.FormattedValue) or node.format_spec is None:
            continue
        one = node.value
        held = scene.value(one)
        if held.type and held.number is not None:
            continue
        text = scene.text(one)
        if held.text is not None:
            yield scene.put((one, f"float({text})")), f"{text} is a number"
        elif held.shape is not None and held.shape and math.prod(held.shape) > 1:
            yield scene.put((one, scene.dotted(one, ".mean()"))), f"the mean of {text}"
            continue
        elif held.kind in ("list", "tuple"):
            yield scene.put((one, f"{text}[-1]")), f"the last of {text}"
            yield scene.put((one, f"{text}[0]")), f"the first of {text}"
        if held.home in ("numpy", "torch", "pandas") or not held.type:
            suffix = ".item()" if held.home != "pandas" else ".iloc[0]"
            yield scene.put((one, scene.dotted(one, suffix))), f"{text} is one number"
            yield scene.put((one, f"float({text})")), f"{text} is one number"
            yield scene.put((one, scene.dotted(one, ".mean()"))), f"the mean of {text}"
    for call in scene.calls():
        if called(call) == "format":
            for one in call.args:
                if scene.value(one).shape is not None:
                    yield scene.put((one, scene.dotted(one, ".item()"))), f"{scene.text(one)} is one number"
    for node in ast.walk(statement) if statement is not None else ():
        if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
            spec = "".join(str(one.value) for one in node.format_spec.values if isinstance(one, ast.Constant))
            if spec.endswith("d") and "code 'd'" in scene.error:
                yield scene.put((node.value, f"int({scene.text(node.value)})")), "a whole number"


def _json(scene: Scene, found: re.Match[str]) -> Edits:
    """Numbers and arrays of NumPy are written as Python's own."""
    kind = found.group(1)
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            if called(call) in ("dump", "dumps") and keyword(call, "default") is None:
                if re.match(r"(?:int|float|uint|bool)\d*_?\Z|ndarray|Tensor", kind):
                    new = "lambda value: value.tolist()"
                    yield with_keyword(scene.source, call, "default", new), f"{kind} is written as Python's own"
                elif kind in ("set", "frozenset", "dict_keys", "dict_values", "range"):
                    yield with_keyword(scene.source, call, "default", "list"), f"{kind} is written as a list"
                yield with_keyword(scene.source, call, "default", "str"), f"{kind} is written as text"


def _json_keys(scene: Scene, _: re.Match[str]) -> Edits:
    """Keys of NumPy's numbers are Python's own."""
    for call in scene.calls():
        if called(call) in ("dump", "dumps") and call.args:
            text = scene.text(call.args[0])
            new = f"{{str(key): value for key, value in {text}.items()}}"
            yield scene.put((call.args[0], new)), "keys are written as text"


def _joined(scene: Scene, _: re.Match[str]) -> Edits:
    """What is joined to a text is text."""
    for call in scene.calls():
        if called(call) == "join" and len(call.args) == 1:
            yield scene.put((call.args[0], f"map(str, {scene.text(call.args[0])})")), "each is written as text"


def _number_of_text(scene: Scene, found: re.Match[str]) -> Edits:
    """A number that is written with a point is read as one."""
    text = found.group(1)
    for call in scene.calls():
        if called(call) == "int" and call.args and re.match(r"\s*-?\d+\.\d*\s*\Z", text):
            yield scene.put((call.args[0], f"float({scene.text(call.args[0])})")), "read as a number with a point"
        if called(call) in ("int", "float") and call.args and "," in text:
            yield scene.put((call.args[0], scene.dotted(call.args[0], '.replace(",", "")'))), "without commas"


def _mapping(scene: Scene, _: re.Match[str]) -> Edits:
    """`json.dump` of a text, files in the wrong mode."""
    for call in scene.calls():
        if called(call) in ("dump", "load") and isinstance(call.func, ast.Attribute):
            pickled = "pickle" in scene.text(call.func) or "joblib" in scene.text(call.func)
            for node in ast.walk(scene.tree):
                if isinstance(node, ast.Call) and called(node) == "open" and len(node.args) > 1:
                    mode = node.args[1]
                    if isinstance(mode, ast.Constant) and pickled and "b" not in str(mode.value):
                        yield scene.put((mode, f'"{mode.value!s}b"')), "the file is one of bytes"
                    if isinstance(mode, ast.Constant) and not pickled and "b" in str(mode.value):
                        yield scene.put((mode, f'"{str(mode.value).replace("b", "")}"')), "the file is one of text"


def _pickled(scene: Scene, _: re.Match[str]) -> Edits:
    """A lambda that is to be saved is a function with a name."""
    lambdas = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Lambda)]
    for number, one in enumerate(lambdas):
        name = f"of_{one.args.args[0].arg}" if one.args.args else "made"
        name = name if number == 0 else f"{name}_{number}"
        given = scene.text(one.args) if False else scene.source[_at(scene, one) + len("lambda") : _body(scene, one)]
        arguments = given.strip().rstrip(":").strip()
        lines = f"def {name}({arguments}):\n    return {scene.text(one.body)}\n\n\n"
        first = next(
            (each for each in scene.tree.body if not isinstance(each, ast.Import | ast.ImportFrom | ast.Expr)), None
        )
        if first is None or first.lineno > one.lineno:
            continue
        from mlpilot.tools.mending.forms import above
        from mlpilot.tools.text import Edit, apply_edits, span

        start = above(scene.source, first).start
        text = apply_edits(scene.source, [Edit(start, start, lines), Edit(*span(scene.source, one), name)])
        yield text, f"the function has a name, {name}, by which it can be saved"


def _at(scene: Scene, node: ast.AST) -> int:
    from mlpilot.tools.text import span

    return span(scene.source, node)[0]


def _body(scene: Scene, node: ast.Lambda) -> int:
    return _at(scene, node.body)


RULES = (
    (
        r"can only concatenate|unsupported operand type\(s\)|must be str, not|can't multiply sequence|not supported "
        r"between instances of",
        _text_and_number,
    ),
    (
        r"unsupported operand type\(s\).{0,40}'list'|bad operand type for unary|can't multiply sequence|'list' and '",
        _in_list,
    ),
    (r"unsupported format string passed to|Unknown format code", _formats),
    (r"Object of type (\w+) is not JSON serializable", _json),
    (r"keys must be str, int", _json_keys),
    (r"sequence item \d+: expected str instance", _joined),
    (
        r"invalid literal for int\(\) with base 10: '([^']*)'|could not convert string to float: '([^']*)'",
        _number_of_text,
    ),
    (r"write\(\) argument must be str|a bytes-like object is required|codec can't decode byte", _mapping),
    (r"[Cc]an't (?:get|pickle) (?:local|attribute|<function).{0,80}<?lambda|Can't pickle", _pickled),
)
"""(what the error says, its edits)."""

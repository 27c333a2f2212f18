"""`argparse`: an option stands for its default, the value that most runs of the program have."""

from mlpilot.tools.diagnose.static.reading.trace import Call, Context
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Const, Instance, Seq, Value, words

PARSER = "argparse.ArgumentParser"


def parser_method(context: Context, call: Call, parser: Instance) -> Value:
    """A method of a parser: options are remembered, and what is parsed has their defaults."""
    options: dict[str, Value] = parser.notes.setdefault("options", {})
    if call.name == "add_argument":
        name = _destination(call)
        default = call.get("default")
        if name and isinstance(default, Const) and isinstance(default.value, int | float | str):
            # true and false are ways that the program may go, and it is read along both
            way = default.value in (0, 1) and not isinstance(default.value, float)
            options[name] = UNKNOWN if way else default
        return UNKNOWN
    if call.name in ("add_argument_group", "add_mutually_exclusive_group"):
        return parser
    if call.name in ("parse_args", "parse_known_args"):
        parsed = Instance("argparse.Namespace", [], {}, call.node, context.fresh(), attrs=dict(options))
        return parsed if call.name == "parse_args" else Seq([parsed, UNKNOWN], "tuple")
    return UNKNOWN


def _destination(call: Call) -> str:
    """The attribute that an option is stored in: that of its first long name."""
    told = words(call.get("dest"))
    flags = [one for value in call.args for one in words(value)]
    long = told or [one for one in flags if one.startswith("--")] or flags
    return long[0].lstrip("-").replace("-", "_") if long else ""

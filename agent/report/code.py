"""The best Solution's source, lightly coloured, and how to use it."""

import shlex

from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report.markup import Html, join, plain, tag
from mlpilot.agent.report.thinking import written_by_model
from mlpilot.agent.report.words import clip, plural

COLOURED = 40_000
"""Characters up to which the source is coloured; colouring multiplies its size."""
SHOWN = 120_000
"""Characters that are shown at most; `solution.py` holds all."""


def code_section(record: RunRecord, best: ExperimentRecord | None) -> Html | None:
    """Parameters, source, and the commands that put it to use."""
    if best is None or best.solution is None:
        return None
    params = ", ".join(f"{key} = {value!r}" for key, value in best.params.items())
    run = shlex.quote(clip(record.run, 60))
    commands = [
        ("predict new rows, in the sandbox", f"mlpilot predict {run} NEW.csv -o OUT.csv"),
        ("take everything with you", f"mlpilot export {run} FOLDER"),
        ("or run the code on its own", "python solution.py predict TRAIN.csv NEW.csv -o OUT.csv"),
    ]
    listed = [(tag("dt", what), tag("dd", tag("code", command))) for what, command in commands]
    source = best.solution.source
    lines = source.count("\n") + 1
    own = written_by_model(record, best)
    written = "Code that a model wrote is in it: read it before you rely on it." if own else None
    return join(
        tag("dl", listed, class_="terms"),
        tag("p", written) if written else None,
        tag("p", "Parameters: ", tag("code", clip(params, 2000)), class_="params") if params else None,
        tag(
            "details",
            tag("summary", f"{clip(best.solution.name, 80)}, {plural(lines, 'line')} of Python"),
            tag("pre", tag("code", coloured(source)), tabindex=0),
            open=lines <= 80,
        ),
    )


def coloured(source: str) -> Html:
    """Python source with its keywords, strings, numbers and comments marked."""
    text = plain(source)
    if len(text) > SHOWN:
        return join(text[:SHOWN], "\n… the rest is in solution.py")
    if len(text) > COLOURED:
        return join(text)
    from pygments.lexers.python import PythonLexer
    from pygments.token import Comment, Keyword, Name, Number, String, Token

    classes = {Comment: "c", String: "s", Keyword: "k", Number: "m", Name.Function: "f", Name.Class: "f"}
    pieces: list[Html | str] = []
    for kind, value in PythonLexer(stripnl=False).get_tokens(text):
        while kind not in classes and kind is not Token:
            kind = kind.parent
        pieces.append(tag("span", value, class_=classes[kind]) if kind in classes else value)
    return join(pieces)

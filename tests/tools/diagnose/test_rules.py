"""Every rule finds what it is for, at the line where it stands, and leaves the near miss beside it alone.

A case: `=== CODE what it is`, a program whose lines to be found end with `# <-`, `---`, and a program that is right.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlpilot.tools.diagnose.static.catalogue import markdown
from mlpilot.tools.diagnose.static.report import BROKEN, check_source
from mlpilot.tools.diagnose.static.rules.every import RULES

CASES = Path(__file__).parent / "cases"
FOLDER = Path(__file__).parents[3] / "tools/diagnose/static"
MARK = "# <-"


def cases() -> Iterator[tuple[str, str, str, str]]:
    """(code, what it is, wrong program, right program)."""
    for path in sorted(CASES.glob("*.txt")):
        for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            head, _, body = block.partition("\n")
            code, _, what = head.partition(" ")
            wrong, _, right = body.partition("---\n")
            yield code, what, wrong, right


@pytest.mark.parametrize(
    ("code", "what", "wrong", "right"), [pytest.param(*one, id=f"{one[0]}: {one[1]}") for one in cases()]
)
def test_rule(code: str, what: str, wrong: str, right: str) -> None:
    lines = [number for number, line in enumerate(wrong.split("\n"), start=1) if line.rstrip().endswith(MARK)]
    found = check_source(wrong)
    assert [one.line for one in found if one.code == code] == lines and lines
    assert BROKEN not in {one.code for one in (*found, *check_source(right))}
    assert all(one.remedy and one.kind and one.column for one in found)
    loud = [
        (one.code, one.line, one.message) for one in check_source(right) if one.severity != "note" or one.code == code
    ]
    assert loud == []


def test_every_rule_has_a_case() -> None:
    assert {one.code for one in RULES} - {code for code, *_ in cases()} == set()


def test_the_documents_list_every_rule() -> None:
    page = (Path(__file__).parents[3] / "docs" / "check.md").read_text(encoding="utf-8")
    table = page.partition("<!-- rules -->\n")[2].partition("<!-- /rules -->")[0]
    assert table == markdown(), "run scripts/check_table.py"
    assert all(f"| {one.code} |" in table for one in RULES)


def test_no_rule_asks_a_node_of_one_kind_whether_it_is_another() -> None:
    """Of `program.each(ast.Assign)` none is a `For`: what is asked so is asked in vain, and a fault goes unseen."""
    vain = []
    for path in sorted(FOLDER.rglob("*.py")):
        for loop in (one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.For)):
            asked = loop.iter if isinstance(loop.iter, ast.Call) and isinstance(loop.target, ast.Name) else None
            if asked is None or getattr(asked.func, "attr", "") != "each":
                continue
            kind = ast.unparse(asked.args[0])
            for one in ast.walk(loop):
                if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "isinstance":
                    name, kinds = map(ast.unparse, one.args)
                    if name == loop.target.id and kind not in kinds.split(" | "):
                        vain.append(f"{path.name}:{one.lineno}: {ast.unparse(one)} of {kind}")
    assert vain == []

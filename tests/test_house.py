"""The rules of the house that no other tool checks: layers, size, packaging."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {"mlpilot": "", "agent": "agent", "tools": "tools", "sandbox": "sandbox", "evals": "evals"}
"""Folder → subpackage of mlpilot that it installs as."""
PROGRAMS = ("evals/bugs/cases/", "evals/bugs/clean/")
"""Programs that are checked, most of them faulty: no modules of ours."""
MAY_IMPORT = {
    "mlpilot": {"mlpilot", "agent", "tools", "sandbox", "evals"},
    "evals": {"evals", "agent", "tools", "sandbox"},
    "agent": {"agent", "tools", "sandbox"},
    "tools": {"tools", "sandbox"},
    "sandbox": {"sandbox"},
}
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60
"""Lines; a docstring does not count towards its function."""


def modules() -> Iterator[Path]:
    for folder in LAYERS:
        found = sorted((ROOT / folder).rglob("*.py"))
        yield from (path for path in found if not path.relative_to(ROOT).as_posix().startswith(PROGRAMS))


def dotted(path: Path) -> str:
    """The name a module is imported by."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    parts = (["mlpilot"] if parts[0] != "mlpilot" else []) + parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Names of mlpilot's modules that a module imports, wherever in it; `from a import b` gives both a and a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("mlpilot"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "mlpilot":
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_imports_go_one_way() -> None:
    wrong = []
    for path in modules():
        layer = path.relative_to(ROOT).parts[0]
        for name in imported(path):
            parts = name.split(".")
            target = parts[1] if len(parts) > 1 and parts[1] in LAYERS else "mlpilot"
            if target not in MAY_IMPORT[layer] and not (target == "mlpilot" and len(parts) == 1):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_no_two_modules_import_each_other() -> None:
    known = {dotted(path) for path in modules()}
    graph = {dotted(path): {name for name in imported(path) if name in known} for path in modules()}
    pairs = {tuple(sorted((one, other))) for one in graph for other in graph[one] if one in graph[other]}
    assert not {pair for pair in pairs if pair[0] != pair[1] and not pair[1].startswith(pair[0] + ".")}


def test_modules_and_functions_stay_small() -> None:
    wrong = []
    for path in modules():
        source = path.read_text(encoding="utf-8")
        if source.count("\n") > LONGEST_MODULE:
            wrong.append(f"{path.relative_to(ROOT)}: {source.count(chr(10))} lines")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = node.body[0] if ast.get_docstring(node) else None
                docstring = (said.end_lineno or 0) - said.lineno + 1 if said else 0
                length = (node.end_lineno or 0) - node.lineno + 1 - docstring
                if length > LONGEST_FUNCTION:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length} lines")
    assert not wrong


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in modules() if len(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "") < 10]
    assert not [str(path.relative_to(ROOT)) for path in silent]


def test_every_package_is_listed_for_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    found = {dotted(path) for path in modules() if path.name == "__init__.py"}
    assert set(settings["packages"]) == found
    assert set(settings["package-dir"]) == found


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(f"docs/{name}.md" for name in ("judge", "sandbox"))]
)
def test_paths_named_in_the_documents_exist(page: str) -> None:
    words = (ROOT / page).read_text(encoding="utf-8").replace("(", "`").replace(")", "`").split("`")
    named = [word for word in words if word.startswith(tuple(f"{folder}/" for folder in (*LAYERS, "docs", "scripts")))]
    assert named or page.endswith(("judge.md", "sandbox.md"))
    assert not [word for word in named if not (ROOT / word).exists()]

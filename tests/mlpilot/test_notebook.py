"""The notebook door, in a real notebook on a real kernel: `%load_ext mlpilot`, executed by nbclient."""

import sys
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from mlpilot.agent.talk.wishes import understand
from mlpilot.notebook.magic import complete
from mlpilot.notebook.talking import with_frames

CELLS = {
    "load": "%load_ext mlpilot",
    "table": (
        "import pandas as pd\nfrom sklearn.datasets import load_wine\n"
        "wine = load_wine(as_frame=True).frame.rename(columns={'hue': '<b>hue</b>'})"
    ),
    "run": "r = %mlpilot run wine --target target --max-experiments 2\nr",
    "parts": "print(r.run, r.status, len(r.board), r.best.number in r.board.index, 'def fit' in r.solution)",
    "best": "r.best",
    "show": "%mlpilot show {{r.run}}",
    "braces": "settings = {'depth': 3}\n%mlpilot show {settings}",
    "code": "%mlpilot code",
    "fail": "from sklearn.linear_model import Ridge\nRidge(normalize=True)",
    "why": "%mlpilot why",
    "gone": "import numpy as np",
    "fail again": "np.float_(3)",
    "why again": "%mlpilot why",
    "typo": "%mlpilot rnu wine",
    "why typo": "%mlpilot why",
    "column": "%mlpilot run wine --target price",
    "loop": "import asyncio\nasyncio.get_running_loop()\n%mlpilot runs",
    "words": "%%mlpilot --sandbox none --brain builtin\nprint(6 * 7)",
    "more words": "%%mlpilot --brain builtin\nload wine.csv",
    "config": (
        "%config MlpilotMagics.brain = 'llm'\n%config MlpilotMagics.budget = '20s'\n"
        "%mlpilot run wine --target target --brain builtin --budget soon"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> dict[str, nbformat.NotebookNode]:
    """Each of CELLS with its outputs, of one notebook that was executed from top to bottom."""
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    folder = tmp_path_factory.mktemp("notebook")
    kernel = {"metadata": {"path": str(folder)}}
    NotebookClient(book, allow_errors=True, timeout=200, resources=kernel).execute()
    nbformat.validate(book)
    return dict(zip(CELLS, book.cells, strict=False))


def said(cell: nbformat.NotebookNode) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def html(cell: nbformat.NotebookNode) -> list[str]:
    return [output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {})]


def test_a_run_shows_itself_and_its_result_too(cells: dict[str, nbformat.NotebookNode]) -> None:
    watched, shown = html(cells["run"])
    assert "finished" in cells["run"].outputs[0].data["text/plain"]
    for page in (watched, shown):
        assert 'class="mlpilot-card"' in page
        assert "against the best" in page
        assert "<script" not in page and "http" not in page
    assert "Test" in shown
    assert said(cells["parts"]).split()[1:] == ["finished", "2", "True", "True"]
    assert html(cells["show"]) == [shown]
    best = cells["best"].outputs[0].data["text/plain"]
    assert best.startswith("<#") and best.count("\n") == 0 and "def fit" not in best


def test_what_data_says_is_text(cells: dict[str, nbformat.NotebookNode]) -> None:
    assert not any("<b>hue</b>" in page for page in html(cells["run"]))


def test_only_double_braces_are_expanded(cells: dict[str, nbformat.NotebookNode]) -> None:
    assert "there is no run '{settings}'" in said(cells["braces"])


def test_code_is_offered_and_not_run(cells: dict[str, nbformat.NotebookNode]) -> None:
    assert cells["code"].outputs == []


def test_why_names_the_line_and_what_to_do(cells: dict[str, nbformat.NotebookNode]) -> None:
    told = cells["why"].outputs[0].data["text/plain"]
    assert "line 2:" in told and "Ridge(normalize=True)" in told and "→" in told


def test_why_reads_the_cell_with_the_imports_before_it(cells: dict[str, nbformat.NotebookNode]) -> None:
    told = cells["why again"].outputs[0].data["text/plain"].splitlines()
    assert told[1:3] == ["line 1:  np.float_(3)", "np.float_ is gone: write np.float64"]


def test_why_shows_a_magic_as_it_was_typed(cells: dict[str, nbformat.NotebookNode]) -> None:
    assert "line 1:  %mlpilot rnu wine" in cells["why typo"].outputs[0].data["text/plain"]


def test_no_cell_warns_or_names_a_path_of_the_machine(cells: dict[str, nbformat.NotebookNode]) -> None:
    for name in ("run", "parts", "show", "code", "words", "loop"):
        outputs = cells[name].outputs
        assert not any(output.get("name") == "stderr" for output in outputs), outputs
        assert sys.prefix not in nbformat.from_dict({"outputs": outputs}).__repr__()


def test_mistakes_get_one_line(cells: dict[str, nbformat.NotebookNode]) -> None:
    assert "unknown command 'rnu'; did you mean" in said(cells["typo"])
    assert "price" in said(cells["column"])
    for name in ("typo", "column", "config"):
        assert said(cells[name]).strip().count("\n") == 0
        assert said(cells[name]).startswith("UsageError: mlpilot: ")


def test_a_cell_of_words_is_a_turn_of_a_talk(cells: dict[str, nbformat.NotebookNode]) -> None:
    assert "42" in said(cells["words"])
    assert "wine.csv: no such file" in said(cells["more words"])
    assert not any(output.output_type == "error" for output in cells["words"].outputs)


def test_it_works_beside_a_running_event_loop(cells: dict[str, nbformat.NotebookNode]) -> None:
    assert cells["loop"].outputs
    assert not any(output.output_type == "error" for output in cells["loop"].outputs)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("%mlpilot ", {"run", "why", "code"}),
        ("%mlpilot ru", {"run", "runs"}),
        ("%mlpilot run ", {"wine", "--target"}),
        ("%mlpilot run wine --target ", {"price", "'of what'"}),
    ],
)
def test_completion(typed: str, offered: set[str]) -> None:
    import pandas as pd

    shell = SimpleNamespace(user_ns={"wine": pd.DataFrame({"price": [1], "of what": [2]}), "other": 3})
    found = complete(shell, SimpleNamespace(text_until_cursor=typed))  # type: ignore[arg-type]
    assert offered <= set(found)
    assert "other" not in found


@pytest.mark.parametrize(
    ("text", "verbs"),
    [
        ("load wine", ["load"]),
        ("describe the wine data", ["load", "odd"]),
        ("what is odd about wine?", ["load", "odd"]),
        ("predict target from wine", ["load", "run"]),
        ("predict target from @wine", ["load", "run"]),
    ],
)
def test_a_frame_that_words_name_is_a_table(monkeypatch, tmp_path, text: str, verbs: list[str]) -> None:
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path))
    names = {"wine": pd.DataFrame({"hue": [1.0, 2.0], "target": [0, 1]}), "about": 7}
    said = with_frames(text, names)
    first, *rest = understand(said)
    assert [first.verb, *(one.verb for one in rest)] == verbs
    pd.testing.assert_frame_equal(pd.read_parquet(first.words[0]), names["wine"])
    assert with_frames("what is it about", names) == "what is it about"
    assert with_frames("a word about about", names) == "a word about about", "only tables are handed over"

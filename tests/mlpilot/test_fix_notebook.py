"""`mlpilot fix` of a notebook: its program is mended, and put back into its cells with all else as it was."""

import json
import textwrap
from pathlib import Path

import pytest

from mlpilot.cli import main
from mlpilot.tools.diagnose.static.notebook import NotebookError
from mlpilot.tools.mending.cells import read_cells

PRINTED = [{"output_type": "stream", "name": "stdout", "text": ["accuracy 0.99\n"]}]
LEAK = (
    """
    %matplotlib inline
    import numpy as np
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler
    """,
    """
    files = !ls
    X, y = load_breast_cancer(return_X_y=True)
    display(X[:2])
    X.shape
    """,
    """
    %%time
    X = StandardScaler().fit_transform(X)  # of the whole table
    """,
    """
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = LogisticRegression().fit(X_train, y_train)
    print("accuracy", model.score(X_test, y_test))
    """,
    """
    %%bash
    ls  # no Python
    """,
)


def notebook(*sources: str, language: str = "python") -> dict[str, object]:
    """A heading, and a cell of code for each source, which has run."""
    texts = [textwrap.dedent(source).strip("\n") for source in sources]
    code = [
        {
            "cell_type": "code",
            "execution_count": at,
            "id": f"cell-{at}",
            "metadata": {"tags": ["mine"]},
            "outputs": PRINTED,
            "source": text.splitlines(keepends=True),
        }
        for at, text in enumerate(texts)
    ]
    heading = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# Brustkrebs, früh erkannt"]}
    kernel = {"kernelspec": {"display_name": "Python 3", "language": language, "name": "python3"}}
    return {"cells": [heading, *code], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def write(path: Path, content: dict[str, object]) -> Path:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def test_a_leak_is_mended_in_its_cells_and_all_else_stays(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write(tmp_path / "cancer.ipynb", notebook(*LEAK))
    before = path.read_text(encoding="utf-8")
    assert main(["fix", str(path), "--json", "--write"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert answer["status"] == "repaired" and "fitted on 426 rows" in answer["proof"]["after"]
    assert "cancer.ipynb cell 4" in answer["diff"] and "cancer.ipynb cell 5" in answer["diff"]
    assert "from cell 4 on" in said.err
    (found,) = (one for one in answer["diagnoses"] if one["code"] == "LEAK001")
    assert "line 1 of cell 5" in found["message"] and "(cell 4, line 2)" in found["message"]
    assert "StandardScaler().fit_transform(X)" in before.split("\n")[found["line"] - 1]

    assert Path(f"{path}.bak").read_text(encoding="utf-8") == before
    old, new = json.loads(before), json.loads(path.read_text(encoding="utf-8"))
    assert new["metadata"] == old["metadata"] and new["cells"][:3] == old["cells"][:3]  # magics and what they printed
    for at in (3, 4, 5):
        assert new["cells"][at]["outputs"] == [] and new["cells"][at]["execution_count"] is None
        assert new["cells"][at]["metadata"] == {"tags": ["mine"]} and new["cells"][at]["id"] == f"cell-{at - 1}"
    assert new["cells"][3]["source"][0].strip() == "%%time" and "fit_transform(X_train)" in str(new["cells"][4])
    assert new["cells"][5]["source"] == old["cells"][5]["source"]


def test_what_ends_it_is_told_and_mended_at_its_line_of_its_cell(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = write(tmp_path / "half.ipynb", notebook("import numpy as np", "!ls\n\nhalf = np.float(1)", "print(half)"))
    assert main(["fix", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "repaired" and "-half = np.float(1)\n+half = float(1)\n" in answer["diff"]
    assert any("(cell 3, line 3)" in one["message"] for one in answer["diagnoses"])
    assert not Path(f"{path}.bak").exists()


def test_a_cell_that_does_not_parse_is_told_and_nothing_runs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = write(tmp_path / "broken.ipynb", notebook("x = 1", "y = (2\n"))
    assert main(["fix", str(path), "--json", "--write"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "not_repaired" and "(cell 3, line 1)" in answer["reason"] and answer["diff"] == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (notebook("x <- 1", language="R"), "another language"),
        (notebook("x = 1\n# %%\ny = 2"), "a line '# %%'"),
        ({"worksheets": [{"cells": []}], "metadata": {}}, "older format"),
        ({"cells": 3}, "no list of cells"),
    ],
)
def test_what_cannot_be_mended_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: dict[str, object], says: str
) -> None:
    path = write(tmp_path / "odd.ipynb", content)
    assert main(["fix", str(path)]) == 2
    said = capsys.readouterr().err
    assert says in said and said.count("\n") == 1


@pytest.mark.parametrize("indent", [None, 1, 2, 4])
@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("end", ["", "\n"])
def test_the_layout_of_the_file_stays(indent: int | None, plain: bool, end: str) -> None:
    content = notebook("%time\na = 1\nb = 2", "c = 3")
    raw = json.dumps(content, indent=indent, ensure_ascii=plain) + end
    cells = read_cells(raw)
    written = cells.put_back(cells.notebook.text.replace("b = 2", "b = 22"))
    for cell in content["cells"][1:]:  # type: ignore[index]
        cell |= {"outputs": [], "execution_count": None}
    content["cells"][1]["source"][2] = "b = 22"  # type: ignore[index]
    assert written == json.dumps(content, indent=indent, ensure_ascii=plain) + end


def test_an_edit_that_goes_beyond_a_cell_is_refused() -> None:
    cells = read_cells(json.dumps(notebook("a = 1", "b = 2")))
    with pytest.raises(NotebookError, match="beyond a cell"):
        cells.put_back(cells.notebook.text.replace("# %%\n", "", 1))

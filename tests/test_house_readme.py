"""What the documents tell people to type works as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAME = "brave-otter"
"""What the README calls the run; a run gives itself its name, so this word is replaced by the real one."""


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of that language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "MLPILOT_HOME": ""}


def test_the_commands_of_the_readme_work(tmp_path: Path) -> None:
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    commands = [line[2:] for block in blocks("README.md", "console") for line in block.splitlines()]
    assert len(commands) > 5 and all(
        line.startswith("$ ") for block in blocks("README.md", "console") for line in block.splitlines()
    )
    run = NAME
    for command in commands:
        short = re.sub(r"--budget \w+", "--budget 20s", command).replace(NAME, run)
        done = subprocess.run(
            short, shell=True, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=150
        )
        assert done.returncode == 0, f"{short}\n{done.stdout}{done.stderr}"
        if " run " in command:
            run = next((tmp_path / ".mlpilot" / "runs").iterdir()).name
        if "exec" in command:
            assert done.stdout.strip() == "42"
    assert len((tmp_path / "predictions.csv").read_text().splitlines()) == 570
    assert (tmp_path / "best" / "solution.py").is_file()


def test_the_python_of_the_readme_works(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/demo_data.py", tmp_path / "cancer.csv"], check=True)
    source = blocks("README.md", "python")[0].replace('budget="60s"', 'budget="15s"')
    source += "\nassert result.best.score.value < 0.5 and len(result.board) and result.report().is_file()\n"
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["docs/solution.md"])
def test_the_solution_of_the_documents_works(page: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/demo_data.py", tmp_path / "cancer.csv"], check=True)
    (tmp_path / "mine.py").write_text(blocks(page, "python")[0])
    words = ["-m", "mlpilot", "score", "mine.py", "cancer.csv", "--target", "diagnosis", "--json"]
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '"status": "scored"' in done.stdout

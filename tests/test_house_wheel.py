"""The wheel that people install: all of one package and nothing else, and it works far from this folder."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sklearn.datasets import load_wine

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("mlpilot", "agent", "tools", "sandbox", "evals")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the sources, as from a clean clone."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", folder]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next((folder / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path) -> Iterator[Path]:
    """Python of a clean virtual environment with the wheel in it; what mlpilot needs is linked from this one's."""
    folder = ROOT / "build" / "wheel-venv"  # on the same disk as .venv, so that files can be linked
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", vars=paths))
    ours = shutil.ignore_patterns("__editable__*", "mlpilot*", "__pycache__")
    shutil.copytree(sysconfig.get_path("purelib"), packages, ignore=ours, copy_function=link, dirs_exist_ok=True)
    install = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--no-deps", "-q", wheel]
    subprocess.run(install, check=True)
    yield folder / "bin" / "python"
    shutil.rmtree(folder)


def link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def test_holds_one_package_and_all_of_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"mlpilot"}
    tracked = subprocess.run(["git", "ls-files", *SOURCES], cwd=ROOT, capture_output=True, text=True)
    expected = {name if name.startswith("mlpilot/") else f"mlpilot/{name}" for name in tracked.stdout.split()}
    assert not expected - names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_works_in_a_clean_environment(python: Path, tmp_path: Path) -> None:
    def call(*words: str) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr
        return done.stdout

    mlpilot = str(python.with_name("mlpilot"))
    assert "resume" in call(mlpilot, "--help")
    where = call(str(python), "-c", "import mlpilot, mlpilot.agent; print(mlpilot.__file__, mlpilot.agent.__file__)")
    assert where.count(str(python.parents[1])) == 2
    load_wine(as_frame=True).frame.to_csv(tmp_path / "wine.csv", index=False)
    answer = json.loads(call(mlpilot, "run", "wine.csv", "--target", "target", "--max-experiments", "2", "--json"))
    assert answer["status"] == "finished" and answer["best"]["score"] < 0.5
    assert all((tmp_path / path).is_file() for path in answer["artifacts"].values())

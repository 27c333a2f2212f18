"""Packages, a Python or an image of the person's own: what is locked and installed, and what code inside then finds.

Packages are wheels made on the spot; pip itself resolves and installs them, from a folder, without a network.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import distribution, version
from io import BytesIO
from pathlib import Path
from shutil import copy2

import pytest

from mlpilot.sandbox import added, installing
from mlpilot.sandbox.choose import choose, is_built
from mlpilot.sandbox.environment import BARE, Environment
from mlpilot.sandbox.errors import NoSandboxError, NotBuiltError, UserError
from mlpilot.sandbox.folder import owner
from mlpilot.sandbox.image import lock as base
from mlpilot.sandbox.interpreter import as_named, examine, ours
from mlpilot.sandbox.protocol import Limits

LIMITS = Limits(memory_bytes=2**30, disk_bytes=2**24)
BACKENDS = [
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    pytest.param("docker", marks=pytest.mark.docker),
    pytest.param("landlock", marks=pytest.mark.landlock),
    "none",
]
Make = Callable[..., None]


def wheel(
    folder: Path,
    name: str,
    release: str,
    files: Mapping[str, str],
    needs: Sequence[str] = (),
    tag: str = "py3-none-any",
) -> None:
    """A wheel in `folder`."""
    info = f"{name}-{release}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}\n"
    metadata += "".join(f"Requires-Dist: {need}\n" for need in needs)
    contents = {
        **files,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    contents[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*contents, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{release}-{tag}.whl", "w") as archive:
        for path, text in contents.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), text)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes wheels that pip finds, and nothing else; added packages go into a cache folder of the test's."""
    return _shelf(tmp_path, monkeypatch)


def _shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tmp_path.chmod(0o755)
    wheel(shelf, "gauss", "1.0", {"gauss/__init__.py": "from helper_of_gauss import VALUE\n"}, ["helper-of-gauss>=2"])
    for release in ("1.9", "2.1", "2.2"):
        wheel(shelf, "helper_of_gauss", release, {"helper_of_gauss.py": f"VALUE = {release!r}\n"})
    return lambda *arguments, **names: wheel(shelf, *arguments, **names)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> installing.Plan:
    """Made once: wheels of the same contents are the same bytes."""
    with pytest.MonkeyPatch.context() as patch:
        _shelf(tmp_path_factory.mktemp("planned"), patch)
        return installing.plan(["gauss"], None)


@pytest.fixture
def gauss(planned: installing.Plan, make: Make) -> added.Lock:
    return planned.lock


def environment(lock: added.Lock) -> Environment:
    return Environment(image=lock.image(), added=lock.folder(), packages=lock.pins, asked=lock.asked, identity="x")


def test_a_plan_locks_versions_and_hashes(gauss: added.Lock, planned: installing.Plan, tmp_path: Path) -> None:
    assert gauss.pins == ("gauss==1.0", "helper-of-gauss==2.2")
    file = "gauss-1.0-py3-none-any.whl"
    assert gauss.packages[0].wheels == {file: hashlib.sha256((tmp_path / "shelf" / file).read_bytes()).hexdigest()}
    size = sum((tmp_path / "shelf" / name).stat().st_size for one in gauss.packages for name in one.wheels)
    assert planned.bytes == size
    path = tmp_path / added.LOCK
    path.write_text(added.text_of(gauss))
    assert added.read(path) == gauss
    assert not list((tmp_path / "cache").rglob("*.whl"))


def test_locked_versions_stay_until_they_are_asked_away(gauss: added.Lock, make: Make) -> None:
    make("helper_of_gauss", "2.3", {"helper_of_gauss.py": ""})
    assert installing.plan(["gauss"], gauss).lock == gauss
    assert installing.plan(["gauss", "helper_of_gauss<2.2"], gauss).lock.pins[1] == "helper-of-gauss==2.1"
    assert installing.plan(["helper-of-gauss"], None).lock.pins == ("helper-of-gauss==2.3",)


def test_a_file_with_another_hash_is_refused(gauss: added.Lock, make: Make) -> None:
    make("gauss", "1.0", {"gauss/__init__.py": "import os\n"}, ["helper-of-gauss>=2"])
    with pytest.raises(UserError, match=r"gauss-1\.0-py3-none-any\.whl is not the file that mlpilot\.lock has"):
        installing.plan(["gauss"], gauss)
    with pytest.raises(UserError, match=r"(?i)hash"):
        installing.install(gauss)
    assert not [*added.packages_folder().iterdir()]


def test_a_file_for_another_machine_is_locked_beside(make: Make) -> None:
    make("mixed", "1.0", {"mixed.py": "HERE = False\n"}, tag="cp311-none-win_amd64")
    make("mixed", "1.0", {"mixed.py": "HERE = True\n"})
    here = installing.plan(["mixed"], None).lock
    theirs = replace(here.packages[0], wheels={"mixed-1.0-cp311-none-win_amd64.whl": "0" * 64})
    assert added.Lock(("mixed",), (theirs,)).folder() is None
    both = installing.plan(["mixed"], added.Lock(("mixed",), (theirs,))).lock
    assert both.packages[0].wheels == {**theirs.wheels, **here.packages[0].wheels}
    assert both.folder() == here.folder()
    assert both.identity == here.identity


def test_what_the_sandbox_holds_is_neither_changed_nor_installed_again(make: Make) -> None:
    make("numpy", version("numpy"), {"numpy/__init__.py": ""})
    make("numpy", "1.0", {"numpy/__init__.py": ""})
    make("needs_numpy", "1.0", {"needs_numpy.py": ""}, ["numpy"])
    make("needs_old_numpy", "1.0", {"needs_old_numpy.py": ""}, ["numpy<2"])
    assert installing.plan(["needs-numpy", "numpy"], None).lock.pins == ("needs-numpy==1.0",)
    with pytest.raises(UserError) as caught:
        installing.plan(["needs-old-numpy"], None)
    assert str(caught.value).endswith(f"depends on numpy<2; the sandbox holds numpy=={version('numpy')}")


def test_what_would_hide_the_sandboxs_own_is_refused(make: Make) -> None:
    names = ("fine.py", "json.py", "mlpilot/__init__.py", "numpy/__init__.py", "sitecustomize.py")
    make("shadow", "1.0", dict.fromkeys(names, "VALUE = 1\n"))
    lock = installing.plan(["shadow"], None).lock
    with pytest.raises(UserError, match=r"would hide the sandbox's json, mlpilot, numpy, sitecustomize$"):
        installing.install(lock)
    assert not [*added.packages_folder().iterdir()]


def test_nothing_is_built_from_source(make: Make, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    with tarfile.open(tmp_path / "shelf" / "source-1.0.tar.gz", "w:gz") as archive:
        for name, text in {
            "setup.py": f"open({str(ran)!r}, 'w')\n",
            "PKG-INFO": "Name: source\nVersion: 1.0\n",
        }.items():
            entry = tarfile.TarInfo(f"source-1.0/{name}")
            entry.size = len(text)
            archive.addfile(entry, BytesIO(text.encode()))
    with pytest.raises(UserError, match=r"there is no wheel for Python .* nothing is built from source here"):
        installing.plan(["source"], None)
    assert not ran.exists()


def test_what_is_installed_is_whole_and_read_only(gauss: added.Lock) -> None:
    left = added.packages_folder() / f"mlpilot-999999999-1-{owner().rpartition('-')[2]}-killed" / "packages"
    left.mkdir(parents=True)
    left.chmod(0o555)
    folder = installing.install(gauss)
    assert [*added.packages_folder().iterdir()] == [folder]
    assert {path.name for path in folder.iterdir()} >= {"gauss", "helper_of_gauss.py"}
    assert not [path for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o222]
    before = folder.stat().st_ino
    assert installing.install(gauss).stat().st_ino == before


def test_a_lock_that_was_tampered_with_is_refused(gauss: added.Lock, tmp_path: Path) -> None:
    path, text = tmp_path / added.LOCK, added.text_of(gauss)
    assert added.read(path) is None
    for wrong in (
        text.replace("version = 1\n", "version = 2\n"),
        text.replace('name = "gauss"', 'name = "../gauss"'),
        text.replace("gauss-1.0-py3", "../../gauss-1.0-py3"),
        text.replace('"gauss-1.0-py3-none-any.whl" = "', '"gauss-1.0-py3-none-any.whl" = "x'),
        text.replace('asked = ["gauss"]', 'asked = ["--index-url=http://x"]'),
        text.replace('asked = ["gauss"]', "asked = 3"),
        text + "x",
        "",
    ):
        path.write_text(wrong)
        with pytest.raises(UserError, match=r"mlpilot\.lock is not as `mlpilot sandbox build` writes it"):
            added.read(path)


@pytest.fixture
def built(gauss: added.Lock, request: pytest.FixtureRequest) -> Iterator[Environment]:
    """The environment, installed; in the image too where docker is what is tested."""
    if request.getfixturevalue("name") != "docker":
        installing.install(gauss)
        yield environment(gauss)
        return
    from mlpilot.sandbox.docker import connect
    from mlpilot.sandbox.image.build import build_with, python_of_image

    python = python_of_image()
    lock = installing.plan(["gauss"], gauss, python).lock
    tag = build_with(lock, python)
    yield environment(lock)
    connect().images.remove(tag, force=True)


@pytest.mark.parametrize("name", BACKENDS)
def test_code_inside_finds_what_was_added(name: str, built: Environment) -> None:
    code = """
import subprocess, sys
import gauss, numpy
print(gauss.VALUE, gauss.__file__.startswith(%r), numpy.__version__)
print(subprocess.run([sys.executable, "-c", "import gauss; print(gauss.VALUE)"], capture_output=True, text=True).stdout)
try:
    open(gauss.__file__, "a")
except OSError as error:
    print(type(error).__name__)
"""
    place = str(built.added) if name in ("none", "landlock") else "/opt/packages"
    with choose(name, environment=built).open(LIMITS) as session:
        result = session.run(code % place)
    assert result.stdout.split() == ["2.2", "True", version("numpy"), "2.2", *result.stdout.split()[4:]], result
    assert result.stdout.split()[4:] in (["OSError"], ["PermissionError"])
    with choose(name).open(LIMITS) as session:
        assert session.run("import gauss").status == "error"


@pytest.mark.parametrize("name", ["auto", *BACKENDS])
def test_what_is_not_installed_is_not_installed_on_the_way(name: str, gauss: added.Lock) -> None:
    for asked in (environment(gauss), Environment(asked=("gauss",))):
        with pytest.raises(NotBuiltError) as caught:
            choose(name, environment=asked)
        assert str(caught.value).endswith("asks for gauss, which is not installed: run `mlpilot sandbox build`")
        assert not is_built(name, asked)
    assert not added.packages_folder().exists()


@pytest.fixture(scope="module")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with what kernels need, linked from ours, and a module that only it has."""
    folder = tmp_path_factory.mktemp("own")
    venv.create(folder, with_pip=False, symlinks=True)
    [site] = folder.glob("lib/python3*/site-packages")
    packages = [line.partition("==")[0] for line in base.requirements().splitlines()]
    for name in set(packages) - {"matplotlib", "pyarrow", "python-calamine", "fonttools", "pillow"}:
        for file in distribution(name).files or ():
            source = Path(str(file.locate()))
            if ".." not in file.parts and "tests" not in file.parts and source.is_file():
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(source, site / file)
                except OSError:
                    copy2(source, site / file)
    (site / "only_there.py").write_text("VALUE = 41\n")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    return folder


@pytest.mark.parametrize("name", [BACKENDS[0], BACKENDS[2], "none"])
def test_a_python_of_the_persons_own(name: str, other_python: Path) -> None:
    python = examine(other_python)
    assert python.executable == str(other_python / "bin" / "python")
    assert python.identity and python.identity != examine(Path(sys.executable)).identity
    chosen = Environment(own_python=python)
    with choose("auto" if name == "bubblewrap" else name, environment=chosen).open(LIMITS) as session:
        result = session.run("import only_there, pandas, sys\nprint(only_there.VALUE, sys.prefix, pandas.__file__)")
        assert result.stdout.split()[:2] == ["41", str(other_python)], result
        assert result.stdout.split()[2].startswith(str(other_python))
        assert session.run("import langgraph").status == "error"
        if name != "none":
            repository = Path(__file__).parents[2] / "pyproject.toml"
            assert session.run(f"open({str(repository)!r})").status == "error"


def test_a_python_named_by_a_roundabout_path_is_named_straight(tmp_path: Path) -> None:
    """A sandbox shows a part of the tree, and `..` may lead through what it does not show."""
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "elsewhere" / "work").mkdir(parents=True)
    (tmp_path / "here").symlink_to(tmp_path / "elsewhere" / "work")
    python = tmp_path / "env" / "bin" / "python"
    python.symlink_to(sys.executable)
    assert as_named(tmp_path / "here" / ".." / ".." / "env" / "bin" / "python") == str(python), "not what it links to"
    assert as_named(python) == str(python)


def test_a_python_that_cannot_serve(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    with pytest.raises(
        UserError, match=r"lacks what the sandbox needs; run `.*bare/bin/python -m pip install ipykernel"
    ):
        examine(tmp_path / "bare")
    with pytest.raises(UserError, match="it has no bin/python"):
        examine(tmp_path)
    with pytest.raises(UserError, match="does not exist"):
        examine(tmp_path / "none")
    old = tmp_path / "old"
    old.write_text("#!/bin/sh\necho\necho 'mlpilot:{\"version\": [3, 9, 1]}'\n")
    old.chmod(0o755)
    with pytest.raises(UserError, match=r"is Python 3\.9\.1; what runs in the sandbox needs 3\.11 or later"):
        examine(old)
    old.write_text("#!/bin/sh\necho hello\n")
    with pytest.raises(UserError, match="does not work as a Python 3"):
        examine(Path(old.parent, ".", "old"))


def test_nothing_of_this_process_reaches_the_python_that_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ipykernel.py").write_text("raise SystemExit('from the working folder')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert examine(Path(sys.prefix) / ".").home == ours().home


def test_contradictions_are_refused() -> None:
    with pytest.raises(UserError, match="names a python of this machine, which docker cannot use"):
        choose("docker", environment=Environment(own_python=ours()))
    with pytest.raises(UserError, match="names an image, which --sandbox bubblewrap cannot use"):
        choose("bubblewrap", environment=Environment(own_image="x"))


@pytest.mark.docker
def test_an_image_of_the_persons_own() -> None:
    from mlpilot.sandbox.docker import connect

    client = connect()
    chosen = choose("auto", environment=Environment(own_image=base.tag()))
    assert chosen.name == "docker"
    assert chosen.environment.identity == client.images.get(base.tag()).id
    with chosen.open(LIMITS) as session:
        assert session.run("import pandas\nprint(1)").stdout == "1\n"
    with pytest.raises(NoSandboxError, match=r"docker has no image mlpilot-none:1, which mlpilot\.toml names"):
        choose("docker", environment=Environment(own_image="mlpilot-none:1"))
    for line, says in (("VOLUME /data", "declares volumes"), ("ENV PATH=/nowhere", "has no python3 on its PATH")):
        recipe = BytesIO(f"FROM {base.tag()}\n{line}\n".encode())
        client.images.build(fileobj=recipe, tag="mlpilot-test-own:1", network_mode="none", rm=True)
        try:
            with pytest.raises(NoSandboxError, match=says):
                choose("docker", environment=Environment(own_image="mlpilot-test-own:1"))
        finally:
            client.images.remove("mlpilot-test-own:1", force=True)


def test_environments_are_told_apart(gauss: added.Lock) -> None:
    assert BARE.key == "" and BARE.name == ""
    assert environment(gauss).name == "with gauss"
    assert environment(gauss).told == ("gauss==1.0",)
    assert Environment(own_python=examine(Path(sys.executable))).name.startswith("your Python 3")
    assert subprocess.run([sys.executable, "-I", "-c", ""], check=False).returncode == 0

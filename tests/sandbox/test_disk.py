"""What is counted as being on disk, with ways to hide it; and that a Cell which hides it is stopped."""

import ctypes
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mlpilot.sandbox import disk
from mlpilot.sandbox.folder import PrivateFolder
from mlpilot.sandbox.inside import janitor
from mlpilot.sandbox.protocol import Limits, Sandbox

MIB = 2**20
MANY = 10_000


def test_files_folders_and_links_are_counted_once_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_bytes(bytes(MIB))
    (tmp_path / "again").hardlink_to(tmp_path / "a/b/file")
    (tmp_path / "out").symlink_to("/usr")
    os.mkfifo(tmp_path / "pipe")
    found = disk.in_folder(tmp_path, most_files=MANY)
    assert found.complete
    assert found.files == 6
    assert MIB <= found.bytes < MIB + 2**17


def test_what_is_locked_is_unlocked_and_nothing_is_too_deep(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=folder)
        folder, above = os.open("d", os.O_RDONLY, dir_fd=folder), folder
        os.close(above)
    os.close(folder)
    (tmp_path / "locked").mkdir(0o300)
    (tmp_path / "locked/file").touch()
    assert disk.in_folder(tmp_path, most_files=MANY) == disk.Usage(
        bytes=disk.in_folder(tmp_path, most_files=MANY).bytes, files=1502
    )
    janitor.empty(tmp_path)
    assert not [*tmp_path.iterdir()]


def test_the_count_stops_soon_after_the_limit(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / str(number)).touch()
    assert disk.in_folder(tmp_path, most_files=20).files == 21


def test_a_folder_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    assert not disk.in_folder(tmp_path / "link", most_files=MANY).complete


def test_removed_files_count_while_they_are_held(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    before = disk.removed_but_open([os.getpid()], device).bytes
    with (tmp_path / "open").open("wb") as file:
        (tmp_path / "open").unlink()
        file.write(bytes(2 * MIB))
        file.flush()
        assert disk.removed_but_open([os.getpid()], device).bytes >= before + 2 * MIB
    assert disk.removed_but_open([os.getpid()], device).bytes == before
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    with (tmp_path / "mapped").open("w+b") as file:
        file.write(bytes(MIB))
        file.flush()
        readable_and_writable, shared = 3, 1
        at = libc.mmap(None, ctypes.c_size_t(MIB), readable_and_writable, shared, file.fileno(), ctypes.c_long(0))
        (tmp_path / "mapped").unlink()
    assert disk.removed_but_open([os.getpid()], device).bytes == before + MIB
    libc.munmap(ctypes.c_void_p(at), ctypes.c_size_t(MIB))
    assert disk.removed_but_open([os.getpid()], device).bytes == before


def test_a_process_that_hides_its_descriptors_is_noticed(run_program: Callable[..., str]) -> None:
    """As a user: root sees them all."""
    program = """
import ctypes, os, subprocess, sys
from mlpilot.sandbox import disk
hide = "import ctypes; ctypes.CDLL(None).prctl(4, 0); print(1, flush=True); input()"
with subprocess.Popen([sys.executable, "-c", hide], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as hiding:
    hiding.stdout.readline()
    print(disk.removed_but_open([hiding.pid], 0).complete)
"""
    assert run_program(program, who="a user") == "False\n"


@pytest.mark.parametrize(
    "write",
    [
        "open(str(n), 'wb').write(part)",
        "kept.append(open('f', 'wb'))\n    os.unlink('f')\n    kept[-1].write(part)",
    ],
    ids=["many files", "removed files"],
)
def test_a_cell_that_fills_the_disk_is_stopped(walled: Sandbox, write: str) -> None:
    """Either way of being stopped is right: an error where the file system is the sandbox's own, else the end."""
    code = f"import itertools, os\nkept, part = [], bytes(4 << 20)\nfor n in itertools.count():\n    {write}"
    with walled.open(Limits(memory_bytes=2**30, disk_bytes=64 * MIB)) as session:
        result = session.run(code, timeout=60)
    assert result.status == "disk_full"
    assert result.state_lost == (walled.name == "landlock")


def test_a_private_folder_goes_with_what_is_in_it() -> None:
    folder = PrivateFolder()
    (folder.path / "locked").mkdir(0o300)
    (folder.path / "locked/file").touch()
    folder.remove()
    folder.remove()
    assert not folder.path.exists()

"""What is copied into an engine that sees no folder of ours: plain files and folders, and nothing that a link names."""

import io
import os
import tarfile
from pathlib import Path, PurePosixPath

import pytest

from mlpilot.sandbox.docker_luggage import Item, archive, items


def _packed(source: Path, target: str) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(archive([*items(source, PurePosixPath(target))])))) as packed:
        return {info.name: info for info in packed}


def test_files_and_folders_with_fixed_modes_and_owner(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True, mode=0o700)
    (tmp_path / "deep" / "er" / "file").write_bytes(b"x" * 1000)
    (tmp_path / "deep" / "er" / "file").chmod(0o4700)
    (tmp_path / ("n" * 200)).write_text("")
    packed = _packed(tmp_path, "data/0")
    assert set(packed) == {
        "data",
        "data/0",
        "data/0/deep",
        "data/0/deep/er",
        "data/0/deep/er/file",
        "data/0/" + "n" * 200,
    }
    for info in packed.values():
        assert (info.uid, info.gid, info.mode) == (0, 0, 0o755 if info.isdir() else 0o644)
        assert info.isdir() or info.isreg()


def test_a_single_file_and_its_bytes(tmp_path: Path) -> None:
    data = os.urandom(3_000_001)
    (tmp_path / "table.csv").write_bytes(data)
    whole = b"".join(archive([*items(tmp_path / "table.csv", PurePosixPath("given/t.csv"))]))
    with tarfile.open(fileobj=io.BytesIO(whole)) as packed:
        member = packed.extractfile("given/t.csv")
        assert member is not None
        assert member.read() == data


def test_links_pipes_and_sockets_are_left_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("k")
    data = tmp_path / "data"
    data.mkdir()
    (data / "link").symlink_to(secret / "key")
    (data / "folder").symlink_to(secret)
    os.mkfifo(data / "pipe")
    assert set(_packed(data, "data")) == {"data"}


def test_what_becomes_a_link_or_shrinks_meanwhile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "file").write_text("plain")
    [item] = items(tmp_path / "file", PurePosixPath("file"))
    (tmp_path / "file").unlink()
    (tmp_path / "file").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic"):
        b"".join(archive([item]))
    with pytest.raises(OSError, match="shrunk"):
        b"".join(archive([Item("file", tmp_path / "secret", 100)]))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no plain file"):
        b"".join(archive([Item("file", tmp_path / "pipe", 3)]))

"""Where no Docker engine answers, the person is told why, at which address, and what to do."""

import socket
from pathlib import Path

import pytest

from mlpilot.sandbox.docker import Docker, connect
from mlpilot.sandbox.errors import NoSandboxError


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("unix://{folder}/none.sock", "there is no such socket; start Docker"),
        ("unix://{folder}/deaf.sock", "nobody listens there; start Docker"),
        ("tcp://127.0.0.1:1", "nobody listens there; start Docker"),
        ("tcp://127.0.0.1:99999", "Port out of range"),
    ],
)
def test_the_reason_is_said_plainly(address: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = address.format(folder=tmp_path)
    monkeypatch.setenv("DOCKER_HOST", address)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf.sock"))
        with pytest.raises(NoSandboxError) as caught:
            connect()
    assert str(caught.value).startswith(f"no Docker engine answers at {address}: {why}")
    assert "(" not in str(caught.value)


def test_the_probe_keeps_the_remedy_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    probe = Docker().probe()
    assert not probe.works
    assert probe.detail.endswith("there is no such socket")
    assert probe.remedy.startswith("start Docker")

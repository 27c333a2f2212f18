"""All tests of walls on engines that are not simply Docker beside us: each is started for it, or skipped, loudly."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlpilot.sandbox.docker import Docker, connect
from mlpilot.sandbox.image import lock
from mlpilot.sandbox.protocol import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.docker, pytest.mark.timeout(1200)]
ROOT = Path(__file__).resolve().parents[2]
TIMED = "not is_quick"
"""Whether a session is quick is for `mlpilot eval sandbox` to say; other engines may be slower."""


def _all_walls_hold(**environment: str) -> None:
    command = [sys.executable, "-m", "pytest", str(Path(__file__).parent), "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-m", "docker and not slow", "-k", TIMED],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0, done.stdout[-5000:]
    assert passed is not None
    assert int(passed[1]) > 100


def _started(*script: str) -> str:
    """The address of the engine that a script of ours starts; skips the test where it cannot be had."""
    done = subprocess.run([ROOT / "scripts" / script[0], *script[1:]], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"NOT TESTED: {' '.join(script)}: {' '.join(done.stderr.split())[-300:]}")
    return done.stdout.strip()


def test_the_engine_beside_us_through_the_tunnel(tunnelled: Sandbox) -> None:
    assert tunnelled.probe().works
    _all_walls_hold(MLPILOT_TEST_TUNNEL="1")


def test_an_engine_that_sees_no_file_and_no_socket_of_ours(tunnelled: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on another machine, over TLS."""
    status = [ROOT / "scripts" / "remote_engine.sh", "status"]
    ran = subprocess.run(status, capture_output=True, check=False).returncode == 0
    settings = dict(word.split("=", 1) for word in _started("remote_engine.sh", "start", lock.tag()).split())
    try:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        assert "through the container's own streams" in Docker().probe().detail
        _all_walls_hold()
    finally:
        if not ran:
            _started("remote_engine.sh", "stop")


def test_podman_as_root(tunnelled: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    address = _started("podman_engine.sh", "start", lock.tag())
    try:
        monkeypatch.setenv("DOCKER_HOST", address)
        assert Docker().probe().detail.startswith("podman ")
        _all_walls_hold(DOCKER_HOST=address)
    finally:
        _started("podman_engine.sh", "stop")


def test_podman_without_root_keeps_its_promises_or_is_refused(
    tunnelled: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With version 1 of control groups it cannot bound memory: then it must say so, and run nothing."""
    users = [line.split(":")[0] for line in Path("/etc/subuid").read_text().splitlines()]
    if not users:
        pytest.skip("NOT TESTED: no user has a range of users in /etc/subuid")
    address = _started("podman_engine.sh", "as", users[0], "start", lock.tag())
    try:
        monkeypatch.setenv("DOCKER_HOST", address)
        probe = Docker().probe()
        if Path("/sys/fs/cgroup/cgroup.controllers").exists() and probe.works:
            _all_walls_hold(DOCKER_HOST=address)
        else:
            assert re.match(r"podman .* does not keep a promise: (memory|processes)", probe.detail), probe
            assert not connect().containers.list(all=True, filters={"label": "mlpilot.owner"})
    finally:
        _started("podman_engine.sh", "as", users[0], "stop")

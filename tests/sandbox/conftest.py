"""The sandboxes that work on this machine, each put through the same tests; the others are skipped, and say why."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlpilot.sandbox.bubblewrap import Bubblewrap
from mlpilot.sandbox.docker import Docker
from mlpilot.sandbox.plain import Plain
from mlpilot.sandbox.protocol import Limits, Pool, Sandbox, Session

ROOT = Path(__file__).resolve().parents[2]
MIB = 2**20
LIMITS = Limits(
    memory_bytes=1024 * MIB, processes=64, disk_bytes=32 * MIB, output_bytes=MIB, buffer_bytes=32 * MIB, threads=2
)
WALLED = [
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    pytest.param("docker", marks=pytest.mark.docker),
]


def _own_engine() -> None:
    """Use the engine that scripts/dockerd.sh runs, if it does and no other is named."""
    if "DOCKER_HOST" not in os.environ:
        status = subprocess.run([ROOT / "scripts/dockerd.sh", "status"], capture_output=True, text=True, check=False)
        if status.returncode == 0:
            os.environ["DOCKER_HOST"] = status.stdout.strip()


def _docker() -> Docker:
    """Docker, over the tunnel where MLPILOT_TEST_TUNNEL is set (test_docker_elsewhere.py)."""
    return Docker("stdio" if os.environ.get("MLPILOT_TEST_TUNNEL") else None)


def _tunnel() -> Docker:
    return Docker("stdio")


def working(name: str) -> Sandbox:
    """The sandbox called `name`; skips the test, loudly, where it does not work."""
    if name in ("docker", "tunnel"):
        _own_engine()
    sandbox: Sandbox = {"bubblewrap": Bubblewrap, "docker": _docker, "tunnel": _tunnel, "none": Plain}[name]()
    probe = sandbox.probe()
    if not probe.works:
        pytest.skip(f"NOT TESTED: {probe.detail}; {probe.remedy}")
    return sandbox


@pytest.fixture(scope="session", params=WALLED)
def walled(request: pytest.FixtureRequest) -> Sandbox:
    """A sandbox with walls."""
    return working(request.param)


@pytest.fixture(scope="session", params=[*WALLED, "none"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Any sandbox, also the one without walls."""
    return working(request.param)


@pytest.fixture(scope="session")
def tunnelled() -> Sandbox:
    """Docker as it is reached where no socket can be shared."""
    return working("tunnel")


@pytest.fixture(scope="session")
def walled_pool(walled: Sandbox) -> Iterator[Pool]:
    with walled.pool(LIMITS) as pool:
        yield pool


@pytest.fixture
def inside(walled_pool: Pool) -> Iterator[Session]:
    """A clean Session behind walls."""
    with walled_pool.session() as session:
        yield session


@pytest.fixture(scope="session")
def pool(sandbox: Sandbox) -> Iterator[Pool]:
    with sandbox.pool(LIMITS) as pool:
        yield pool


@pytest.fixture
def session(pool: Pool) -> Iterator[Session]:
    """A clean Session of any sandbox."""
    with pool.session() as session:
        yield session

"""The sandboxes that work on this machine, each put through the same tests; the others are skipped, and say why."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlpilot.sandbox.bubblewrap import Bubblewrap
from mlpilot.sandbox.docker import Docker
from mlpilot.sandbox.interpreter import ours
from mlpilot.sandbox.landlock import Landlock
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
    pytest.param("landlock", marks=pytest.mark.landlock),
]


def _own_engine() -> None:
    """Use the engine that scripts/dockerd.sh runs, if it does and no other is named."""
    if "DOCKER_HOST" not in os.environ:
        status = subprocess.run([ROOT / "scripts/dockerd.sh", "status"], capture_output=True, text=True, check=False)
        if status.returncode == 0:
            os.environ["DOCKER_HOST"] = status.stdout.strip()


def _docker() -> Docker:
    """Docker, over the tunnel where MLPILOT_TEST_TUNNEL is set (test_docker_elsewhere.py)."""
    return Docker(transport="stdio" if os.environ.get("MLPILOT_TEST_TUNNEL") else None)


def _tunnel() -> Docker:
    return Docker(transport="stdio")


def working(name: str) -> Sandbox:
    """The sandbox called `name`; skips the test, loudly, where it does not work."""
    if name in ("docker", "tunnel"):
        _own_engine()
    sandbox: Sandbox = {
        "bubblewrap": Bubblewrap,
        "docker": _docker,
        "tunnel": _tunnel,
        "landlock": Landlock,
        "none": Plain,
    }[name]()
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


_USER = 12345
_BECOME = """
import json, os, sys
from pathlib import Path
from mlpilot.sandbox.inside import reach, zygote
read, home, who, user, program = json.loads(sys.argv[1])
if who == "a user":
    zygote.become(user, read, Path(home))
else:
    os.setgroups([])
    reach.lay_open(read, home, user)
    no_mounts = 21  # CAP_SYS_ADMIN, given up by PR_CAPBSET_DROP with the next program
    reach._check(reach._libc.prctl(24, no_mounts, 0, 0, 0), "prctl")
os.chdir(home)
os.execv(sys.executable, [sys.executable, "-c", program])
"""


@pytest.fixture
def run_program() -> Iterator[Callable[..., str]]:
    """What a program printed, run by this Python, alone in a home and a temporary folder of its own.

    `who` is `ourselves`, `a user` of no rights, or `root in a container`, who may not mount; wherever Python lies.
    """
    # Its name is short: sockets lie below it. Other runs of the tests reap what they find in /tmp.
    with tempfile.TemporaryDirectory(prefix="t-") as home:

        def run(program: str, *, who: str) -> str:
            words = [program]
            if os.getuid() == 0 and who != "ourselves":
                Path(home).chmod(0o755)
                read = [*ours().folders, str(ROOT), sys.executable]
                words = [_BECOME, json.dumps([read, home, who, _USER, program])]
            done = subprocess.run(
                [sys.executable, "-c", *words],
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
                cwd=home,
                env={**os.environ, "HOME": home, "TMPDIR": home},
            )
            if "chmod o+x" in done.stderr:
                pytest.skip(f"NOT TESTED as a user: {done.stderr.strip().splitlines()[-1]}")
            assert done.returncode == 0, done.stderr
            return done.stdout

        yield run

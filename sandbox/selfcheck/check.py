"""Put a sandbox to the test: open one, lay out bait, look from inside and from the host, judge every promise."""

import contextlib
import json
import os
import platform
import secrets
import socket
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlpilot.sandbox.box import Walls
from mlpilot.sandbox.inside import seccomp
from mlpilot.sandbox.output import bounded
from mlpilot.sandbox.pool import PoolSession
from mlpilot.sandbox.protocol import Limits, Sandbox
from mlpilot.sandbox.selfcheck import host, inside, trials
from mlpilot.sandbox.selfcheck.facts import Bait, Checked, Facts, Report
from mlpilot.sandbox.selfcheck.promises import PROMISES, Promise

LIMITS = Limits(
    memory_bytes=512 * 2**20,
    cpus=1.0,
    processes=64,
    disk_bytes=16 * 2**20,
    output_bytes=2**16,
    buffer_bytes=2 * 2**20,
    threads=1,
)
"""Small, so that each can be gone beyond in no time."""
_SECONDS = 60.0
_EVIDENCE_CHARACTERS = 400
_PATHS = (
    "/etc/shadow", "/etc/ssh", "/root", "/root/.bashrc", "/root/.ssh", "/home", "/var/log", "/boot", "/run", "/tmp",
    "/proc/1/environ", "/proc/self/root", "/proc/kcore", "/proc/kallsyms", "/sys/kernel", "/sys/fs/cgroup", "/dev/mem",
    "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/kvm", "/dev/fuse", "/dev/net/tun", "/scratch",
)  # fmt: skip
_ENGINES = ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock")


def examine(sandbox: Sandbox, limits: Limits = LIMITS, *, tried: bool = True) -> Report:
    """Judge every promise of `sandbox`, in a pool that is opened for this alone; a few seconds.

    Raises `NoSandboxError` where it does not start.
    """
    return judge(gather(sandbox, limits, tried=tried))


def gather(sandbox: Sandbox, limits: Limits = LIMITS, *, tried: bool = True) -> Facts:
    """All that the promises are judged by. Without `tried` no limit is gone beyond, which takes most of the time.

    Raises `NoSandboxError` where the sandbox does not start.
    """
    with _bait() as bait, sandbox.pool(limits) as pool:
        with pool.session() as session:
            if not isinstance(session, PoolSession):
                raise TypeError(f"{type(session).__name__} has no box to look into")
            facts = _look(sandbox.name, session, bait)
        if tried:
            facts = replace(facts, trials=dict(trials.try_all(pool, limits)))
    return facts


def judge(facts: Facts) -> Report:
    """Every promise, as it stands by these facts."""
    return Report(facts.backend, [_judge(promise, facts) for promise in PROMISES])


def _judge(promise: Promise, facts: Facts) -> Checked:
    def stands(status: Any, evidence: str) -> Checked:
        words = bounded(evidence, _EVIDENCE_CHARACTERS)
        return Checked(promise.name, promise.group, promise.words, promise.view, status, words)

    if facts.backend in promise.otherwise:
        return stands("not applicable", promise.otherwise[facts.backend])
    if promise.view == "inside" and facts.inside is None:
        return stands("broken", f"the sandbox told nothing that can be read: {facts.unread}")
    if promise.view == "engine" and facts.engine is None:
        return stands("broken", "the engine says nothing of it")
    if promise.view == "host" and (facts.process is None or facts.inside is None):
        return stands("unseen", "its processes are not on this machine, or not ours to see")
    if promise.view == "trial" and facts.trials is None:
        return stands("unseen", "it was not tried")
    verdict = promise.judge(facts)
    return stands("held" if verdict.held else "broken", verdict.evidence)


def _look(backend: str, session: PoolSession, bait: Bait) -> Facts:
    """Look from inside, then from the host and by the engine."""
    calls = seccomp.refused(platform.machine())
    asked = {
        "calls": {name: number for name, (number, _) in calls.items()},
        "unshare": calls["unshare"][0],
        "clone": seccomp.clone(platform.machine()),
        "paths": [*_PATHS, *_ENGINES, *_of_the_host(bait)],
        "host_pid": os.getpid(),
        "port": bait.port,
        "socket": bait.socket,
        "abstract": bait.abstract,
    }
    name = f"look-{secrets.token_hex(4)}"
    code = (Path(__file__).parent / "look.py").read_text(encoding="utf-8")
    told = session.run(code, timeout=_SECONDS, buffers=[json.dumps(asked).encode(), name.encode() + b"\0"])
    seen, unread = None, ""
    try:
        seen = inside.read(told.buffers.get("observed", b""))
    except ValueError as error:
        unread = f"{error} ({told.status}{f', {told.error.type}: {told.error.message}' if told.error else ''})"
    walls = session.box.walls
    return Facts(
        backend=backend,
        machine=platform.machine(),
        limits=session.box.limits,
        bait=bait,
        ours=host.ourselves(),
        inside=seen,
        unread=unread,
        process=_process(walls, name),
        engine=walls.described(),
        expected_calls=calls,
        memory_watched=walls.memory_is_watched,
    )


def _process(walls: Walls, name: str) -> host.Process | None:
    """The kernel's process, found below the sandbox's outermost one by the name that it gave itself."""
    root = walls.pid()
    if root is None:
        return None
    try:
        found = host.find(root, name)
        return None if found is None else host.look(found)
    except OSError:
        return None


def _of_the_host(bait: Bait) -> list[str]:
    """Paths of this host, by whoever runs mlpilot, that no sandbox may reach."""
    home = Path.home()
    engine = bait.environment.get("DOCKER_HOST", "").removeprefix("unix://")
    own = [str(path) for path in (home, home / ".ssh", home / ".netrc", Path.cwd())]
    return [*own, bait.file, f"/dev/shm/{bait.shared}", *([engine] if engine.startswith("/") else [])]


@contextlib.contextmanager
def _bait() -> Iterator[Bait]:
    """Lay out what must not be reached: a variable, a file, shared memory, three listeners; all readable to anybody."""
    word = secrets.token_hex(16)
    variable, shared = f"MLPILOT_BAIT_{secrets.token_hex(4).upper()}", f"mlpilot-bait-{secrets.token_hex(4)}"
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mlpilot-bait-")))
        folder.chmod(0o755)
        for file in (folder / "secret", Path("/dev/shm", shared)):
            file.write_text(word)
            file.chmod(0o644)
            stack.callback(file.unlink, missing_ok=True)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        listeners = {"unix": str(folder / "listener"), "abstract": f"\0{shared}"}
        for address in listeners.values():
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        Path(listeners["unix"]).chmod(0o777)
        os.environ[variable] = word
        stack.callback(os.environ.pop, variable, None)
        yield Bait(
            word=word,
            variable=variable,
            file=str(folder / "secret"),
            shared=shared,
            socket=listeners["unix"],
            abstract=shared,
            port=tcp.getsockname()[1],
            environment=dict(os.environ),
        )


def as_json(report: Report) -> Mapping[str, object]:
    """The report as `mlpilot doctor --deep --json` has it."""
    return {
        **{status.replace(" ", "_"): len(report.of(status)) for status in ("held", "not applicable", "unseen")},
        "broken": [check.name for check in report.of("broken")],
        "checks": [
            {"name": one.name, "group": one.group, "promise": one.promise, "seen_by": one.view, "status": one.status,
             "evidence": one.evidence}
            for one in report.checks
        ],
    }  # fmt: skip

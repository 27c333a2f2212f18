"""A container as AutoGen's documents describe theirs, written from that description: Docker's defaults and no more.

The image's root user, the default network, no bound on memory, processes or disk, a working folder shared with the
host, and `timeout SECONDS python FILE` for each piece of code. Ours stands in for `python:3-slim`, with the same
libraries as our own sandbox. The bounds that are set here are the outer wall: what runs into them is harm.
"""

import contextlib
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Any

from mlpilot.evals.hostile.cases import Case
from mlpilot.evals.hostile.ground import Ground
from mlpilot.evals.hostile.runner import Runner
from mlpilot.evals.hostile.verdicts import HARM, try_case
from mlpilot.sandbox.docker import connect
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.image import lock

_MEMORY_BYTES, _PROCESSES, _FOLDER_BYTES = 2**30, 128, 256 * 2**20
_WORKSPACE = "/workspace"
_SLACK_SECONDS = 15.0
_NETWORKED = {"113_metadata_service"}


def why_not() -> str:
    """Why there can be no such container here; empty if there can be."""
    try:
        if not any(lock.tag() in image.tags for image in connect().images.list()):
            return "the engine has no sandbox image; run `mlpilot sandbox build`"
    except NoSandboxError as error:
        return str(error)
    return ""


def run(case: Case) -> dict[str, Any]:
    """What came of `case` in a new container: `status` and `findings`, or `skipped` with the reason."""
    client = connect()
    if (case.category == "network" or case.name in _NETWORKED) and not client.networks.list(names=["bridge"]):
        return {"skipped": "this engine has no bridge, which is the default network"}
    bounded = case.category == "resources"
    folder = Path(tempfile.mkdtemp(prefix="workspace-"))
    name = f"hostile-{secrets.token_hex(6)}"
    try:
        client.containers.run(**_options(name, folder, bounded=bounded))
        with Ground() as ground:
            words = ["container", _WORKSPACE, name, str(folder)]
            runner = Runner("mlpilot.evals.hostile.naive", words, ground, slack=_SLACK_SECONDS)
            try:
                verdict = try_case(case, runner, ground)
            finally:
                runner.kill()
            found = [finding for finding in verdict.findings if finding[0] in HARM]
            found += _ran_out(client, name, bounded=bounded)
            if verdict.status in ("hang", "crash") and not found:
                found.append((verdict.status, " ".join(verdict.texts)[:300]))
            return {"status": verdict.status, "findings": found}
    finally:
        with contextlib.suppress(Exception):
            client.containers.get(name).remove(force=True, v=True)
        shutil.rmtree(folder, ignore_errors=True)


def _options(name: str, folder: Path, *, bounded: bool) -> dict[str, Any]:
    """Docker's defaults, and the outer wall; where a case fills disks, they are small ones in memory."""
    sized = f"size={_FOLDER_BYTES}"
    places = {_WORKSPACE: sized, "/tmp": sized, "/var/tmp": sized} if bounded else {}
    return {
        "image": lock.tag(),
        "command": ["sleep", "infinity"],
        "name": name,
        "detach": True,
        "user": "0",
        "init": True,
        "working_dir": _WORKSPACE,
        "volumes": {} if bounded else {str(folder): {"bind": _WORKSPACE, "mode": "rw"}},
        "tmpfs": places,
        "read_only": bounded,
        "mem_limit": _MEMORY_BYTES,
        "memswap_limit": _MEMORY_BYTES,
        "pids_limit": _PROCESSES,
        "nano_cpus": 10**9,
    }


def _ran_out(client: Any, name: str, *, bounded: bool) -> list[tuple[str, str]]:
    """What of the outer wall's bounds was reached."""
    identity = client.containers.get(name).id
    found = []
    for folder in Path("/sys/fs/cgroup").rglob(f"*{identity}*"):
        for file, words, what in (
            ("memory.oom_control", "oom_kill ", "memory"),
            ("memory.events", "oom_kill ", "memory"),
            ("pids.events", "max ", "processes"),
        ):
            with contextlib.suppress(OSError):
                lines = (folder / file).read_text().splitlines()
                if any(line.startswith(words) and line.split()[-1] != "0" for line in lines):
                    found.append(("crash", f"the {what} of the outer wall ran out"))
    if bounded:
        with contextlib.suppress(Exception):
            code, _ = client.containers.get(name).exec_run(["dd", "if=/dev/zero", "of=room", "bs=64k", "count=1"])
            if code != 0:
                found.append(("crash", "the disk of the outer wall is full"))
    return list(dict.fromkeys(found))

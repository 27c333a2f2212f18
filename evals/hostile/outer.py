"""The outer wall: cells without walls of ours run inside it, so that what they do harms this machine no more.

bubblewrap with namespaces of its own for processes, network, users and IPC, a system that is read-only, small folders
in memory, and a control group for memory and processes. Inside it stands a whole host in small: baits, listeners, a
bystander, and the process that runs the cell and judges it. When that one dies, or memory or processes run out, the
cell has harmed its host.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlpilot.evals.hostile.cases import Case
from mlpilot.sandbox.cgroup import Cgroup
from mlpilot.sandbox.interpreter import ours
from mlpilot.sandbox.protocol import Limits

_LIMITS = Limits(memory_bytes=3 * 2**29, processes=128, cpus=1.0)
_SECONDS = 45.0
"""For a whole host in small to start, judge and end, beyond what the cell may take."""
_FOLDER_BYTES = 512 * 2**20
_PLACES = ("/tmp", "/var/tmp", "/run", "/home", "/root", "/mnt", "/media")
"""Emptied inside, so that the baits are the only secrets there."""
_UNBOUNDED = {"resources", "life"}
"""Not run where memory and processes cannot be bounded."""


def why_not() -> str:
    """Why there can be no outer wall here; empty if there can be."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    tried = subprocess.run([*_command((), root=True), "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else " ".join(tried.stderr.split())[:200]


def run(case: Case, *words: str, root: bool, library: Path | None = None) -> dict[str, Any]:
    """What came of `case` without walls: `status`, `findings`, or `skipped` with the reason.

    `words` go to `naive`; `root` is whether the cell has all rights over its namespaces.
    """
    # Half a processor for those that would take all of them: others work here too.
    group = Cgroup.make(replace(_LIMITS, cpus=0.5) if case.category == "resources" else _LIMITS)
    if group is None and case.category in _UNBOUNDED:
        return {"skipped": "no control group can be had here to bound what it takes"}
    folders = () if library is None else (library,)
    command = [*(group.enter if group else ()), *_command(folders, root=root)]
    command += [sys.executable, "-m", "mlpilot.evals.hostile.unwalled", case.name, *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=case.timeout + _SECONDS, check=False)
        answer = _parse(done.stdout)
        if answer is None:
            said = " ".join(done.stderr.decode(errors="replace").split())[-200:]
            answer = {"status": "crash", "findings": [["crash", f"the host died of it ({done.returncode}): {said}"]]}
    except subprocess.TimeoutExpired:
        answer = {"status": "hang", "findings": [["hang", "the host did not come to an end"]]}
    if group is not None:
        if group.out_of_memory():
            answer["findings"].append(["crash", "the memory of the outer wall ran out"])
        if _processes_ran_out(group):
            answer["findings"].append(["crash", "the processes of the outer wall ran out"])
        group.remove()
    return answer


def _parse(printed: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(printed.splitlines()[-1])
    except (ValueError, IndexError):
        return None
    return answer if isinstance(answer, dict) and "findings" in answer else None


def _processes_ran_out(group: Cgroup) -> bool:
    for folder in group.folders:
        events = folder / "pids.events"
        if events.exists() and events.read_text().split()[-1] != "0":
            return True
    return False


def _command(libraries: tuple[Path, ...], *, root: bool) -> list[str]:
    bwrap = shutil.which("bwrap") or "bwrap"
    user = ["--uid", "0", "--gid", "0", "--cap-add", "ALL"] if root else ["--uid", "1000", "--gid", "1000"]
    command = [bwrap, "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", *user]
    command += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--ro-bind", "/", "/"]
    command += ["--dev", "/dev", "--proc", "/proc"]
    for place in ("/dev/shm", *_PLACES):
        if Path(place).is_dir() and not Path(place).is_symlink():
            command += ["--size", str(_FOLDER_BYTES), "--tmpfs", place]
    import mlpilot

    sources = [Path(__file__).resolve().parents[2], *(Path(folder) for folder in mlpilot.__path__)]
    needed = [*ours().folders, ours().home, *map(str, sources), *map(str, libraries)]
    for path in dict.fromkeys(needed):
        command += ["--ro-bind", path, path]
    return [*command, "--setenv", "HOME", "/tmp", "--unsetenv", "DOCKER_HOST", "--chdir", "/tmp"]

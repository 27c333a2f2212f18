"""Promises judged by what the host and the engine see: the sandbox has no say in it."""

import re
from collections.abc import Mapping
from typing import Any

from mlpilot.sandbox.environment import SCRATCH, environment
from mlpilot.sandbox.selfcheck.facts import Facts, Verdict
from mlpilot.sandbox.selfcheck.host import Process
from mlpilot.sandbox.selfcheck.reach import host_values

_KINDS = ("pipe:", "socket:", "anon_inode:[eventfd]", "anon_inode:[eventpoll]", "/dev/null")
_LEAST_OOM_SCORE = 500
_OWN_MOUNTS = ("docker", "bubblewrap")
"""Elsewhere the host's mounts are around it, and come and go while it is looked into."""
_SOCKETS = re.compile(r"(docker|containerd|podman|crio)[^/]*\.sock$")


def _process(facts: Facts) -> Process:
    assert facts.process is not None
    return facts.process


def _engine(facts: Facts) -> Mapping[str, Any]:
    assert facts.engine is not None
    return facts.engine


def capabilities(facts: Facts) -> Verdict:
    status = _process(facts).status
    found = {name: status.get(name, "missing") for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")}
    return Verdict(all({*value} == {"0"} for value in found.values()), ", ".join(map(" ".join, found.items())))


def no_new_privileges(facts: Facts) -> Verdict:
    found = _process(facts).status.get("NoNewPrivs", "missing")
    return Verdict(found == "1", f"NoNewPrivs {found}")


def call_filter(facts: Facts) -> Verdict:
    found = _process(facts).status.get("Seccomp", "missing")
    return Verdict(found == "2", f"Seccomp mode {found}")


def user(facts: Facts) -> Verdict:
    users = _process(facts).status.get("Uid", "0").split()
    return Verdict("0" not in users and len({*users}) == 1, f"user {users[0]} of the host")


class Apart:
    """Judges that a namespace is not ours."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __call__(self, facts: Facts) -> Verdict:
        ours, theirs = facts.ours.namespaces, _process(facts).namespaces
        shared = [name for name in self._names if ours[name] == theirs[name]]
        return Verdict(not shared, f"shared: {', '.join(shared)}" if shared else f"apart: {', '.join(self._names)}")


def environment_(facts: Facts) -> Verdict:
    text = _process(facts).environment
    shared = host_values(facts, text, "\0".join(environment("").values()))
    bait = facts.bait.word in text or facts.bait.variable in text
    return Verdict(
        not shared and not bait, f"values of {', '.join(shared)}" if shared else "the bait" * bait or "clean"
    )


def descriptors(facts: Facts) -> Verdict:
    found = _process(facts).descriptors
    others = [what for what in found.values() if not what.startswith(_KINDS)]
    return Verdict(bool(found) and not others, f"also {', '.join(others)}" if others else f"{len(found)} descriptors")


def sockets(facts: Facts) -> Verdict:
    """Each of its sockets stands in the table of Unix sockets."""
    process = _process(facts)
    inodes = {what[8:-1] for what in process.descriptors.values() if what.startswith("socket:[")}
    wrong = {inode: process.sockets.get(inode, "unknown") for inode in inodes if process.sockets.get(inode) != "unix"}
    return Verdict(bool(inodes) and not wrong, ", ".join(wrong.values()) if wrong else f"{len(inodes)} Unix sockets")


def mounts(facts: Facts) -> Verdict:
    """No engine's socket, and no disk that can be written to."""
    wrong = []
    for line in _process(facts).mounts:
        ours, _, theirs = line.partition(" - ")
        fields = ours.split(" ")
        root, target, options, kind = fields[3], fields[4], fields[5].split(","), theirs.split(" ")[0]
        if _SOCKETS.search(target) or root.endswith(".sock") or ("rw" in options and kind in _DISKS):
            wrong.append(f"{target} ({kind})")
    return Verdict(not wrong, f"{', '.join(wrong)}" if wrong else f"{len(_process(facts).mounts)} mounts")


_DISKS = {
    "ext2",
    "ext3",
    "ext4",
    "xfs",
    "btrfs",
    "zfs",
    "f2fs",
    "overlay",
    "fuse",
    "9p",
    "virtiofs",
    "nfs",
    "nfs4",
    "vfat",
}


def tells_the_truth(facts: Facts) -> Verdict:
    """What code inside said of its mounts and its rights is what the host sees."""
    process, inside = _process(facts), facts.inside
    assert inside is not None
    targets = [line.split(" ")[4] for line in process.mounts]
    same = {
        "mounts": facts.backend not in _OWN_MOUNTS or targets == [mount[0] for mount in inside.mounts],
        "capabilities": process.status.get("CapEff") == inside.status.get("CapEff"),
        "filters": process.status.get("Seccomp_filters") == inside.status.get("Seccomp_filters"),
        "environment": process.environment == inside.initial_environment,
    }
    wrong = [name for name, is_same in same.items() if not is_same]
    return Verdict(not wrong, f"differs: {', '.join(wrong)}" if wrong else f"the same {', '.join(same)}")


def memory(facts: Facts) -> Verdict:
    bound = _process(facts).bounds.get("memory")
    if bound == facts.limits.memory_bytes:
        return Verdict(True, f"a control group allows {bound} bytes")
    if facts.memory_watched:
        return Verdict(True, "watched by mlpilot, which kills what exceeds it: no control group could be made")
    return Verdict(False, f"bounded to {bound} bytes" if bound is not None else "not bounded")


def processes(facts: Facts) -> Verdict:
    """By a control group, or by a limit of its user, which counts what that user runs already."""
    grouped, most = _process(facts).bounds.get("pids"), facts.limits.processes
    if grouped is not None and grouped <= most:
        return Verdict(True, f"a control group allows {grouped}")
    words, others = _process(facts).limits.get("Max processes", "").split(), _process(facts).user_threads
    held = bool(words) and words[0].isdigit() and int(words[0]) <= most + others
    return Verdict(held, f"its user may have {words[0] if words else '?'}, and has {others}")


def core(facts: Facts) -> Verdict:
    found = _process(facts).limits.get("Max core file size", "missing")
    return Verdict(found.split()[:1] == ["0"], found)


def goes_first(facts: Facts) -> Verdict:
    found = _process(facts).oom_score
    return Verdict(found >= _LEAST_OOM_SCORE, f"oom_score_adj {found}")


def session(facts: Facts) -> Verdict:
    ours, theirs = facts.ours.session, _process(facts).session
    return Verdict(theirs != ours, "another" if theirs != ours else "mlpilot's own")


def zygote(facts: Facts) -> Verdict:
    """Whoever forked it is unprivileged, and cannot be looked into by its user."""
    users, guarded = _process(facts).parent_users, _process(facts).parent_guarded
    words = "not to be looked into" if guarded else "can be looked into"
    return Verdict("0" not in users and guarded, f"user {users[0]}, {words}")


class Configured:
    """Judges one setting of the container, as the engine has it."""

    def __init__(self, name: str, *allowed: object) -> None:
        self._name, self._allowed = name, allowed

    def __call__(self, facts: Facts) -> Verdict:
        found = _engine(facts)["HostConfig"].get(self._name)
        return Verdict(found in self._allowed, f"{self._name} {found!r}")


def no_capabilities(facts: Facts) -> Verdict:
    settings = _engine(facts)["HostConfig"]
    dropped, added = settings.get("CapDrop") or [], settings.get("CapAdd") or []
    return Verdict("ALL" in dropped and not added, f"dropped {dropped}, added {added}")


def security_options(facts: Facts) -> Verdict:
    found = _engine(facts)["HostConfig"].get("SecurityOpt") or []
    loose = [option for option in found if "unconfined" in option or option.endswith("disable")]
    firm = any(option.startswith("no-new-privileges") and not option.endswith("false") for option in found)
    return Verdict(firm and not loose, ", ".join(found) or "none")


def memory_setting(facts: Facts) -> Verdict:
    settings, wanted = _engine(facts)["HostConfig"], facts.limits.memory_bytes
    found = settings.get("Memory"), settings.get("MemorySwap")
    return Verdict(found == (wanted, wanted), f"{found[0]} bytes, {found[1]} with swap")


def processes_setting(facts: Facts) -> Verdict:
    found = _engine(facts)["HostConfig"].get("PidsLimit")
    return Verdict(found == facts.limits.processes, f"{found}")


def processors_setting(facts: Facts) -> Verdict:
    found = _engine(facts)["HostConfig"].get("NanoCpus")
    return Verdict(found == int(facts.limits.cpus * 1e9), f"{(found or 0) / 1e9:g} processors")


def binds(facts: Facts) -> Verdict:
    """Whatever of the host is mounted is read-only, and no socket of an engine is among it."""
    found = _engine(facts).get("Mounts") or []
    wrong = [
        str(mount.get("Destination"))
        for mount in found
        if mount.get("RW") or _SOCKETS.search(str(mount.get("Source", "")).rpartition("/")[2])
    ]
    return Verdict(
        not wrong, f"writable, or an engine's: {', '.join(wrong)}" if wrong else f"{len(found)} mounts, read-only"
    )


def temporary(facts: Facts) -> Verdict:
    found = _engine(facts)["HostConfig"].get("Tmpfs") or {}
    writable = {path for path, kept in found.items() if "ro" not in kept.split(",")}
    return Verdict(writable == {SCRATCH} and "nosuid" in found[SCRATCH], ", ".join(writable) or "none")


def container_user(facts: Facts) -> Verdict:
    found = str(_engine(facts)["Config"].get("User") or "root")
    return Verdict(found.partition(":")[0] not in ("root", "0"), found)

"""Promises of what code inside can reach, judged by what it found: files, secrets, other processes."""

from mlpilot.sandbox import gpus
from mlpilot.sandbox.environment import SCRATCH, environment
from mlpilot.sandbox.selfcheck.facts import Facts, Verdict
from mlpilot.sandbox.selfcheck.inside import Inside

_MADE_BY_THE_KERNEL = {"proc", "devpts", "mqueue", "sysfs", "cgroup", "cgroup2"}
"""File systems that hold no files of anybody's."""
_IN_MEMORY = ("/dev", "/sys/fs/cgroup", "/proc/", SCRATCH)
"""Where a writable tmpfs, or a device of one, may be."""
_OWN_VARIABLES = {
    "HOSTNAME", "USER", "LOGNAME", "PWD", "SHLVL", "_", "TMPDIR", "JOBLIB_TEMP_FOLDER", "MPLCONFIGDIR",
    "MLPILOT_KERNEL", "JOBLIB_MULTIPROCESSING",
    "LOKY_MAX_CPU_COUNT", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK", "TERM", "CLICOLOR", "FORCE_COLOR",
    "CLICOLOR_FORCE", "PAGER", "GIT_PAGER", "PYDEVD_USE_FRAME_EVAL", "LC_CTYPE",
}  # fmt: skip
"""What the container, the shell, the zygote and ipykernel add."""
_KINDS = ("pipe:", "socket:", "anon_inode:[eventfd]", "anon_inode:[eventpoll]", "/dev/null")
_LEAST_TELLING = 8
"""Characters from which on a value is looked for; shorter ones stand anywhere."""


def _seen(facts: Facts) -> Inside:
    assert facts.inside is not None
    return facts.inside


def read_only(facts: Facts) -> Verdict:
    """No disk is mounted writable, and memory only where it belongs."""
    wrong = []
    for target, options, kind, _, _ in _seen(facts).mounts:
        in_memory = kind in ("tmpfs", "devtmpfs") and target.startswith(_IN_MEMORY)
        if "rw" in options.split(",") and kind not in _MADE_BY_THE_KERNEL and not in_memory:
            wrong.append(f"{target} ({kind})")
    return Verdict(not wrong, f"writable: {', '.join(wrong)}" if wrong else f"{len(_seen(facts).mounts)} mounts")


def scratch_options(facts: Facts) -> Verdict:
    """What can be written to holds no setuid programs and no devices, and is bounded."""
    bound, wrong, found = f"size={facts.limits.disk_bytes // 1024}k", [], []
    for target, options, kind, theirs, _ in _seen(facts).mounts:
        if target in (SCRATCH, "/dev/shm"):
            found.append(target)
            if kind != "tmpfs" or not {"nosuid", "nodev"} <= {*options.split(",")} or bound not in theirs.split(","):
                wrong.append(f"{target} {kind} {options} {theirs}")
    return Verdict({*found} == {SCRATCH, "/dev/shm"} and not wrong, "; ".join(wrong) or f"nosuid, nodev, {bound}")


def writable(facts: Facts) -> Verdict:
    found = _seen(facts).writable
    return Verdict(not found, f"a file could be made in {', '.join(found)}" if found else "scratch alone")


def host_files(facts: Facts) -> Verdict:
    tried = {path: outcome for path, outcome in _seen(facts).files.items() if "docker" not in path}
    return _none_open(tried)


def engine_sockets(facts: Facts) -> Verdict:
    """Whoever reaches an engine's socket is root on the host."""
    tried = {path: outcome for path, outcome in _seen(facts).files.items() if "docker" in path}
    return _none_open({path: "allowed" if outcome == "ENXIO" else outcome for path, outcome in tried.items()})


def _none_open(tried: dict[str, str]) -> Verdict:
    found = [path for path, outcome in tried.items() if outcome == "allowed"]
    return Verdict(bool(tried) and not found, f"reached: {', '.join(found)}" if found else f"{len(tried)} paths tried")


def variables(facts: Facts) -> Verdict:
    beyond = {*_seen(facts).environment} - {*environment("")} - {*gpus.NONE_VISIBLE} - _OWN_VARIABLES
    return Verdict(not beyond, f"also {', '.join(sorted(beyond))}" if beyond else "none but ours")


def no_bait(facts: Facts) -> Verdict:
    seen = _seen(facts)
    places = {
        "its environment": "\0".join([*seen.environment, *seen.environment.values()]),
        "its first environment": seen.initial_environment,
        "what it starts": seen.child_environment,
    }
    found = [where for where, text in places.items() if facts.bait.word in text or facts.bait.variable in text]
    told = "HOME=" in seen.child_environment
    return Verdict(told and not found, f"in {', '.join(found)}" if found else "in none of three places")


def no_host_values(facts: Facts) -> Verdict:
    known = "\0".join([*environment("").values()])
    theirs = "\0".join(_seen(facts).environment.values())
    shared = host_values(facts, theirs, known)
    return Verdict(not shared, f"values of {', '.join(shared)}" if shared else "no value of the host's")


def host_values(facts: Facts, text: str, known: str) -> list[str]:
    """Names of the host's variables whose value stands whole in `text`, and is none that we give."""
    values = facts.bait.environment.items()
    parts = {*text.split("\0"), *(part.partition("=")[2] for part in text.split("\0"))}
    return sorted(
        name for name, value in values if len(value) >= _LEAST_TELLING and value in parts and value not in known
    )


def hostname(facts: Facts) -> Verdict:
    return Verdict(_seen(facts).hostname == "sandbox", _seen(facts).hostname)


def home(facts: Facts) -> Verdict:
    seen = _seen(facts)
    places = {seen.folder, *(seen.environment.get(name, "") for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"))}
    return Verdict(places == {seen.folder}, seen.folder)


def descriptors(facts: Facts) -> Verdict:
    """Nothing is open but sockets and pipes of the kernel's own."""
    others = [what for what in _seen(facts).descriptors.values() if not what.startswith(_KINDS)]
    return Verdict(
        not others, f"also {', '.join(others)}" if others else f"{len(_seen(facts).descriptors)} descriptors"
    )


def others_unseen(facts: Facts) -> Verdict:
    found = _seen(facts).seen
    listed = _seen(facts).attempts.get("list processes") == "allowed"
    return Verdict(not found and not listed, f"{len(found)} seen" + (", and /proc can be listed" if listed else ""))


def others_untouched(facts: Facts) -> Verdict:
    found = _seen(facts).signalled
    return Verdict(not found, f"can signal {', '.join(map(str, found))}" if found else "nobody")

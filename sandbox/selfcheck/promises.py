"""What is promised, as data: each promise, who can tell whether it is held, and the backends that keep it otherwise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mlpilot.sandbox.selfcheck import outside, reach, rights, trials
from mlpilot.sandbox.selfcheck.facts import Facts, Verdict, View
from mlpilot.sandbox.selfcheck.rights import refused

BACKENDS = ("docker", "bubblewrap", "landlock")

_NO_ENGINE = "no engine runs it"
_HOST_NETWORK = (
    "the host's network is around it, and its interfaces, addresses and routes can be read of in /proc; none can be "
    "used, since seccomp refuses every socket, and Landlock TCP once more"
)
_HOST_NAME = "the name of the machine can be read"
_HOST_PROCESSES = (
    "processes of the host are around it: Landlock keeps /proc and signals from it, seccomp tracing and, where "
    "Landlock is older than version 6, signals"
)
_HOST_IPC = "System V IPC and message queues of the host are around it: seccomp refuses them"
_HOST_MOUNTS = (
    "files of the host are around it: Landlock lets it read the system, Python and what is shown to it, and write "
    "below scratch alone"
)


@dataclass(frozen=True)
class Promise:
    """One thing that holds in a sandbox."""

    name: str
    group: str
    words: str
    view: View
    judge: Callable[[Facts], Verdict]
    otherwise: Mapping[str, str] = field(default_factory=dict)
    """Backends that do not promise it: what is so instead, and what else keeps the Cell in."""


def _inside(group: str, name: str, words: str, judge: Callable[[Facts], Verdict], landlock: str = "") -> Promise:
    return Promise(name, group, words, "inside", judge, {"landlock": landlock} if landlock else {})


def _host(name: str, words: str, judge: Callable[[Facts], Verdict], landlock: str = "") -> Promise:
    return Promise(name, "seen from the host", words, "host", judge, {"landlock": landlock} if landlock else {})


def _engine(name: str, words: str, judge: Callable[[Facts], Verdict]) -> Promise:
    others = dict.fromkeys(("bubblewrap", "landlock", "none"), _NO_ENGINE)
    return Promise(name, "seen from the engine", words, "engine", judge, others)


def _trial(name: str, words: str) -> Promise:
    return Promise(name, "bounds, tried", words, "trial", trials.Ended(name))


_RIGHTS, _NETWORK, _FILES, _SECRETS = "rights", "network", "files", "secrets"
_OTHERS, _KERNEL, _LIMITS = "other processes", "the kernel", "limits"

PROMISES: tuple[Promise, ...] = (
    _inside(_RIGHTS, "capabilities", "no capability, of any of four kinds", rights.capabilities),
    _inside(_RIGHTS, "bounding set", "none to be had by starting a program", rights.bounding_set),
    _inside(_RIGHTS, "no new privileges", "no program gains rights", rights.no_new_privileges),
    _inside(_RIGHTS, "call filter", "system calls go through a filter", rights.call_filter),
    _inside(_RIGHTS, "user", "an unprivileged user, for good", rights.user),
    _inside(_RIGHTS, "group", "an unprivileged group, and no other", rights.group),
    _inside(_RIGHTS, "becoming root", "root cannot be become", refused("become root", "become root's group")),
    _inside(_RIGHTS, "setuid programs", "a setuid program gains nothing", refused("setuid su")),
    _inside(_NETWORK, "interfaces", "no network interface but loopback", rights.interfaces, _HOST_NETWORK),
    _inside(_NETWORK, "routes", "no route to anywhere", rights.routes, _HOST_NETWORK),
    _inside(_NETWORK, "sockets", "no socket of any family can be made", rights.sockets),
    _inside(_NETWORK, "datagram pairs", "no pair of sockets that could send elsewhere", refused("datagram pair")),
    _inside(_NETWORK, "the host's ports", "a listener on the host's loopback is out of reach", refused("tcp")),
    _inside(_NETWORK, "the host's sockets", "Unix sockets of the host are out of reach", refused("unix", "abstract")),
    _inside(_NETWORK, "talk of interfaces", "the host's addresses cannot be asked for", refused("interfaces")),
    _inside(_NETWORK, "open sockets", "what is open from the start are Unix sockets", rights.own_sockets),
    _inside(_FILES, "read-only mounts", "nothing of a disk is mounted writable", reach.read_only, _HOST_MOUNTS),
    _inside(_FILES, "scratch", "in scratch and shared memory: no setuid, no devices, a bound",
            reach.scratch_options, _HOST_MOUNTS),
    _inside(_FILES, "writable places", "a file can be made in scratch alone", reach.writable),
    _inside(_FILES, "your files", "files and folders of the host cannot be read", reach.host_files),
    _inside(_FILES, "engines", "no socket of a container engine", reach.engine_sockets),
    _inside(_FILES, "devices", "no device can be made", refused("block device")),
    _inside(_FILES, "hard links", "no file outside scratch can be linked into it", refused("hard link")),
    _inside(_FILES, "shared memory", "what lies in shared memory cannot be listed", refused("list shared memory")),
    _inside(_FILES, "stamps", "modes and times, which the next could read, do not change", rights.stamps),
    _inside(_FILES, "settings", "settings of the kernel cannot be written",
            refused("core_pattern", "sysrq", "oom_score_adj")),
    _inside(_SECRETS, "variables", "the environment holds our names alone", reach.variables),
    _inside(_SECRETS, "bait", "a secret laid in mlpilot's environment is nowhere", reach.no_bait),
    _inside(_SECRETS, "values", "no value of mlpilot's environment is there", reach.no_host_values),
    _inside(_SECRETS, "name of the machine", "the machine's name is hidden", reach.hostname, _HOST_NAME),
    _inside(_SECRETS, "home", "home and temporary folder are scratch", reach.home),
    _inside(_SECRETS, "open files", "no file is open from the start", reach.descriptors),
    _inside(_OTHERS, "unseen", "no other process is seen", reach.others_unseen),
    _inside(_OTHERS, "untouched", "no other process can be signalled", reach.others_untouched),
    _inside(_OTHERS, "signals", "mlpilot itself cannot be signalled", refused("signal to host")),
    _inside(_OTHERS, "process 1", "process 1 cannot be looked into",
            refused("environment of 1", "root of 1", "memory of 1")),
    _inside(_OTHERS, "zygote", "what it was forked from cannot be looked into",
            refused("memory of parent", "maps of parent", "descriptors of parent")),
    _inside(_KERNEL, "sharp calls", "each of the kernel's sharp calls is refused", rights.calls),
    _inside(_KERNEL, "namespaces", "no namespace can be made", refused("new namespaces", "clone with namespaces")),
    _inside(_KERNEL, "terminal", "no terminal, and no way to type into one", rights.terminal),
    _inside(_KERNEL, "process group", "a group of processes of its own", rights.own_group),
    _inside(_LIMITS, "core dumps", "none are written", rights.core),
    _inside(_LIMITS, "open files at once", "bounded", rights.open_files),
    _inside(_LIMITS, "umask", "what it writes only it can change", rights.mask),
    _trial("memory", "more memory than allowed is out_of_memory"),
    _trial("processes", "no more processes than allowed"),
    _trial("disk", "more on disk than allowed is disk_full"),
    _trial("shared memory size", "no more in shared memory than on disk"),
    _trial("output", "more output than allowed is too_much_output"),
    _trial("buffers", "larger buffers than allowed are too_much_output"),
    _trial("time", "a Cell that takes too long is stopped"),
    _host("host: capabilities", "the process has none", outside.capabilities),
    _host("host: no new privileges", "it gains no rights", outside.no_new_privileges),
    _host("host: call filter", "its calls are filtered", outside.call_filter),
    _host("host: user", "it is not root on the host", outside.user),
    _host("host: network", "a network of its own", outside.Apart("net"), _HOST_NETWORK),
    _host("host: processes", "a table of processes of its own", outside.Apart("pid"), _HOST_PROCESSES),
    _host("host: mounts", "mounts of its own", outside.Apart("mnt"), _HOST_MOUNTS),
    _host("host: ipc and name", "System V IPC and a name of its own", outside.Apart("ipc", "uts"), _HOST_IPC),
    _host("host: what is mounted", "no disk writable, no engine's socket", outside.mounts, _HOST_MOUNTS),
    _host("host: environment", "nothing of mlpilot's environment", outside.environment_),
    _host("host: open files", "pipes and sockets alone", outside.descriptors),
    _host("host: sockets", "each of them a Unix socket", outside.sockets),
    _host("host: memory", "a control group bounds its memory, or mlpilot watches it", outside.memory),
    _host("host: number of processes", "bounded", outside.processes),
    _host("host: core dumps", "none are written", outside.core),
    _host("host: goes first", "where memory runs out, it goes before others", outside.goes_first),
    _host("host: zygote", "what it was forked from is unprivileged and guarded", outside.zygote),
    _host("host: session", "no session of processes that mlpilot is in", outside.session),
    _host("host: truth", "what it says of itself is what the host sees", outside.tells_the_truth),
    _engine("engine: network", "none", outside.Configured("NetworkMode", "none")),
    _engine("engine: system", "read-only", outside.Configured("ReadonlyRootfs", True)),
    _engine("engine: capabilities", "all dropped, none added", outside.no_capabilities),
    _engine("engine: security", "no new privileges, no profile switched off", outside.security_options),
    _engine("engine: privileged", "no", outside.Configured("Privileged", False)),
    _engine("engine: processes", "not the host's", outside.Configured("PidMode", "", "private")),
    _engine("engine: ipc", "its own", outside.Configured("IpcMode", "private", "none")),
    _engine("engine: name", "its own", outside.Configured("UTSMode", "", "private")),
    _engine("engine: devices", "none of the host's", outside.Configured("Devices", None, [])),
    _engine("engine: memory", "bounded, swap included", outside.memory_setting),
    _engine("engine: number of processes", "bounded", outside.processes_setting),
    _engine("engine: processors", "bounded", outside.processors_setting),
    _engine("engine: mounts", "read-only, no engine's socket", outside.binds),
    _engine("engine: temporary files", "scratch alone can be written to", outside.temporary),
    _engine("engine: user", "not root", outside.container_user),
    _engine("engine: restarts", "never", outside.Configured("RestartPolicy", {"Name": "", "MaximumRetryCount": 0},
                                                           {"Name": "no", "MaximumRetryCount": 0}, None)),
)  # fmt: skip

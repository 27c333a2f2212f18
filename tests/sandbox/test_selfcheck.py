"""The self-check: every backend passes it, and each of its promises can fail, as it does where a wall is missing."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlpilot.sandbox import bubblewrap, docker_walls, landlock
from mlpilot.sandbox.plain import Plain
from mlpilot.sandbox.protocol import Sandbox
from mlpilot.sandbox.selfcheck import inside, trials
from mlpilot.sandbox.selfcheck.check import LIMITS, as_json, examine, gather, judge
from mlpilot.sandbox.selfcheck.facts import Facts, Report
from mlpilot.sandbox.selfcheck.promises import BACKENDS, PROMISES
from mlpilot.sandbox.selfcheck.table import as_markdown


def names(report: Report, status: Any = "broken") -> set[str]:
    return {check.name for check in report.of(status)}


@pytest.fixture(scope="module")
def facts(walled: Sandbox) -> Facts:
    """Of a sandbox with walls, all of them up."""
    return gather(walled)


def test_every_promise_is_held(facts: Facts) -> None:
    report = judge(facts)
    assert [(check.name, check.evidence) for check in report.of("broken")] == []
    assert not report.of("unseen"), "here the host can see every backend's processes"
    excused = {promise.name for promise in PROMISES if facts.backend in promise.otherwise}
    assert names(report, "not applicable") == excused
    assert names(report, "held") == {promise.name for promise in PROMISES} - excused
    assert report.holds
    told = json.loads(json.dumps(as_json(report)))
    assert (told["held"], told["broken"]) == (len(report.of("held")), [])


def test_the_promises_are_told_apart() -> None:
    assert len({promise.name for promise in PROMISES}) == len(PROMISES)
    assert {name for promise in PROMISES for name in promise.otherwise} <= {*BACKENDS, "none"}
    assert all(len(reason) > 10 for promise in PROMISES for reason in promise.otherwise.values())
    for backend in BACKENDS:  # by whatever means, each backend promises something of each kind but an engine's
        kept = {promise.group for promise in PROMISES if backend not in promise.otherwise}
        assert kept >= {promise.group for promise in PROMISES} - {"seen from the engine"}


def test_a_file_beside_it_does_not_pass_for_a_wall() -> None:
    """Two self-checks at a time write to one shared memory where a sandbox has none of its own."""
    first, second = (dict(trials._cells(LIMITS))["shared memory size"] for _ in range(2))
    assert first != second


def test_without_a_sandbox_most_of_it_breaks() -> None:
    report = examine(Plain(), LIMITS, tried=False)
    seen = {"interfaces", "routes", "read-only mounts", "your files", "name of the machine", "unseen"}
    if "docker.sock" in Path("/proc/net/unix").read_text():  # without an engine there is none to reach
        seen.add("engines")
    assert names(report) >= seen | {"host: network", "host: processes", "host: mounts", "host: what is mounted"}
    assert not report.holds


# Each promise, broken by the one fact that it is about


def status(**fields: str) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        assert facts.inside is not None
        return replace(facts, inside=replace(facts.inside, status={**facts.inside.status, **fields}))

    return change


def told(**fields: Any) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        assert facts.inside is not None
        return replace(facts, inside=replace(facts.inside, **fields))

    return change


def added(field: str, **entries: Any) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        assert facts.inside is not None
        known = {**getattr(facts.inside, field), **{name.replace("_", " "): value for name, value in entries.items()}}
        return replace(facts, inside=replace(facts.inside, **{field: known}))

    return change


def allowed(*attempts: str) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        assert facts.inside is not None
        tried = {**facts.inside.attempts, **dict.fromkeys(attempts, "allowed")}
        return replace(facts, inside=replace(facts.inside, attempts=tried))

    return change


def mounted(target: str, options: str, kind: str, theirs: str = "rw") -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        assert facts.inside is not None
        others = [mount for mount in facts.inside.mounts if mount[0] != target]
        return replace(facts, inside=replace(facts.inside, mounts=[*others, [target, options, kind, theirs, "/"]]))

    return change


def reached(path: str) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        assert facts.inside is not None
        return replace(facts, inside=replace(facts.inside, files={**facts.inside.files, path: "allowed"}))

    return change


def baited(facts: Facts) -> Facts:
    assert facts.inside is not None
    return replace(facts, inside=replace(facts.inside, child_environment=f"HOME=/\nX={facts.bait.word}\n"))


def with_value(facts: Facts) -> Facts:
    bait = replace(facts.bait, environment={**facts.bait.environment, "SOME_KEY": "a secret of yours"})
    assert facts.inside is not None
    assert facts.process is not None
    environment = {**facts.inside.environment, "X": "a secret of yours"}
    process = replace(facts.process, environment=facts.process.environment + "X=a secret of yours\0")
    return replace(facts, bait=bait, process=process, inside=replace(facts.inside, environment=environment))


def process(**fields: Any) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        assert facts.process is not None
        return replace(facts, process=replace(facts.process, **fields))

    return change


def on_host(**fields: str) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        assert facts.process is not None
        return replace(facts, process=replace(facts.process, status={**facts.process.status, **fields}))

    return change


def shared(name: str) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        assert facts.process is not None
        spaces = {**facts.process.namespaces, name: facts.ours.namespaces[name]}
        return replace(facts, process=replace(facts.process, namespaces=spaces))

    return change


def configured(**fields: Any) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        engine = dict(facts.engine or {})
        return replace(facts, engine={**engine, "HostConfig": {**engine.get("HostConfig", {}), **fields}})

    return change


def ended(name: str, status: str) -> Callable[[Facts], Facts]:
    return lambda facts: replace(facts, trials={**(facts.trials or {}), name: status})


WRONG: dict[str, Callable[[Facts], Facts]] = {
    "capabilities": status(CapAmb="0000000000000400"),
    "bounding set": status(CapBnd="000001ffffffffff"),
    "no new privileges": status(NoNewPrivs="0"),
    "call filter": status(Seccomp_filters="0"),
    "user": told(users=[1000, 0, 1000, 1000, 1000, 1000]),
    "group": told(groups=[1000, 27]),
    "becoming root": allowed("become root's group"),
    "setuid programs": allowed("setuid su"),
    "interfaces": told(interfaces=["lo", "eth0"]),
    "routes": told(routes=["eth0\t00000000"]),
    "sockets": told(sockets=["40/1"]),
    "datagram pairs": allowed("datagram pair"),
    "the host's ports": allowed("tcp"),
    "the host's sockets": allowed("abstract"),
    "talk of interfaces": allowed("interfaces"),
    "open sockets": told(descriptors={"3": "socket:[1] family 1", "9": "socket:[2] family 2"}),
    "read-only mounts": mounted("/mnt/data", "rw,relatime", "ext4"),
    "scratch": mounted("/scratch", "rw,relatime", "tmpfs", f"rw,size={LIMITS.disk_bytes // 1024}k"),
    "writable places": told(writable=["/tmp"]),
    "your files": reached("/etc/shadow"),
    "engines": reached("/run/docker.sock"),
    "devices": allowed("block device"),
    "hard links": allowed("hard link"),
    "shared memory": allowed("list shared memory"),
    "stamps": told(stamps=[1, 0]),
    "settings": allowed("core_pattern"),
    "variables": added("environment", AWS_PROFILE="me"),
    "bait": baited,
    "values": with_value,
    "name of the machine": told(hostname="my-laptop"),
    "home": told(folder="/elsewhere"),
    "open files": told(descriptors={"9": "/home/me/notes"}),
    "unseen": told(seen=[1]),
    "untouched": told(signalled=[2]),
    "signals": allowed("signal to host"),
    "process 1": allowed("memory of 1"),
    "zygote": allowed("maps of parent"),
    "sharp calls": added("calls", ptrace="ESRCH"),
    "namespaces": allowed("clone with namespaces"),
    "terminal": told(terminal=34816),
    "process group": told(leads_group=0),
    "core dumps": told(rlimits={"RLIMIT_CORE": [0, -1]}),
    "open files at once": told(rlimits={"RLIMIT_NOFILE": [1024, -1]}),
    "umask": told(umask=0),
    "memory": ended("memory", "ok"),
    "processes": ended("processes", "72"),
    "disk": ended("disk", "ok"),
    "shared memory size": ended("shared memory size", "killed"),
    "output": ended("output", "ok"),
    "buffers": ended("buffers", "ok"),
    "time": ended("time", "ok"),
    "host: capabilities": on_host(CapPrm="0000000000000001"),
    "host: no new privileges": on_host(NoNewPrivs="0"),
    "host: call filter": on_host(Seccomp="0"),
    "host: user": on_host(Uid="1000\t0\t1000\t1000"),
    "host: network": shared("net"),
    "host: processes": shared("pid"),
    "host: mounts": shared("mnt"),
    "host: ipc and name": shared("ipc"),
    "host: what is mounted": process(mounts=["9 8 254:0 /run/docker.sock /run/docker.sock ro - tmpfs tmpfs rw"]),
    "host: environment": with_value,
    "host: open files": process(descriptors={"9": "/home/me/notes"}),
    "host: sockets": process(descriptors={"9": "socket:[7]"}, sockets={"7": "tcp"}),
    "host: memory": lambda facts: replace(process(bounds={})(facts), memory_watched=False),
    "host: number of processes": process(bounds={}, limits={"Max processes": "96365 96365 processes"}),
    "host: core dumps": process(limits={"Max core file size": "unlimited unlimited bytes"}),
    "host: goes first": process(oom_score=0),
    "host: zygote": process(parent_guarded=False),
    "host: session": lambda facts: process(session=facts.ours.session)(facts),
    "host: truth": on_host(CapEff="0000000000000001"),
    "engine: network": configured(NetworkMode="bridge"),
    "engine: system": configured(ReadonlyRootfs=False),
    "engine: capabilities": configured(CapAdd=["SYS_ADMIN"]),
    "engine: security": configured(SecurityOpt=["no-new-privileges:true", "seccomp=unconfined"]),
    "engine: privileged": configured(Privileged=True),
    "engine: processes": configured(PidMode="host"),
    "engine: ipc": configured(IpcMode="host"),
    "engine: name": configured(UTSMode="host"),
    "engine: devices": configured(Devices=[{"PathOnHost": "/dev/kvm"}]),
    "engine: memory": configured(MemorySwap=-1),
    "engine: number of processes": configured(PidsLimit=0),
    "engine: processors": configured(NanoCpus=0),
    "engine: mounts": lambda facts: replace(
        facts, engine={**(facts.engine or {}), "Mounts": [{"Source": "/var/run/docker.sock", "RW": False}]}
    ),
    "engine: temporary files": configured(Tmpfs={"/scratch": "rw,nosuid", "/tmp": "rw"}),
    "engine: user": lambda facts: replace(facts, engine={**(facts.engine or {}), "Config": {"User": ""}}),
    "engine: restarts": configured(RestartPolicy={"Name": "always", "MaximumRetryCount": 0}),
}


def test_each_promise_breaks_by_the_fact_that_it_is_about(facts: Facts) -> None:
    assert [*WRONG] == [promise.name for promise in PROMISES]
    for promise in PROMISES:
        if facts.backend not in promise.otherwise:
            broken = names(judge(WRONG[promise.name](facts)))
            assert promise.name in broken
            assert len(broken) <= 4, (promise.name, broken)


def test_what_code_inside_says_does_not_outweigh_what_the_host_sees(facts: Facts) -> None:
    """A kernel that has capabilities, sees the network, and denies both."""
    assert facts.process is not None
    truth = shared("net")(on_host(CapEff="00000000a80425fb", CapPrm="00000000a80425fb")(facts))
    assert {"host: capabilities", "host: truth"} <= names(judge(truth))


def test_a_sandbox_that_tells_nothing_holds_nothing(facts: Facts) -> None:
    report = judge(replace(facts, inside=None, unread="it is not JSON"))
    assert names(report) >= {promise.name for promise in PROMISES if promise.view == "inside"} - names(
        report, "not applicable"
    )
    assert not report.holds


def test_what_cannot_be_seen_is_said_to_be_so(facts: Facts) -> None:
    """As with an engine on another machine."""
    report = judge(replace(facts, process=None))
    excused = {promise.name for promise in PROMISES if facts.backend in promise.otherwise}
    assert names(report, "unseen") == {promise.name for promise in PROMISES if promise.view == "host"} - excused


@pytest.mark.parametrize(
    "change",
    [
        lambda told: {**told, "status": {"CapEff": 0}},
        lambda told: {**told, "users": [True] * 6},
        lambda told: {**told, "users": [1.0] * 6},
        lambda told: {**told, "users": [1] * 5},
        lambda told: {**told, "more": 1},
        lambda told: {key: value for key, value in told.items() if key != "calls"},
        lambda told: {**told, "hostname": "x" * 70_000},
        lambda told: {**told, "interfaces": ["lo"] * 5_000},
        lambda told: {**told, "interfaces": "lo"},
        lambda told: {**told, "mounts": [["/", "rw"]]},
        lambda told: {**told, "rlimits": {"RLIMIT_CORE": [0]}},
        lambda told: {**told, "files": [["/etc/shadow", "EACCES"]]},
        lambda told: [told],
        lambda _: None,
    ],
)  # fmt: skip
def test_what_is_told_in_another_shape_is_refused(facts: Facts, change: Callable[[dict[str, Any]], Any]) -> None:
    assert facts.inside is not None
    told = dict(vars(facts.inside))
    assert inside.read(json.dumps(told).encode()) == facts.inside
    with pytest.raises(ValueError, match=r"it |list in it|limit in it|is no"):
        inside.read(json.dumps(change(told)).encode())


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"1" * 10_000, b"\xff", b'{"a":' * 50_000, bytes(2**21)])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^it "):
        inside.read(data)


# Walls taken down for real


in_docker = pytest.mark.parametrize("walled", [pytest.param("docker", marks=pytest.mark.docker)], indirect=True)
in_bubblewrap = pytest.mark.parametrize(
    "walled", [pytest.param("bubblewrap", marks=pytest.mark.bubblewrap)], indirect=True
)


in_landlock = pytest.mark.parametrize("walled", [pytest.param("landlock", marks=pytest.mark.landlock)], indirect=True)


def weaker_docker(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, without: tuple[str, ...] = (), **more: Any
) -> set[str]:
    """What the check says of containers without these options, or with others."""
    options = docker_walls.options

    def changed(*arguments: Any) -> dict[str, Any]:
        kept = {name: value for name, value in options(*arguments).items() if name not in without}
        return kept | {name: value(kept.get(name)) if callable(value) else value for name, value in more.items()}

    monkeypatch.setattr(docker_walls, "options", changed)
    return names(examine(sandbox, tried=False))


@in_docker
@pytest.mark.parametrize(
    ("without", "more", "fires"),
    [
        (("read_only",), {}, {"read-only mounts", "host: what is mounted", "engine: system"}),
        (("security_opt", "cap_drop"), {}, {"bounding set", "engine: capabilities", "engine: security"}),
        (("mem_limit", "memswap_limit", "pids_limit"), {"environment": lambda known: {**known, "AWS_PROFILE": "me"}},
         {"host: memory", "engine: memory", "host: number of processes", "engine: number of processes", "variables"}),
    ],
    ids=["writable system", "privileges", "no bounds, and a variable"],
)  # fmt: skip
def test_a_container_that_lacks_an_option_is_found_out(
    walled: Sandbox, monkeypatch: pytest.MonkeyPatch, without: tuple[str, ...], more: dict[str, Any], fires: set[str]
) -> None:
    assert weaker_docker(walled, monkeypatch, without, **more) == fires


@in_docker
@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "fires"),
    [
        ({"network_mode": "host"}, {"interfaces", "routes", "host: network", "engine: network"}),
        ({"pid_mode": "host"}, {"host: processes", "engine: processes"}),
        ({"ipc_mode": "host"}, {"host: ipc and name", "engine: ipc"}),
        ({"uts_mode": "host", "hostname": None}, {"name of the machine", "host: ipc and name", "engine: name"}),
        ({"privileged": True}, {"engine: privileged", "engine: security"}),
        ({"user": "0:0", "cap_drop": []}, {"engine: user", "engine: capabilities"}),
        ({"tmpfs": lambda known: {**known, "/tmp": "rw"}}, {"engine: temporary files", "read-only mounts"}),
        ({"devices": ["/dev/null:/dev/other"]}, {"engine: devices"}),
        ({"security_opt": ["no-new-privileges:true", "seccomp=unconfined"]}, {"call filter", "engine: security"}),
        ({"restart_policy": {"Name": "always"}}, {"engine: restarts"}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_container_that_is_given_more_is_found_out(
    walled: Sandbox, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], fires: set[str]
) -> None:
    assert weaker_docker(walled, monkeypatch, **more) >= fires


@in_docker
@pytest.mark.slow
def test_a_writable_bind_is_found_out(walled: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    bind = docker_walls.engine.types.Mount("/mnt/out", str(tmp_path), "bind", read_only=False)
    fires = weaker_docker(walled, monkeypatch, mounts=lambda known: [*known, bind])
    assert fires >= {"read-only mounts", "host: what is mounted", "engine: mounts"}


@in_bubblewrap
@pytest.mark.parametrize(
    ("without", "more", "fires"),
    [
        (["--unshare-net", "--unshare-pid", "--unshare-ipc"], [],
         {"interfaces", "routes", "host: network", "host: processes", "host: ipc and name"}),
        ([], ["--bind", "/var/tmp", "/mnt/out", "--setenv", "AWS_PROFILE", "me"],
         {"read-only mounts", "host: what is mounted", "variables"}),
    ],
    ids=["the host's namespaces", "a writable folder and a variable"],
)  # fmt: skip
def test_a_bubblewrap_that_lacks_an_option_is_found_out(
    walled: Sandbox, monkeypatch: pytest.MonkeyPatch, without: list[str], more: list[str], fires: set[str]
) -> None:
    command = bubblewrap._command

    def changed(*arguments: Any) -> list[str]:
        words = [word for word in command(*arguments) if word not in without]
        return [*words[: words.index("--remount-ro")], *more, *words[words.index("--remount-ro") :]]

    monkeypatch.setattr(bubblewrap, "_command", changed)
    assert names(examine(walled, tried=False)) >= fires


@in_landlock
def test_a_landlock_that_shows_more_is_found_out(
    walled: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder of the host beside what is needed, and a place to write."""
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(landlock, "_MORE_SETTINGS", ("/etc", str(tmp_path)))
    assert names(examine(walled, tried=False)) == {"your files"}


def test_the_page_of_promises_is_the_table() -> None:
    page = Path(__file__).resolve().parents[2] / "docs/promises.md"
    assert page.read_text(encoding="utf-8") == as_markdown(), (
        "python -m mlpilot.sandbox.selfcheck.table > docs/promises.md"
    )

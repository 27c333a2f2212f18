"""GPUs: which device nodes are given, that no others are there, and what is said where there are none.

No GPU is to be had where these run. Nodes of a harmless device (the null device's, in a folder of the test's) stand in
for NVIDIA's, so what is tested is who may open what inside; that a driver is content with it is not.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from mlpilot.sandbox import gpus
from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.engine_gpus import ways
from mlpilot.sandbox.environment import BARE, Environment
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.gpus import NONE_VISIBLE, cards, find
from mlpilot.sandbox.plain import Plain
from mlpilot.sandbox.protocol import Limits, Sandbox

LIMITS = Limits(memory_bytes=2**30, disk_bytes=2**24)
BACKENDS = [
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    pytest.param("landlock", marks=pytest.mark.landlock),
    "none",
]
_GPUS = "/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/dxg", "/dev/kfd", "/dev/dri"


@pytest.fixture
def machine() -> Iterator[Callable[..., tuple[Path, Path]]]:
    """Makes folders that look like /dev and /proc/driver/nvidia of a machine with two GPUs.

    As those, they can be entered by everybody, which folders below pytest's own cannot.
    """
    root = Path(tempfile.mkdtemp(prefix="gpus-"))
    root.chmod(0o755)

    def make(*names: str, told: bool = True) -> tuple[Path, Path]:
        dev, driver = root / "dev", root / "driver"
        (dev / "nvidia-caps").mkdir(parents=True)
        for name in names or ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "nvidia-caps/nvidia-cap1"):
            try:
                os.mknod(dev / name, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
            except PermissionError:
                pytest.skip("NOT TESTED: only root may make device nodes")
            (dev / name).chmod(0o666)
        for place, minor, uuid in (("0000:41:00.0", 1, "GPU-bb"), ("0000:01:00.0", 0, "GPU-aa")) if told else ():
            (driver / "gpus" / place).mkdir(parents=True)
            text = f"Model: \t\t NVIDIA A{minor}\nIRQ: 1\nGPU UUID: \t {uuid}\nDevice Minor: \t {minor}\n"
            (driver / "gpus" / place / "information").write_text(text)
        return dev, driver

    yield make
    shutil.rmtree(root)


def test_numbers_are_in_the_order_of_the_bus(machine: Callable[..., tuple[Path, Path]]) -> None:
    dev, driver = machine()
    assert [(card.minor, card.uuid) for card in cards(dev, driver)] == [(0, "GPU-aa"), (1, "GPU-bb")]
    (driver / "gpus" / "0000:01:00.0").rename(driver / "gpus" / "0000:81:00.0")
    assert [card.minor for card in cards(dev, driver)] == [1, 0]
    given = find("0", dev, driver)
    assert given.variables == {"CUDA_VISIBLE_DEVICES": "GPU-bb"}
    assert sorted(given.inside) == [
        "/dev/nvidia-caps/nvidia-cap1",
        "/dev/nvidia-uvm",
        "/dev/nvidia1",
        "/dev/nvidiactl",
    ]


def test_without_the_drivers_word_the_nodes_count(machine: Callable[..., tuple[Path, Path]]) -> None:
    dev, driver = machine(told=False)
    given = find("all", dev, driver)
    assert {"/dev/nvidia0", "/dev/nvidia1"} <= set(given.inside)
    assert given.variables == {}


def test_none_asked_none_given(machine: Callable[..., tuple[Path, Path]]) -> None:
    given = find("", *machine())
    assert (given.nodes, given.variables) == ((), NONE_VISIBLE)


@pytest.mark.parametrize(
    ("asked", "names", "says"),
    [
        ("all", ["null"], "there is no NVIDIA GPU here"),
        ("2", [], "there are 2 GPUs here; they are numbered from 0"),
        ("0", ["nvidia0", "nvidia-uvm"], "nvidiactl is not there; run `nvidia-modprobe"),
        ("0", ["nvidia0", "nvidiactl"], "nvidia-uvm is not there; run `nvidia-modprobe"),
    ],
)
def test_what_is_missing_is_said(
    asked: str, names: list[str], says: str, machine: Callable[..., tuple[Path, Path]]
) -> None:
    with pytest.raises(NoSandboxError, match=says):
        find(asked, *machine(*names))


def test_a_node_that_only_root_may_open_is_no_use(machine: Callable[..., tuple[Path, Path]]) -> None:
    dev, driver = machine()
    (dev / "nvidia0").chmod(0o600)
    with pytest.raises(NoSandboxError, match="may be opened by root alone; run `chmod"):
        find("all", dev, driver)
    assert find("1", dev, driver).nodes


LOOK = """
import errno, fcntl, os
for path in ("/dev/nvidia0", "/dev/nvidia1", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/null"):
    path = os.path.join({folder!r}, path[5:]) if path != "/dev/null" else path
    try:
        fd = os.open(path, os.O_RDWR)
        os.write(fd, b"x")
        fcntl.ioctl(fd, 0xC0104601)
    except OSError as error:
        print(os.path.basename(path), errno.errorcode[error.errno])
print(os.environ.get("CUDA_VISIBLE_DEVICES"), os.environ.get("NVIDIA_VISIBLE_DEVICES"))
"""


@pytest.mark.parametrize("name", BACKENDS)
def test_inside_only_what_was_asked_for_can_be_used(
    name: str, machine: Callable[..., tuple[Path, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-ins are opened, written to, and get as far as their driver (ENOTTY); others are not there."""
    dev, driver = machine()
    monkeypatch.setattr(gpus, "find", partial(find, dev=dev, driver=driver))
    folder = "/dev" if name == "bubblewrap" else str(dev)
    with choose(name, environment=Environment(gpus="0")).open(LIMITS) as session:
        box = session._session.box  # type: ignore[attr-defined]
        seen = session.run(LOOK.format(folder=folder)).stdout.splitlines()
    used = dict(line.split() for line in seen[:-1])
    assert used.pop("nvidia1") == ("ENOENT" if name == "bubblewrap" else "EACCES")
    # From this version on Landlock knows of ioctl, which then is for these nodes alone.
    assert used.pop("null") == ("EACCES" if box.landlock >= 5 else "ENOTTY")
    assert used == dict.fromkeys(("nvidia0", "nvidiactl", "nvidia-uvm"), "ENOTTY")
    assert seen[-1] == "GPU-aa None"
    with choose(name).open(LIMITS) as session:
        seen = session.run(LOOK.format(folder=folder)).stdout.splitlines()
    assert set(dict(line.split() for line in seen[:-2]).values()) <= {"EACCES", "ENOENT"}
    assert seen[-1] == " void"


def test_no_gpu_is_there_unless_asked_for(walled: Sandbox) -> None:
    with walled.open(LIMITS) as session:
        seen = session.run(f"import os\nprint([path for path in {_GPUS} if os.path.exists(path)])")
        told = session.run("print(repr(os.environ['CUDA_VISIBLE_DEVICES']), os.environ['NVIDIA_VISIBLE_DEVICES'])")
    assert seen.stdout == "[]\n"
    assert told.stdout == "'' void\n"


@pytest.mark.parametrize("name", BACKENDS)
def test_asked_for_and_not_there_is_refused(name: str) -> None:
    if cards():
        pytest.skip("NOT TESTED: there is a GPU here")
    with pytest.raises(NoSandboxError, match=r"there is no NVIDIA GPU here .*; install NVIDIA's driver"):
        choose(name, environment=Environment(gpus="all"))
    assert Plain(BARE).probe().works


def test_requests_of_an_engine() -> None:
    hook, interface = ways("all")
    assert (hook["Driver"], hook["Count"], hook["Capabilities"]) == ("nvidia", -1, [["gpu", "compute", "utility"]])
    assert (interface["Driver"], interface["DeviceIDs"]) == ("cdi", ["nvidia.com/gpu=all"])
    hook, interface = ways("0,2")
    assert (hook["Count"], hook["DeviceIDs"]) == (0, ["0", "2"])
    assert interface["DeviceIDs"] == ["nvidia.com/gpu=0", "nvidia.com/gpu=2"]


@pytest.mark.docker
def test_an_engine_without_gpus_says_so() -> None:
    if cards():
        pytest.skip("NOT TESTED: there is a GPU here")
    with pytest.raises(NoSandboxError, match=r"docker cannot give GPUs to a container .* nvidia-container-toolkit"):
        choose("docker", environment=Environment(gpus="all"))


def test_a_score_on_a_gpu_is_not_one_without() -> None:
    assert Environment(gpus="0").key != BARE.key
    assert replace(BARE, gpus="all").key == Environment(gpus="0").key

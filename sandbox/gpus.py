"""GPUs for the sandbox: the device nodes that code inside may use. NVIDIA's only.

A GPU is used through device nodes: one for each (`/dev/nvidia0`), and some for all (`nvidiactl`, `nvidia-uvm`). Only
the nodes that were asked for are there inside, and a GPU whose node is not there cannot be opened. The driver's
libraries belong to the system, which is seen read-only in any case. Numbers are those of `nvidia-smi`: in the order of
the PCI bus.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from mlpilot.sandbox.errors import NoSandboxError

DEV = Path("/dev")
DRIVER = Path("/proc/driver/nvidia")
READ = (str(DRIVER), "/proc/devices", "/run/opengl-driver")
"""Paths inside that the driver's libraries read, beside the system's own folders."""
PATTERNS = ("/dev/nvidia*", "/dev/nvidia-caps/*", "/dev/dxg")
"""Nodes inside a container, whose engine has put there only what it was asked for."""
NONE_VISIBLE = {"CUDA_VISIBLE_DEVICES": "", "NVIDIA_VISIBLE_DEVICES": "void"}
"""Variables inside where no GPU was asked for: an engine that gives GPUs to all containers gives none to this one."""
_COMMON = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset")
_NUMBERED = re.compile(r"nvidia(\d{1,3})", re.ASCII)
_NO_DRIVER = "install NVIDIA's driver, and see that `nvidia-smi` works"


@dataclass(frozen=True)
class Gpus:
    """What of the machine's GPUs is seen inside."""

    nodes: tuple[tuple[str, str], ...] = ()
    """(path of a device node here, path inside)."""
    variables: dict[str, str] = field(default_factory=lambda: dict(NONE_VISIBLE))
    """For the environment inside."""

    @property
    def inside(self) -> list[str]:
        """Paths of the nodes inside."""
        return [inside for _, inside in self.nodes]


@dataclass(frozen=True)
class Card:
    """One GPU of this machine."""

    minor: int
    """The number of its node."""
    uuid: str = ""
    """Empty where the driver does not tell."""
    model: str = ""


def numbers(asked: str) -> list[int]:
    """The GPUs that `asked` (`0`, `0,1`) names; none for `all`."""
    return [] if asked == "all" else [int(number) for number in asked.split(",")]


def cards(dev: Path = DEV, driver: Path = DRIVER) -> list[Card]:
    """The GPUs of this machine, in the order of `nvidia-smi`."""
    minors = {int(found[1]) for path in dev.glob("nvidia*") if (found := _NUMBERED.fullmatch(path.name))}
    told = []
    for folder in sorted(driver.glob("gpus/*")):  # named by their place on the PCI bus
        try:
            text = (folder / "information").read_text(errors="replace")
        except OSError:
            continue
        facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
        if facts.get("Device Minor", "").isdigit():
            told.append(Card(int(facts["Device Minor"]), facts.get("GPU UUID", ""), facts.get("Model", "")))
    known = [card for card in told if card.minor in minors]
    return known or [Card(minor) for minor in sorted(minors)]


def find(asked: str, dev: Path = DEV, driver: Path = DRIVER) -> Gpus:
    """What of the machine has to be seen inside for the GPUs `asked` for: empty, `all`, `0` or `0,1`.

    The nodes that all GPUs need are opened once, to see whether that may be done. Raises `NoSandboxError`.
    """
    if not asked:
        return Gpus()
    there = cards(dev, driver)
    if not there:
        raise NoSandboxError(f"--gpus {asked}: there is no NVIDIA GPU here ({dev}/nvidia0); {_NO_DRIVER}")
    wanted = numbers(asked)
    if any(number >= len(there) for number in wanted):
        raise NoSandboxError(f"--gpus {asked}: there are {len(there)} GPUs here; they are numbered from 0")
    chosen = [there[number] for number in wanted] if wanted else there
    names = [*_COMMON, *(f"nvidia{card.minor}" for card in chosen)]
    paths = [dev / name for name in names if (dev / name).exists()]
    for path in (dev / "nvidiactl", dev / "nvidia-uvm", *(dev / f"nvidia{card.minor}" for card in chosen)):
        _try_to_open(path, asked)
    paths += sorted(dev.glob("nvidia-caps/nvidia-cap*"))
    variables = {}
    if all(card.uuid for card in chosen):
        variables["CUDA_VISIBLE_DEVICES"] = ",".join(card.uuid for card in chosen)
    return Gpus(tuple((str(path), f"/dev/{path.relative_to(dev)}") for path in paths), variables)


def _try_to_open(path: Path, asked: str) -> None:
    """Raises `NoSandboxError` where the node cannot be opened, or could not be by the user that code runs as."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))
    except FileNotFoundError:
        raise NoSandboxError(
            f"--gpus {asked}: {path} is not there; run `nvidia-modprobe -u -c 0`, or `nvidia-smi` once as root"
        ) from None
    except PermissionError:
        raise NoSandboxError(f"--gpus {asked}: this user may not open {path}; see who owns it (`ls -l`)") from None
    except OSError as error:
        raise NoSandboxError(f"--gpus {asked}: {path} cannot be opened ({error.strerror}); {_NO_DRIVER}") from None
    if os.getuid() == 0 and path.stat().st_mode & 0o006 != 0o006:
        raise NoSandboxError(f"--gpus {asked}: {path} may be opened by root alone; run `chmod a+rw {path}`")

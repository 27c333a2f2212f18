"""Which sandbox to use: the one that was asked for, or the first that works; never none without being asked."""

from collections.abc import Callable

from mlpilot.sandbox.bubblewrap import Bubblewrap
from mlpilot.sandbox.docker import Docker
from mlpilot.sandbox.errors import NoSandboxError, UserError
from mlpilot.sandbox.landlock import Landlock
from mlpilot.sandbox.plain import Plain
from mlpilot.sandbox.protocol import Probe, Sandbox

NAMES = ("auto", "docker", "bubblewrap", "landlock", "none")


def choose(name: str = "auto", progress: Callable[[str], object] = str) -> Sandbox:
    """The sandbox called `name` (one of `NAMES`), tried and found working.

    `auto` takes docker where an engine answers and has the image, else bubblewrap, else landlock. An explicit `docker`
    builds a missing image, telling `progress` of each step. Raises `NoSandboxError` with what would help, `UserError`
    for any other name.
    """
    match name:
        case "auto":
            return _first(Docker(progress=progress), Bubblewrap(), Landlock())
        case "docker":
            sandbox = Docker(progress=progress)
            if not sandbox.image_is_there():
                from mlpilot.sandbox.image.build import build

                build(progress=progress)
            return _first(sandbox)
        case "bubblewrap":
            return _first(Bubblewrap())
        case "landlock":
            return _first(Landlock())
        case "none":
            return Plain()
    raise UserError(f"{name!r} is not a sandbox: choose one of {', '.join(NAMES)}")


def again(name: str) -> Sandbox:
    """The sandbox that `choose` took before, tried once more; never another one, and nothing is built for it.

    Raises `NoSandboxError` where it does not work any more.
    """
    known: dict[str, Callable[[], Sandbox]] = {
        "docker": Docker,
        "bubblewrap": Bubblewrap,
        "landlock": Landlock,
        "none": Plain,
    }
    if name not in known:
        raise NoSandboxError(f"the sandbox {name!r} is not known to this version of mlpilot")
    sandbox = known[name]()
    probe = sandbox.probe()
    if not probe.works:
        remedy = f"; {probe.remedy}" if probe.remedy else ""
        raise NoSandboxError(f"{name} was used until now and does not work any more ({probe.detail}{remedy})")
    return sandbox


def _first(*candidates: Sandbox) -> Sandbox:
    failures = []
    for sandbox in candidates:
        probe = sandbox.probe()
        if probe.works:
            return sandbox
        failures.append(f"{sandbox.name}: {probe.detail}; {probe.remedy}" if probe.remedy else probe.detail)
    raise NoSandboxError("no sandbox works here, and nothing was run (" + " | ".join(failures) + ")")


def probes() -> list[tuple[str, Probe]]:
    """Every sandbox, tried, in the order in which `auto` would take them; for `mlpilot doctor`."""
    candidates: list[Sandbox] = [Docker(), Bubblewrap(), Landlock()]
    return [(sandbox.name, sandbox.probe()) for sandbox in candidates]

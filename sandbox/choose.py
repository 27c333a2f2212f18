"""Which sandbox to use: the one that was asked for, or the first that works; never none without being asked."""

from collections.abc import Callable

from mlpilot.sandbox.bubblewrap import Bubblewrap
from mlpilot.sandbox.docker import Docker
from mlpilot.sandbox.environment import BARE, Environment
from mlpilot.sandbox.errors import NoSandboxError, NotBuiltError, UserError
from mlpilot.sandbox.landlock import Landlock
from mlpilot.sandbox.plain import Plain
from mlpilot.sandbox.protocol import Probe, Sandbox

NAMES = ("auto", "docker", "bubblewrap", "landlock", "none")


def choose(name: str = "auto", progress: Callable[[str], object] = str, environment: Environment = BARE) -> Sandbox:
    """The sandbox called `name` (one of `NAMES`), tried and found working.

    `auto` takes docker where an engine answers and has the image, else bubblewrap, else landlock. An explicit `docker`
    builds a missing image of ours, telling `progress` of each step, but adds no package to it. Raises `NoSandboxError`
    with what would help, `NotBuiltError` where packages were asked for and are not there, `UserError` for any other
    name, or one that contradicts the environment.
    """
    if name in NAMES:
        _refuse_contradictions(name, environment)
    if environment.asked and not is_built(name, environment):
        raise NotBuiltError(environment.missing)
    match name:
        case "auto":
            return _first(*_candidates(environment, progress))
        case "docker":
            sandbox = Docker(environment, progress=progress)
            if not (environment.own_image or environment.asked or sandbox.image_is_there()):
                from mlpilot.sandbox.image.build import build

                build(progress=progress)
            return _first(sandbox)
        case "bubblewrap":
            return _first(Bubblewrap(environment))
        case "landlock":
            return _first(Landlock(environment))
        case "none":
            return _first(Plain(environment))
    raise UserError(f"{name!r} is not a sandbox: choose one of {', '.join(NAMES)}")


def again(name: str, environment: Environment = BARE) -> Sandbox:
    """The sandbox that `choose` took before, tried once more; never another one, and nothing is built for it.

    Raises `NoSandboxError` where it does not work any more, `NotBuiltError` where its packages are gone.
    """
    known: dict[str, type[Docker] | type[Bubblewrap] | type[Landlock] | type[Plain]] = {
        "docker": Docker,
        "bubblewrap": Bubblewrap,
        "landlock": Landlock,
        "none": Plain,
    }
    if name not in known:
        raise NoSandboxError(f"the sandbox {name!r} is not known to this version of mlpilot")
    _refuse_contradictions(name, environment)
    if environment.asked and not is_built(name, environment):
        raise NotBuiltError(environment.missing)
    sandbox: Sandbox = known[name](environment)
    probe = sandbox.probe()
    if not probe.works:
        remedy = f"; {probe.remedy}" if probe.remedy else ""
        raise NoSandboxError(f"{name} was used until now and does not work any more ({probe.detail}{remedy})")
    return sandbox


def _candidates(environment: Environment, progress: Callable[[str], object]) -> list[Sandbox]:
    """What `auto` tries: an image of the person's own is for docker, and a Python of their own for the others."""
    if environment.own_image:
        return [Docker(environment, progress=progress)]
    walled: list[Sandbox] = [Bubblewrap(environment), Landlock(environment)]
    return walled if environment.own_python else [Docker(environment, progress=progress), *walled]


def _refuse_contradictions(name: str, environment: Environment) -> None:
    if environment.own_image and name not in ("auto", "docker"):
        raise UserError(f"mlpilot.toml names an image, which --sandbox {name} cannot use: use docker, or take it out")
    if environment.own_python and name == "docker":
        raise UserError(
            "mlpilot.toml names a python of this machine, which docker cannot use: use --sandbox bubblewrap"
        )


def is_built(name: str, environment: Environment) -> bool:
    """Whether the added packages are where the sandbox would look for them."""
    if name in ("auto", "docker"):
        try:
            if Docker(environment).image_is_there():
                return True
        except NoSandboxError:
            if name == "docker":  # what is wrong with the engine comes first
                return True
    return name != "docker" and environment.is_built


def _first(*candidates: Sandbox) -> Sandbox:
    failures = []
    for sandbox in candidates:
        probe = sandbox.probe()
        if probe.works:
            return sandbox
        failures.append(f"{sandbox.name}: {probe.detail}; {probe.remedy}" if probe.remedy else probe.detail)
    raise NoSandboxError("no sandbox works here, and nothing was run (" + " | ".join(failures) + ")")


def probes(environment: Environment = BARE) -> list[tuple[str, Probe]]:
    """Every sandbox, tried, in the order in which `auto` would take them; for `mlpilot doctor`."""
    return [(sandbox.name, sandbox.probe()) for sandbox in _candidates(environment, str)]

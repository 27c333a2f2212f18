"""An existing image of the person's own: whether kernels can run in it, and what of it they need to see."""

from dataclasses import dataclass
from typing import Any

import docker.errors

from mlpilot.sandbox.errors import UserError
from mlpilot.sandbox.folder import owner
from mlpilot.sandbox.interpreter import NEEDED, PROBE, answer_of, checked, notable, parts_of

_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class OwnImage:
    """What was found in it."""

    path: str
    """Its PATH; the first `python3` there is the one that runs."""
    read: tuple[str, ...]
    """Where that Python and its packages lie."""
    packages: tuple[str, ...]
    """Those that are notable: `name==version`."""


def inspect(client: Any, name: str) -> OwnImage:
    """Ask the image's own Python, in a container without network, what it holds.

    Raises `UserError` where kernels cannot run in it, `docker.errors.DockerException` where the engine fails.
    """
    config = client.images.get(name).attrs.get("Config") or {}
    if config.get("Volumes"):
        raise UserError(
            f"the image declares volumes ({', '.join(sorted(config['Volumes']))[:100]}), which could be written to; "
            "build one without VOLUME"
        )
    variables = dict(line.split("=", 1) for line in config.get("Env") or () if "=" in line)
    try:
        output = client.containers.run(
            name,
            ["python3", "-I", "-c", PROBE, *NEEDED],
            entrypoint=[],
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            user="65534:65534",
            remove=True,
            labels={"mlpilot.owner": owner()},
        )
    except docker.errors.APIError as error:
        if "executable file not found" not in str(error):
            raise
        raise UserError("the image has no python3 on its PATH; name one that has") from None
    except docker.errors.ContainerError as error:
        words = " ".join((error.stderr or b"").decode(errors="replace").split())[-200:].replace(";", ",")
        raise UserError(f"the image's python3 does not work: {words}; name another image") from None
    found = answer_of(output, "the image's python3")
    checked(found, "the image's python3", "pip install")
    paths = [*found["paths"], found["home"]]
    return OwnImage(variables.get("PATH", _PATH), tuple(parts_of(found["prefixes"], paths)), notable(found))

"""Finding an engine that speaks Docker's API: Docker itself, rootless or not, Docker Desktop, podman; near or far."""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker as engine
import docker.errors as engine_errors
import requests
from docker.constants import MINIMUM_DOCKER_API_VERSION
from docker.context import ContextAPI
from docker.utils import kwargs_from_env

from mlpilot.sandbox.errors import NoSandboxError

_SOCKET = "unix:///var/run/docker.sock"
_CAUSES: dict[type[BaseException], str] = {
    FileNotFoundError: "there is no such socket; start Docker, or say in DOCKER_HOST where it is",
    ConnectionRefusedError: "nobody listens there; start Docker, or say in DOCKER_HOST where it is",
    PermissionError: "this user may not connect to it; join the group docker, or use a rootless Docker",
    socket.gaierror: "no machine of that name is known; correct DOCKER_HOST",
    TimeoutError: "no answer in time; see whether Docker is well, and whether DOCKER_HOST is right",
    requests.Timeout: "no answer in time; see whether Docker is well, and whether DOCKER_HOST is right",
    requests.exceptions.SSLError: "the certificates do not fit; see DOCKER_TLS_VERIFY and DOCKER_CERT_PATH",
}
_FORWARD = (
    "a container's streams do not go through ssh://; forward the engine's socket with "
    "`ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock HOST`, and set DOCKER_HOST=unix:///tmp/engine.sock"
)


def connect(seconds: int = 60) -> Any:
    """A client, which waits so long for an answer, of the engine that `DOCKER_HOST` names or the first that is found.

    Found are, in this order: the context that the docker command uses (`DOCKER_CONTEXT`, else its configuration) where
    that is not the default one, and then nothing else; the system's Docker; the user's rootless Docker; Docker
    Desktop's; the user's podman; the system's podman. Raises `NoSandboxError`.
    """
    first: NoSandboxError | None = None
    for address, tls in _addresses():
        try:
            return _client(address, tls, seconds)
        except NoSandboxError as error:
            first = first or error
    assert first is not None
    raise first


def _client(address: str | None, tls: Any, seconds: int) -> Any:
    named = address or os.environ.get("DOCKER_HOST") or _SOCKET
    if named.startswith("ssh://"):
        raise NoSandboxError(f"no Docker engine can be used at {named}: {_FORWARD}")
    try:
        settings = kwargs_from_env() if address is None else {"base_url": address, "tls": tls}
        asker = _straight(engine.DockerClient(**settings, version=MINIMUM_DOCKER_API_VERSION, timeout=seconds))
        with contextlib.closing(asker):
            spoken = asker.version(api_version=False)["ApiVersion"]
        return _straight(engine.DockerClient(**settings, version=spoken, timeout=seconds))
    except (engine_errors.DockerException, requests.RequestException, ValueError, OSError) as error:
        raise NoSandboxError(f"no Docker engine answers at {named}: {_why(error)}") from None
    except (KeyError, TypeError):
        raise NoSandboxError(f"what answers at {named} is no Docker engine; correct DOCKER_HOST") from None


def _straight(client: Any) -> Any:
    """Have the client heed no proxy and no authority that the environment names for the web: neither is meant for it,
    streams do not pass a proxy, and `REQUESTS_CA_BUNDLE` would take the place of the engine's own."""
    client.api.trust_env = False
    return client


def _addresses() -> Iterator[tuple[str | None, Any]]:
    """Where an engine may be, with settings for TLS; None stands for what the environment says."""
    if os.environ.get("DOCKER_HOST"):
        yield None, False
        return
    context = _context()
    if context is not None:
        yield context
        return
    yield _SOCKET, False
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    for path in (
        Path(runtime, "docker.sock"),
        Path.home() / ".docker/run/docker.sock",
        Path.home() / ".docker/desktop/docker.sock",
        Path(runtime, "podman/podman.sock"),
        Path("/run/podman/podman.sock"),
    ):
        if os.access(path, os.R_OK | os.W_OK):
            yield f"unix://{path}", False


def _context() -> tuple[str, Any] | None:
    """The address of the context that the docker command uses, unless it is the default. Raises `NoSandboxError`."""
    name = os.environ.get("DOCKER_CONTEXT")
    try:
        found = ContextAPI.get_context(name)
    except (engine_errors.DockerException, OSError, ValueError, KeyError) as error:
        raise NoSandboxError(f"the docker context cannot be read ({error}); correct it, or set DOCKER_HOST") from None
    if found is None:
        name = name or "that ~/.docker/config.json names"
        raise NoSandboxError(f"there is no docker context {name}; see `docker context ls`, or set DOCKER_HOST")
    if found.Name == "default" or not found.Host:
        return None
    return str(found.Host), found.TLSConfig or False


def _why(error: BaseException) -> str:
    """What was wrong with the connection, found below what requests and urllib3 wrapped around it; and what to do."""
    below: list[BaseException] = [error]
    for one in below:
        for kind, words in _CAUSES.items():
            if isinstance(one, kind):
                return words
        wrapped = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        below += [found for found in wrapped if isinstance(found, BaseException) and found not in below]
    if "HTTPS server" in str(error):
        return "it wants TLS; set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"
    return " ".join(str(error).split())[:200]


def address(client: Any) -> str:
    """What tells this client's engine from any other."""
    return f"{client.api.base_url} {getattr(client.api.get_adapter(client.api.base_url), 'socket_path', '')}"


def describe(client: Any) -> str:
    """The engine in a few words: `podman 4.3.1`, `docker 20.10.24 at https://far:2376, rootless`."""
    version = client.version()
    components = [part for part in version.get("Components") or [] if isinstance(part, dict)]
    podman = next((part for part in components if "podman" in str(part.get("Name", "")).lower()), None)
    name = f"podman {podman.get('Version', '')}" if podman else f"docker {version.get('Version', '')}"
    rootless = "rootless" in str(client.info().get("SecurityOptions") or "")
    where = str(client.api.base_url)
    near = "" if where.startswith("http+docker:") else f" at {where}"
    return f"{name.strip()}{near}{', rootless' if rootless else ''}"

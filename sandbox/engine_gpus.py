"""GPUs for containers: how the engine has to be asked for them, found by asking."""

from typing import Any

import docker as engine
import docker.errors as engine_errors
import requests

from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.folder import owner
from mlpilot.sandbox.gpus import numbers

_REMEDY = "install nvidia-container-toolkit, run `nvidia-ctk runtime configure --runtime=docker`, and restart Docker"
_SEEN = ["sh", "-c", "test -e /dev/nvidiactl || test -e /dev/dxg"]


def ways(asked: str) -> list[Any]:
    """Requests for the GPUs `asked` for (`all`, `0`, `0,1`): by NVIDIA's hook, then by the Container Device Interface.

    Libraries for computing and `nvidia-smi` come with them, those for graphics do not.
    """
    chosen = [str(number) for number in numbers(asked)]
    which: dict[str, Any] = {"device_ids": chosen} if chosen else {"count": -1}
    names = [f"nvidia.com/gpu={name}" for name in chosen or ["all"]]
    return [
        engine.types.DeviceRequest(driver="nvidia", capabilities=[["gpu", "compute", "utility"]], **which),
        engine.types.DeviceRequest(driver="cdi", device_ids=names),
    ]


def requests_for(client: Any, image: str, asked: str) -> list[Any]:
    """The `device_requests` that this engine understands, tried with a container that looks for the devices.

    Raises `NoSandboxError` with the engine's own words of why not.
    """
    reasons = []
    for way in ways(asked):
        try:
            client.containers.run(
                image,
                _SEEN,
                entrypoint=[],
                device_requests=[way],
                network_mode="none",
                read_only=True,
                cap_drop=["ALL"],
                security_opt=["no-new-privileges:true"],
                remove=True,
                labels={"mlpilot.owner": owner()},
            )
            return [way]
        except engine_errors.ContainerError:
            reasons.append("the container was given none")
        except (engine_errors.DockerException, requests.RequestException) as error:
            reasons.append(" ".join(str(getattr(error, "explanation", None) or error).split())[:200])
    why = reasons[0].replace(";", ",")
    raise NoSandboxError(f"--gpus {asked}: docker cannot give GPUs to a container ({why}); {_REMEDY}")

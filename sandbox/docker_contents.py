"""What a container holds beside the walls: which image, what is added to it, and its GPUs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import docker.errors as engine_errors

from mlpilot.sandbox import gpus
from mlpilot.sandbox.engine_gpus import requests_for
from mlpilot.sandbox.environment import ADDED, Environment, environment
from mlpilot.sandbox.image import lock, own


@dataclass(frozen=True)
class Contents:
    """How the options of every container change, and what kernels in it may use besides."""

    options: Mapping[str, Any]
    """Of `containers.run`; the variables among them are added to those that are there."""
    read: tuple[str, ...] = ()
    """Paths inside that kernels may read."""
    devices: tuple[str, ...] = field(default=())
    """Patterns of device nodes that they may use."""

    @property
    def image(self) -> str:
        """Its name in the engine."""
        return str(self.options["image"])

    def added_to(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options of a container that holds this."""
        variables = {**options.get("environment", {}), **self.options.get("environment", {})}
        return {**options, **self.options, "environment": variables}


def image_of(chosen: Environment) -> str:
    """The image to start; empty where what was asked for was never locked, so that there can be none.

    One of the person's own is named by its id once that is known: its name may come to mean another.
    """
    if chosen.own_image:
        return chosen.identity or chosen.own_image
    return chosen.image if chosen.asked else lock.tag()


def identified(client: Any, chosen: Environment) -> Environment | None:
    """The environment, with the id of an image of the person's own in it; None where the engine lacks the image."""
    image = image_of(chosen)
    if not image:
        return None
    try:
        found = client.images.get(image)
    except engine_errors.ImageNotFound:
        return None
    return replace(chosen, identity=str(found.id)) if chosen.own_image else chosen


def lacking(chosen: Environment) -> tuple[str, str]:
    """What is said where the image is not there, and what to do."""
    if chosen.own_image:
        name = chosen.own_image
        return f"docker has no image {name}, which mlpilot.toml names", f"run `docker pull {name}`, or build it"
    if chosen.asked:
        what, _, remedy = chosen.missing.partition(": ")
        return what, remedy
    return "docker answers, but has no sandbox image", "run `mlpilot sandbox build`"


def contents(client: Any, chosen: Environment) -> tuple[Environment, Contents]:
    """What containers are started with, tried where that takes a try; and the environment, with what was learnt of it.

    Raises `UserError` for an image that kernels cannot run in, `NoSandboxError` where GPUs cannot be had, and
    `DockerException`.
    """
    image = image_of(chosen)
    options: dict[str, Any] = {"image": image}
    variables = {} if chosen.gpus else dict(gpus.NONE_VISIBLE)
    read: tuple[str, ...] = ()
    if chosen.asked:
        variables["PYTHONPATH"] = environment("", [ADDED])["PYTHONPATH"]
    if chosen.own_image:
        found = own.inspect(client, image)
        variables["PATH"], read = found.path, found.read
        options |= {"entrypoint": [], "healthcheck": {"test": ["NONE"]}}
        chosen = replace(chosen, packages=found.packages)
    if chosen.gpus:
        options["device_requests"] = requests_for(client, image, chosen.gpus)
    return chosen, Contents({**options, "environment": variables}, read, gpus.PATTERNS if chosen.gpus else ())

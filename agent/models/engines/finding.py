"""The engines that run on this machine: their usual ports on loopback are asked, all at once, and nothing else is."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit

from mlpilot.agent.models.address import is_loopback
from mlpilot.agent.models.engines.telling import Found, recognise

PORTS = {"Ollama": 11434, "llama.cpp": 8080, "vLLM and transformers": 8000, "LM Studio": 1234}
"""Where each listens unless told otherwise; who does listen is told by what it answers."""


def running(ports: Iterable[int] | None = None) -> list[Found]:
    """The engines that answer on those ports of 127.0.0.1, in their order, within about two seconds.

    By default the usual ports, and that of `OLLAMA_HOST` where that is this machine. On a port that is named here, any
    server that lists models counts.
    """
    asked = list(dict.fromkeys(_usual() if ports is None else ports))
    if not asked:
        return []
    with ThreadPoolExecutor(len(asked), thread_name_prefix="mlpilot-engines") as pool:
        return [found for found in pool.map(partial(recognise, named=ports is not None), asked) if found]


def _usual() -> list[int]:
    own = _port_of(os.environ.get("OLLAMA_HOST", ""))
    return [*([own] if own else []), *PORTS.values()]


def _port_of(host: str) -> int | None:
    """The port that `OLLAMA_HOST` names; None where it is empty, wrong or another machine.

    It is written as an address, with or without scheme, host and port. All interfaces of a machine have loopback too.
    """
    host = host.strip()
    if not host:
        return None
    address = host if "://" in host else f"http://{'localhost' if host.startswith(':') else ''}{host}"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or not (parts.hostname in ("0.0.0.0", "::") or is_loopback(address)):
        return None
    return port or (80 if "://" in host else PORTS["Ollama"])

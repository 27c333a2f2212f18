"""What is run for `local:PATH`: which program, with which options and which environment."""

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlpilot.agent.models.engines.asking import LOOPBACK
from mlpilot.agent.models.engines.fitting import LARGEST_CONTEXT, context_for, free_bytes, free_gpu_bytes, gpu_layers
from mlpilot.agent.models.engines.header import read_header
from mlpilot.agent.models.protocol import Secret
from mlpilot.sandbox.errors import UserError

PREFIX = "local:"
PROGRAM = "MLPILOT_LLAMA_SERVER"
"""The variable that names llama-server."""
_KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH")
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
}
_PART = re.compile(r"(.*)-\d{5}-of-(\d{5})\.gguf")
_LARGEST_CONFIG = 1 << 20


@dataclass(frozen=True)
class Plan:
    """How an engine is started."""

    engine: str
    """As a person would say: "llama.cpp"."""
    program: str
    """Its name in messages: "llama-server"."""
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    """All that it sees of ours; the key to it is in there, for a command line can be read by anyone."""
    port: int
    model: str
    """The name that it serves the model by."""
    title: str
    """The model's name for a person."""
    context: int | None
    key: Secret | None = None


def plan_for(spec: str, port: int, key: Secret) -> Plan:
    """How the weights that `local:PATH` names are served on a port. Raises `UserError`."""
    path = Path(spec.removeprefix(PREFIX)).expanduser().absolute()
    if not spec.removeprefix(PREFIX).strip() or not path.exists():
        raise UserError(f"{spec!r}: there is no such file or folder; write local:/path/model.gguf")
    if path.is_dir():
        return _for_folder(path, port, key)
    if path.suffix.lower() != ".gguf":
        raise UserError(f"{path.name} is neither a .gguf file nor a Hugging Face folder (one with a config.json)")
    return _for_gguf(path, port, key)


def llama_server() -> str:
    """The path of llama-server: the one that is named, on the PATH, or in our cache. Raises `UserError`."""
    named = os.environ.get(PROGRAM)
    if named and not shutil.which(named):
        raise UserError(f"{PROGRAM} names {named!r}, and no program is there")
    found = shutil.which(named or "llama-server") or shutil.which(str(cached_llama_server()))
    if not found:
        raise UserError(
            "llama-server is not installed: get llama.cpp (brew install llama.cpp, or its releases), build it with "
            f"scripts/llama_server.sh, or name it in {PROGRAM}"
        )
    return found


def cached_llama_server() -> Path:
    """Where scripts/llama_server.sh puts llama-server."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "mlpilot" / "llama-server" / "llama-server"


def _for_gguf(path: Path, port: int, key: Secret) -> Plan:
    header, program = read_header(path), llama_server()
    on_gpu = free_gpu_bytes()
    context = context_for(header.context, header.cache_bytes, on_gpu or free_bytes())
    options = {
        "--model": str(path),
        "--alias": path.stem,
        "--host": LOOPBACK,
        "--port": str(port),
        "--ctx-size": str(context),
        "--parallel": "1",
    }
    if on_gpu is not None:  # else llama-server knows best: it stays on the CPU, or has a GPU of another make
        layers = gpu_layers(_size(path), header.layers, on_gpu - context * header.cache_bytes)
        options["--n-gpu-layers"] = str(layers)
    environment = {
        # As variables: an older llama-server passes over those that it does not know.
        "LLAMA_ARG_JINJA": "1",
        "LLAMA_ARG_OFFLINE": "1",
        "LLAMA_ARG_CACHE_RAM": "512",
        "LLAMA_API_KEY": key.reveal(),
    }
    return Plan(
        engine="llama.cpp",
        program="llama-server",
        command=(program, *(word for option in options.items() for word in option)),
        environment=_environment(environment),
        port=port,
        model=path.stem,
        title=path.stem,
        context=context,
        key=key,
    )


def _size(path: Path) -> int:
    """Bytes of the weights, of all parts where a model comes in parts."""
    part = _PART.fullmatch(path.name)
    files = path.parent.glob(f"*-of-{part[2]}.gguf") if part else [path]
    return sum(file.stat().st_size for file in files if not part or file.name.startswith(f"{part[1]}-"))


def _for_folder(path: Path, port: int, key: Secret) -> Plan:
    """vLLM, else `transformers serve`, which knows no key: others on this machine can ask it too.

    vLLM could not be run where this was written: its options are those that version 0.30 documents.
    """
    context = _trained_context(path)
    address = ("--host", LOOPBACK, "--port", str(port))
    if program := _installed("vllm"):
        length = ("--max-model-len", str(context)) if context else ()
        command = (program, "serve", str(path), *address, "--served-model-name", path.name, *length)
        environment = _environment({"VLLM_API_KEY": key.reveal()})
        return Plan("vLLM", "vllm", command, environment, port, path.name, path.name, context, key)
    if program := _installed("transformers"):
        command = (program, "serve", str(path), *address)
        return Plan("transformers", "transformers", command, _environment({}), port, str(path), path.name, context)
    raise UserError(
        f"{path.name} is a Hugging Face folder, and nothing here serves one: pip install vllm, or "
        "pip install 'transformers[serving]' torch; or take a .gguf file of the model"
    )


def _trained_context(folder: Path) -> int | None:
    """Tokens of context by a folder's config.json, at most 16,384; None where it does not say."""
    try:
        with (folder / "config.json").open("rb") as file:
            config = json.loads(file.read(_LARGEST_CONFIG))
    except FileNotFoundError:
        raise UserError(f"{folder.name} has no config.json: it is no Hugging Face folder") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{folder.name}/config.json cannot be read: {type(error).__name__}") from error
    config = config if isinstance(config, dict) else {}
    inner = config.get("text_config")
    said = (inner if isinstance(inner, dict) else config).get("max_position_embeddings")
    return min(said, LARGEST_CONTEXT) if isinstance(said, int) and said >= 256 else None


def _installed(program: str) -> str | None:
    """A program on the PATH, or next to this Python."""
    return shutil.which(program) or shutil.which(str(Path(sys.executable).parent / program))


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """What an engine sees: where things are and which GPU it has; no key of ours, no proxy."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("CUDA_")}
    return {**kept, **_QUIET, **own}

"""What there is to think with: keys, engines, llama-server, a GPU; findings for `mlpilot doctor`."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from mlpilot.agent.models.engines import finding
from mlpilot.agent.models.engines.commands import llama_server
from mlpilot.agent.models.engines.fitting import free_gpu_bytes
from mlpilot.agent.models.engines.telling import Found
from mlpilot.agent.models.protocol import Endpoint
from mlpilot.agent.report.words import clip, plural
from mlpilot.endpoints import KEYS, Models, key_from, look
from mlpilot.findings import Finding
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import clean

_SHOWN = 4
"""Names of models that one line has."""


@dataclass(frozen=True)
class Thinkers:
    """What was found; nothing beyond this machine was asked."""

    model: Finding
    means: Sequence[Finding]
    first: Endpoint | None
    """What `--brain auto` asks first; None: the built-in brain decides alone."""


def examine_thinkers() -> Thinkers:
    """Look for them."""
    try:
        found = look()
    except UserError as error:
        remedy = "a run would end with that; mend it first"
        first, model = None, Finding("model", "warning", str(error), remedy, blocks=True)
    else:
        first, model = found.first, _model(found)
    return Thinkers(model, [_key(first), *_engines(), _llama_server(), *_gpu()], first)


def _key(first: Endpoint | None) -> Finding:
    found = [name for name in KEYS if os.environ.get(name, "").strip()]
    if found:
        where = ", for an address that is named" if found == ["MLPILOT_API_KEY"] else ""
        return Finding("key", "ok", f"{' and '.join(found)} {'is' if len(found) == 1 else 'are'} set{where}")
    if first is not None and first.key is not None:
        return Finding("key", "ok", f"{key_from(first)} has one for {first.engine}")
    remedy = "set OPENAI_API_KEY to ask a remote model, or `keyring set mlpilot HOST`"
    return Finding("key", "missing", f"neither {' nor '.join(KEYS)} is set", remedy)


def _engines() -> list[Finding]:
    found = finding.running()
    if found:
        return [Finding("engine", "ok", _told(engine)) for engine in found]
    asked = ", ".join(f"{port} ({name})" for name, port in finding.PORTS.items())
    remedy = "start Ollama, llama-server, vLLM or LM Studio; or name weights with --model local:/path/model.gguf"
    return [Finding("engine", "missing", f"none answers on this machine; asked ports {asked}", remedy)]


def _told(engine: Found) -> str:
    names = [clip(clean(name), 60) for name in engine.models]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    context = f", context {engine.context:,} tokens" if engine.context else ""
    return f"{engine.engine} at {engine.base_url}: {', '.join(names[:_SHOWN])}{more}{context}"


def _llama_server() -> Finding:
    try:
        return Finding("llama-server", "ok", f"{llama_server()}, for --model local:/path/model.gguf")
    except UserError as error:
        what, _, remedy = str(error).partition(": ")
        return Finding("llama-server", "missing", what, remedy)


def _gpu() -> list[Finding]:
    """Of NVIDIA's, where their tool is there; others are llama-server's own affair."""
    if shutil.which("nvidia-smi") is None:
        return []
    free = free_gpu_bytes() or 0
    if not free:
        return [Finding("gpu", "warning", "nvidia-smi is there, and shows no free memory that may be used")]
    return [Finding("gpu", "ok", f"{free / 2**30:.1f} GiB free")]


def _model(found: Models) -> Finding:
    asked = found.endpoints[: found.asked]
    if not asked:
        return Finding("model", "ok", "none is asked; the built-in brain needs none")
    return Finding("model", "ok", f"{_names(asked)}; {found.why}", "`mlpilot models --probe` sees whether it answers")


def _names(asked: Sequence[Endpoint]) -> str:
    first, *others = [clip(clean(one.name), 100) for one in asked]
    return f"{first}, then {plural(len(others), 'other')}" if others[1:] else ", then ".join([first, *others])

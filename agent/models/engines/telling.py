"""Which engine answers on a port of this machine, and which of its models can chat here.

Told by what each engine documents or answers. A server that cannot be told may pass prompts on to another machine: it
is left out, unless a person named its address.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlpilot.agent.models.engines.asking import LOOPBACK, Answer, get

MOST_MODELS, LONGEST_NAME = 200, 200
_NO_CHAT = ("embed", "rerank")
"""Parts of the names of models that do not chat."""

Entry = Mapping[str, object]


@dataclass(frozen=True)
class Found:
    """An engine that runs on this machine, and has a model."""

    engine: str
    """As a person would say: "Ollama", "llama.cpp"."""
    base_url: str
    models: tuple[str, ...]
    """Those that can chat, at least one; one that is loaded comes first."""
    context: int | None = None
    """Tokens of prompt and reply together that the first of them has; None: the engine does not say.

    An engine that does not say may have less than the model was trained for, and cut a longer prompt without a word
    (Ollama does, before the model is loaded).
    """


UNKNOWN = "a server"
"""The engine of a server that cannot be told."""


def recognise(port: int, *, named: bool = False) -> Found | None:
    """The engine on a port of 127.0.0.1; None: none, or none that is known where nobody named the port."""
    answer = get(port, "/v1/models")
    entries = _entries(answer, "data")
    if answer is None or not entries or _mapping(answer.value).get("object") != "list":
        return None
    for engine, told in _ENGINES.items():
        if (of_engine := told(port, answer, entries)) is not None:
            return _found(engine, port, of_engine)
    return _found(UNKNOWN, port, _Told(_names(entries, "id"))) if named else None


def _found(engine: str, port: int, told: "_Told") -> Found | None:
    """With the models that chat; None where there is none."""
    chatting = [name for name in dict.fromkeys(told.models) if not any(part in name.lower() for part in _NO_CHAT)]
    context = told.context if chatting[:1] == list(told.models[:1]) else None
    return Found(engine, f"http://{LOOPBACK}:{port}/v1", tuple(chatting[:MOST_MODELS]), context) if chatting else None


@dataclass(frozen=True)
class _Told:
    """Names of models, and the context of the first."""

    models: Sequence[str]
    context: int | None = None


def _llama_cpp(port: int, _answer: Answer, entries: Sequence[Entry]) -> _Told | None:
    if any(entry.get("owned_by") != "llamacpp" for entry in entries):
        return None
    props = get(port, "/props")
    settings = _mapping(_mapping(props.value if props else None).get("default_generation_settings"))
    meta = _mapping(entries[0].get("meta"))
    # Without what it runs with, what the model was trained for is the best that is known.
    context = _size(settings.get("n_ctx")) or _size(meta.get("n_ctx")) or _size(meta.get("n_ctx_train"))
    return _Told(_names(entries, "id"), context)


def _vllm(_port: int, _answer: Answer, entries: Sequence[Entry]) -> _Told | None:
    if any(entry.get("owned_by") != "vllm" for entry in entries):
        return None
    return _Told(_names(entries, "id"), _size(entries[0].get("max_model_len")))


def _transformers(_port: int, answer: Answer, entries: Sequence[Entry]) -> _Told | None:
    """It gives every request an id, and names as the owner the organisation of the model's name, or `local`."""
    if "x-request-id" not in answer.headers:
        return None
    for entry in entries:
        name, owner = str(entry["id"]), entry.get("owned_by")
        if owner not in ("local", name.split("/")[0] if "/" in name else "", name.split("/")):
            return None
    # It lists all that was ever downloaded; where it says which are loaded, those come first.
    loaded = [entry for entry in entries if _mapping(entry.get("status")).get("value") == "loaded"]
    return _Told(_names([*loaded, *entries], "id"))


def _ollama(port: int, _answer: Answer, entries: Sequence[Entry]) -> _Told | None:
    version = get(port, "/api/version")
    if not version or not isinstance(_mapping(version.value).get("version"), str):
        return None
    # The tags alone say which models are another machine's: their prompts would go there.
    here = {name for entry in _entries(get(port, "/api/tags"), "models", "name") for name in _chatting_here(entry)}
    loaded = [entry for entry in _entries(get(port, "/api/ps"), "models", "name") if entry.get("name") in here]
    listed = [name for name in _names(entries, "id") if name in here]
    models = [*(name for name in _names(loaded, "name") if name in listed), *listed]
    context = next((_size(entry.get("context_length")) for entry in loaded if entry.get("name") in models[:1]), None)
    return _Told(models, context)


def _chatting_here(entry: Entry) -> list[str]:
    """The name of a model of Ollama's, unless another machine runs it or it makes embeddings."""
    name = str(entry.get("name"))
    remote = entry.get("remote_host") or entry.get("remote_model") or name.rpartition(":")[2].endswith("cloud")
    return [] if remote or "bert" in str(_mapping(entry.get("details")).get("family")) else [name]


def _lm_studio(port: int, _answer: Answer, _entries_of_openai: Sequence[Entry]) -> _Told | None:
    own = [entry for entry in _entries(get(port, "/api/v0/models"), "data") if "state" in entry and "type" in entry]
    if not own:
        return None
    chatting = [entry for entry in own if entry["type"] in ("llm", "vlm")]
    chatting.sort(key=lambda entry: entry["state"] != "loaded")
    return _Told(_names(chatting, "id"), _size(chatting[0].get("loaded_context_length")) if chatting else None)


_ENGINES: Mapping[str, Callable[[int, Answer, Sequence[Entry]], _Told | None]] = {
    "llama.cpp": _llama_cpp,
    "vLLM": _vllm,
    "transformers": _transformers,
    "Ollama": _ollama,
    "LM Studio": _lm_studio,
}
"""Those that need no further question come first."""


def _entries(answer: Answer | None, field: str, name: str = "id") -> list[Entry]:
    """The entries of a list of models that have a name we can send; empty where the answer is no such list."""
    listed = _mapping(answer.value).get(field) if answer and answer.status == 200 else None
    if not isinstance(listed, list):
        return []
    return [item for item in listed if isinstance(item, dict) and _is_name(item.get(name))]


def _names(entries: Iterable[Entry], field: str) -> list[str]:
    return [str(entry[field]) for entry in entries if _is_name(entry.get(field))]


def _is_name(value: object) -> bool:
    """Whether it can be shown as it is, on one line; an altered name would be served by nobody."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable() and value == value.strip()


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _size(value: object) -> int | None:
    """A context that can be: a whole number of tokens."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 256 <= value < 1 << 31 else None

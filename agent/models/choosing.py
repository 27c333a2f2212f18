"""Which endpoints a Run may ask, the best first: remote, then on this machine.

A key comes from the environment or a keyring, and goes to one address only: MLPILOT_API_KEY to the one that was named,
OPENAI_API_KEY to OpenAI's or to a remote one that was named: by --base-url, `mlpilot models --use` or OPENAI_BASE_URL.
Nothing that merely listens on this machine gets either.
"""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlpilot.agent.atomic import write_atomically
from mlpilot.agent.home import home, make_home
from mlpilot.agent.models.address import host_of, is_loopback, normal_base_url
from mlpilot.agent.models.engines.finding import running
from mlpilot.agent.models.engines.telling import Found
from mlpilot.agent.models.exchange import is_openai
from mlpilot.agent.models.prices import price_of
from mlpilot.agent.models.protocol import Endpoint, Secret
from mlpilot.agent.options import RunOptions
from mlpilot.sandbox.errors import NoModelError, UserError

OPENAI = "https://api.openai.com/v1"
BEST = "gpt-5.2"
"""Of OpenAI's models, where none was named."""
ON_DISK = "local:"
"""How weights on disk are named: `--model local:/path/model.gguf`."""
ADDRESS = "OPENAI_BASE_URL"
CHOICE = "model.json"
"""The file in the state folder that says which model `mlpilot models` switched to."""
CONTEXTS = {"gpt-4o": 128_000, "gpt-4.1": 1_000_000, "gpt-5": 400_000, "o3": 200_000, "o4": 200_000, "claude": 200_000}


@dataclass(frozen=True)
class Choice:
    """What a person prefers where nothing is said."""

    model: str
    base_url: str | None = None


def endpoints(options: RunOptions) -> list[Endpoint]:
    """Those that may be asked, the best first; empty where the built-in brain decides alone.

    Raises `UserError` for what contradicts itself, and `NoModelError` for `--brain llm` where there is none.
    """
    base_url = checked_address(options.base_url) if options.base_url else None  # whoever decides: it is journaled
    if options.brain == "builtin":
        return []
    if base_url is not None and only_local(options) and not is_loopback(base_url):
        asked = "--offline" if options.offline else "--privacy local"
        raise UserError(f"{asked} allows no endpoint beyond this machine, and {base_url} is one")
    chosen = options if options.model or options.base_url else _with_choice(options)
    found = _found(chosen)
    if not found and chosen is not options:  # what is preferred is not there any more
        found = _found(options)
    if not found and options.brain == "llm":
        raise NoModelError(_nothing(options))
    return found


def endpoints_again(options: RunOptions) -> list[Endpoint]:
    """Those that may be asked when a Run goes on.

    A key, an engine or weights that are gone by then are an outage like any other: the built-in brain takes over.
    """
    model = options.model or ""
    if model.startswith(ON_DISK) and not _weights(model).exists():
        return []
    try:
        return endpoints(options)
    except NoModelError:
        return []


def only_local(options: RunOptions) -> bool:
    """Whether nothing beyond this machine may be asked."""
    return options.offline or options.privacy == "local"


def _found(options: RunOptions) -> list[Endpoint]:
    """What was named, by an address, by weights on disk or by a key; then an engine that it falls back to."""
    model, address = options.model, _address(options)
    if model is not None and model.startswith(ON_DISK):
        return [on_disk(model)]
    here = [one for engine in running() for one in of_engine(engine)]
    wanted = [one for one in here if one.model == model]
    if address is not None and is_loopback(address):
        named = _on_loopback(address, options)
        others = [one for one in [*wanted, *here] if _port(one.base_url) != _port(address)]
        return [*named, *others[:1]] if named or model is None else named
    alone = (here if model is None else wanted)[:1]
    if only_local(options):
        return alone
    if address is not None:
        return [_remote(address, model, _key_for(address)), *(wanted or here)[:1]]
    key = _key_of_openai()
    if key is None or (wanted and price_of(wanted[0].model) is None):  # what runs here, and is none of OpenAI's
        return alone
    return [_remote(OPENAI, model, key), *(wanted or here)[:1]]


def _address(options: RunOptions) -> str | None:
    """The address that was named; one in the environment counts only where it may be asked."""
    if options.base_url:
        return checked_address(options.base_url)
    given = os.environ.get(ADDRESS, "").strip()
    if not given:
        return None
    address = checked_address(given, ADDRESS)
    return None if only_local(options) and not is_loopback(address) else address


def on_disk(model: str) -> Endpoint:
    """Weights on disk: an engine is started when it is first asked."""
    path = _weights(model)
    if not path.exists():
        raise UserError(f"--model {model}: there is no such file or folder")
    return Endpoint(path.name, f"{ON_DISK}{path.absolute()}", "an engine of our own", local=True)


def _weights(model: str) -> Path:
    return Path(model.removeprefix(ON_DISK)).expanduser()


def of_engine(found: Found) -> list[Endpoint]:
    """One endpoint for each model of an engine that runs; the context that is known is that of the first."""
    return [
        Endpoint(model, found.base_url, found.engine, local=True, context=None if place else found.context)
        for place, model in enumerate(found.models)
    ]


def checked_address(address: str, named_by: str = "--base-url") -> str:
    """A base URL as it is used. Raises `UserError` where it is none, or holds a secret: it would be written down."""
    base_url = normal_base_url(address)
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and bool(host_of(base_url)) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UserError(f"{named_by} is no address: write it like https://api.example.com/v1")
    if "@" in parts.netloc:
        raise UserError(f"{named_by} holds a name or a password; put the key into MLPILOT_API_KEY instead")
    if parts.query:
        raise UserError(f"{named_by} holds more than an address, after the ?; put a key into MLPILOT_API_KEY instead")
    return base_url


def _remote(base_url: str, model: str | None, key: Secret | None) -> Endpoint:
    if model is None and is_openai(base_url):
        model = BEST
    if model is None:
        raise UserError(f"which model of {host_of(base_url)}? Name it with --model, or use --brain builtin")
    context = next((size for start, size in CONTEXTS.items() if model.rsplit("/", 1)[-1].startswith(start)), None)
    return Endpoint(model, base_url, host_of(base_url), local=False, key=key, context=context, price=price_of(model))


def _on_loopback(base_url: str, options: RunOptions) -> list[Endpoint]:
    """The endpoint at an address of this machine that was named; none where only the environment names it, in vain."""
    model, found = options.model, next(iter(running([_port(base_url)])), None)
    if model is None:
        if found is None and not options.base_url:
            return []
        if found is None:
            raise NoModelError(f"no endpoint answers at {base_url}: start it, or name its model with --model")
        if len(found.models) > 1 and options.base_url:
            raise UserError(f"{base_url} has several models, name one with --model: {', '.join(found.models[:8])}")
        model = found.models[0]
    engine = found.engine if found else host_of(base_url)
    context = found.context if found and model == found.models[0] else None
    return [Endpoint(model, base_url, engine, local=True, key=_key_in("MLPILOT_API_KEY"), context=context)]


def _port(base_url: str) -> int:
    parts = urlsplit(base_url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _key_for(base_url: str) -> Secret | None:
    """The key for a remote address that was named: of the environment, or of the keyring under the name of its host."""
    return _key_in("MLPILOT_API_KEY") or _key_in("OPENAI_API_KEY") or _from_keyring(host_of(base_url))


def _key_of_openai() -> Secret | None:
    """The key for OpenAI where no address was named: MLPILOT_API_KEY may be another's."""
    return _key_in("OPENAI_API_KEY") or _from_keyring(host_of(OPENAI))


def _key_in(variable: str) -> Secret | None:
    value = os.environ.get(variable, "").strip()
    return Secret(value) if value else None


def _from_keyring(host: str) -> Secret | None:
    """`keyring set mlpilot HOST` puts it there; the package is an extra, and a keyring may be locked or absent."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        value = keyring.get_password("mlpilot", host)
    except (KeyringError, RuntimeError):
        return None
    return Secret(value) if value else None


def _nothing(options: RunOptions) -> str:
    """Why there is no endpoint, and what to do."""
    model = f" with {options.model}" if options.model else ""
    if only_local(options):
        return f"no engine{model} runs on this machine: start one, or name weights with --model local:/path/model.gguf"
    return (
        f"no endpoint{model} is configured: set OPENAI_API_KEY, name one with --base-url and --model, start a local "
        "engine, or use --brain builtin, which needs no model"
    )


# What a person prefers


def _with_choice(options: RunOptions) -> RunOptions:
    choice = preferred()
    return options if choice is None else replace(options, model=choice.model, base_url=choice.base_url)


def preferred() -> Choice | None:
    """What `mlpilot models --use` switched to, in this state folder.

    Raises `UserError` for a damaged file: with the model that it named, another one would be told what that one may be.
    """
    path = home() / CHOICE
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        model, base_url = found["model"], found.get("base_url")
        if not isinstance(model, str) or not model or not isinstance(base_url, str | None):
            raise ValueError
        return Choice(model, checked_address(base_url) if base_url is not None else None)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UserError):
        raise UserError(
            f"{path} is damaged, and no longer says which model was chosen; choose again: "
            "`mlpilot models --use MODEL`, or `--use auto` for what is found"
        ) from None


def prefer(choice: Choice | None) -> None:
    """Switch to a model, or back to what is found."""
    path = home() / CHOICE
    if choice is None:
        path.unlink(missing_ok=True)
        return
    make_home()
    write_atomically(path, json.dumps({"model": choice.model, "base_url": choice.base_url}).encode())

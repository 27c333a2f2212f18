"""What a Model is: a chat endpoint that takes messages and gives text, or a `ModelError` that says why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Trouble = Literal[
    "key",
    "no model",
    "quota",
    "rate",
    "refused",
    "too long",
    "server",
    "connection",
    "timeout",
    "redirect",
    "not a reply",
]
"""Why an endpoint gave no reply: no (valid) key; it has no such model; credit is used up; too many requests; it refuses
the request as it is; the prompt does not fit; it has an error of its own; it is not reached; it took too long; it
points to another address; what it sent is no chat completion."""

LASTING: frozenset[Trouble] = frozenset({"key", "no model", "quota", "redirect"})
"""What waiting a moment does not mend."""


@dataclass(frozen=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Usage:
    """What one call used, as the endpoint says where it says so, else as estimated."""

    prompt_tokens: int
    completion_tokens: int
    """Those of visible and invisible thinking are among them."""
    cost_usd: float = 0.0
    estimated: bool = False


@dataclass(frozen=True)
class Reply:
    """What an endpoint answered."""

    text: str
    usage: Usage
    finish: Literal["stop", "length", "filter"] = "stop"
    """Why it ended; `length`: the reply was cut at the tokens that it was allowed."""
    seconds: float = 0.0
    first_seconds: float = 0.0
    """Until the first piece of text."""
    thinking: int = 0
    """Characters of visible thinking that were left out of `text`."""


class ModelError(Exception):
    """No reply, and why; `message` is one line for a person, and holds neither the key nor the prompt."""

    def __init__(self, kind: Trouble, message: str, retry_after: float | None = None, *, billed: bool = False) -> None:
        super().__init__(message)
        self.kind, self.retry_after = kind, retry_after
        self.billed = billed
        """The request was received and may have been worked on: it may be charged for."""


class Unreadable(Exception):
    """A reply cannot be used as it is; the message says exactly what is wrong, to the model that wrote it."""


class Secret:
    """A key: it shows itself to nobody by accident, not in a repr, a log, a traceback, JSON or a pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the one header that carries it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written anywhere")


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens."""

    prompt: float
    completion: float

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """What a call costs, in US dollars."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


@dataclass(frozen=True)
class Endpoint:
    """One model at one address."""

    model: str
    """Its name there."""
    base_url: str
    """Up to and with `/v1`."""
    engine: str
    """Who serves it, as a person would say: "api.openai.com", "Ollama", "llama.cpp"."""
    local: bool
    """On this machine: reached over loopback, and free."""
    key: Secret | None = field(default=None, compare=False)
    context: int | None = None
    """Tokens of prompt and reply together, where that is known."""
    price: Price | None = None
    """None: unknown."""

    @property
    def name(self) -> str:
        """What a person reads: "gpt-5 at api.openai.com"."""
        return f"{self.model} at {self.engine}" if not self.local else f"{self.model} ({self.engine}, on this machine)"


class Client(Protocol):
    """Asks one endpoint."""

    endpoint: Endpoint

    def ask(
        self,
        messages: Sequence[Message],
        *,
        reply_tokens: int,
        seconds: float,
        on_text: Callable[[str], None] | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> Reply:
        """The reply, within `seconds` of wall time, or a `ModelError` (and no other exception).

        `schema` (JSON Schema) is what the reply should look like, for endpoints that hold a model to one; the reply
        need not keep to it.
        """

    def close(self) -> None:
        """Let go of its connections."""


def tokens(text: str) -> int:
    """About how many tokens a text has, rather too many than too few: three bytes of UTF-8 each."""
    return len(text.encode(errors="replace")) // 3 + 1

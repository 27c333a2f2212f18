"""One tiny request to a model, to see whether it answers, and how it wants to be asked."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from mlpilot.agent.home import home, make_home
from mlpilot.agent.models.choosing import ON_DISK
from mlpilot.agent.models.protocol import Endpoint, Message, ModelError, Reply
from mlpilot.agent.report.words import clip, dollars, plural
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import clean

if TYPE_CHECKING:
    from mlpilot.agent.models.capabilities import Capabilities

ASKED = "Reply with the word ok."
_REPLY_TOKENS = 512
"""Room for a model that thinks before it writes two letters."""
_SECONDS = 60.0


@dataclass(frozen=True)
class Probe:
    """What came back."""

    reply: Reply | None
    able: "Capabilities | None" = None
    """How it was asked in the end, where it replied."""
    trouble: str = ""
    """Of `protocol.Trouble`, where there was no reply."""
    message: str = ""

    @property
    def works(self) -> bool:
        """Whether it wrote anything."""
        return self.reply is not None and bool(self.reply.text.strip())

    @property
    def as_asked(self) -> bool:
        """Whether it wrote the word that it was asked for."""
        return self.reply is not None and re.search(r"\bok\b", self.reply.text, re.IGNORECASE) is not None

    def lines(self) -> list[str]:
        """For a person, clean."""
        if self.reply is None:
            return [f"no reply: {clean(self.message)}"]
        return [_said(self.reply, self.works, self.as_asked), *([_how(self.able)] if self.able else [])]

    def to_json(self) -> dict[str, object]:
        """The facts as JSON has them."""
        reply = self.reply
        return {
            "works": self.works,
            "as_asked": self.as_asked,
            "trouble": self.trouble or None,
            "message": self.message,
            "reply": None if reply is None else clip(reply.text, 200),
            "seconds": None if reply is None else round(reply.seconds, 3),
            "first_seconds": None if reply is None else round(reply.first_seconds, 3),
            "usage": None if reply is None else asdict(reply.usage),
            "capabilities": None if self.able is None else asdict(self.able),
        }


def probe(endpoint: Endpoint, tell: Callable[[str], None]) -> Probe:
    """Ask it once; what is learnt is remembered for runs. `tell` hears of an engine that is being started."""
    from mlpilot.agent.models.capabilities import Memory
    from mlpilot.agent.models.chat import ChatClient

    make_home()
    memory = home() / "endpoints.json"
    try:
        with _served(endpoint, tell) as served:
            client = ChatClient(served, memory)
            try:
                reply = client.ask([Message("user", ASKED)], reply_tokens=_REPLY_TOKENS, seconds=_SECONDS)
            finally:
                client.close()
            return Probe(reply, Memory(memory).of(served))
    except ModelError as error:
        return Probe(None, trouble=error.kind, message=str(error))
    except UserError as error:  # weights that cannot be served: as good as no model
        return Probe(None, trouble="no model", message=str(error))


@contextmanager
def _served(endpoint: Endpoint, tell: Callable[[str], None]) -> Iterator[Endpoint]:
    """Where it is asked; an engine is started for weights on disk, and ended afterwards."""
    if not endpoint.base_url.startswith(ON_DISK):
        yield endpoint
        return
    from mlpilot.agent.models.engines.starting import start

    engine = start(endpoint.base_url, log=home() / "engine.log", tell=tell)
    try:
        yield engine.endpoint
    finally:
        engine.close()


def _said(reply: Reply, works: bool, as_asked: bool) -> str:
    used = reply.usage
    about = "about " if used.estimated else ""
    tokens = f"{about}{plural(used.prompt_tokens, 'token')} of prompt and {used.completion_tokens:,} of reply"
    cost = f", {dollars(used.cost_usd)}" if used.cost_usd else ""
    how = "works: it said" if as_asked else "it answers, though not with the word that was asked for:"
    what = f"{how} “{clip(clean(reply.text), 60)}”" if works else "it replied with nothing"
    if not works and reply.finish == "length":
        what += f": all {_REPLY_TOKENS} tokens went into thinking"
    return f"{what} after {reply.seconds:.1f} s · {tokens}{cost}"


def _how(able: "Capabilities") -> str:
    """`asked with: a stream, token counts in it, max_tokens, a system role; without: a temperature`."""
    limit = able.limit or "a limit of length"
    limit += f" of at most {able.most_tokens:,}" if able.most_tokens else ""
    parts = {
        "a stream": able.stream,
        "token counts in it": able.stream and able.stream_usage,
        limit: bool(able.limit),
        "a temperature": able.temperature,
        "a system role": able.system,
    }
    without = [name for name, there in parts.items() if not there]
    return f"asked with {', '.join(name for name, there in parts.items() if there) or 'the bare messages'}" + (
        f"; without {', '.join(without)}" if without else ""
    )

"""The client of one chat endpoint: it asks, waits no longer than told, and gives a `Reply` or says why there is none.

    compose → exchange → read → count
       ↑          ├ it names a parameter that it does not take: leave that out, and ask again at once
       └──────────┴ busy, down, not reached: wait as told, or a moment, and ask again, twice at most

What may have been charged for is not asked again here: the caller counts, and decides.
"""

import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlpilot.agent.models.capabilities import Capabilities, Memory, adapted, compose
from mlpilot.agent.models.counting import count
from mlpilot.agent.models.exchange import Broken, Exchange, Silent
from mlpilot.agent.models.protocol import Endpoint, Message, ModelError, Reply
from mlpilot.agent.models.quoting import Quoting
from mlpilot.agent.models.thinking import Preview
from mlpilot.agent.models.trouble import Diagnosing, Failure
from mlpilot.agent.models.wire import Complaint, Cut, Malformed, Reading, reading

MORE_TRIES = 2
_PASSING = frozenset({"rate", "server", "connection"})
"""What may be over in a moment."""
_MOMENT = 0.05


@dataclass(frozen=True)
class Patience:
    """Seconds to wait."""

    connect: float = 5.0
    silence: float = 30.0
    """Between two pieces of a reply; the first one may take all the time there is."""
    tail: float = 3.0
    """For the usage, once the reply is whole."""
    moment: float = 0.5
    """Before the second try; twice that before the third."""


REMOTE, LOCAL = Patience(), Patience(silence=120.0)


class ChatClient:
    """Asks one endpoint, from any thread; what it learns of the endpoint is kept in the file `memory`."""

    def __init__(self, endpoint: Endpoint, memory: Path | None = None, *, patience: Patience | None = None) -> None:
        self.endpoint = endpoint
        self._memory = Memory(memory)
        self._patience = patience or (LOCAL if endpoint.local else REMOTE)
        self._closed = threading.Event()
        self._under_way: set[Exchange] = set()

    def ask(
        self,
        messages: Sequence[Message],
        *,
        reply_tokens: int,
        seconds: float,
        on_text: Callable[[str], None] | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> Reply:
        """The reply, within `seconds` of wall time, or a `ModelError`; else only what `on_text` itself raises.

        `on_text` is called in this thread, with pieces of the text as they come: a preview, which may hold thinking
        that only later shows itself as such.
        """
        call = _Call(self.endpoint, messages, reply_tokens, seconds, on_text, schema)
        try:
            return self._ask(call)
        except Failure as failure:
            error = ModelError(failure.kind, str(failure), failure.retry_after, billed=failure.billed)
        # Out here, it carries no context: that would hold the request.
        raise error

    def close(self) -> None:
        """Let go of its connections; a call under way ends with a `ModelError`."""
        self._closed.set()
        for exchange in list(self._under_way):
            exchange.leave()

    def _ask(self, call: "_Call") -> Reply:
        """Ask as often as is of use. Raises `Failure`."""
        able, tries = self._memory.of(self.endpoint), 0
        tried = {able}
        while True:
            try:
                reply = self._ask_once(call, able)
            except Failure as failure:
                other = adapted(able, failure.blamed, tried, call.reply_tokens) if failure.blamed else None
                if other is None and failure.kind == "server" and call.schema and able.schema:
                    other = replace(able, schema=False)  # some fall over it
                if other is None:
                    tries += 1
                    wait = self._wait(failure, tries)
                    if wait is None or wait >= call.left():
                        raise
                    self._closed.wait(wait)
                else:
                    able = other
                    tried.add(able)
            else:
                self._memory.learn(self.endpoint, able)
                return reply

    def _wait(self, failure: Failure, tries: int) -> float | None:
        """Seconds before another try; None: it is not worth one."""
        if tries > MORE_TRIES or failure.billed or failure.kind not in _PASSING or self._closed.is_set():
            return None
        if failure.retry_after is not None:
            return failure.retry_after
        return self._patience.moment * float(2 ** (tries - 1)) * random.uniform(0.75, 1.25)

    def _ask_once(self, call: "_Call", able: Capabilities) -> Reply:
        """One request. Raises `Failure`."""
        if call.left() <= 0:
            raise call.diagnosing.late(call.seconds, billed=False)
        key = self.endpoint.key
        if key is not None and not re.fullmatch(r"[!-~]+", key.reveal()):
            raise Failure("key", f"the key for {call.diagnosing.who} is empty, or has characters that no key has")
        body = compose(self.endpoint, call.messages, call.reply_tokens, able, call.schema)
        exchange = Exchange(self.endpoint, body, connect=self._patience.connect, seconds=call.left())
        self._under_way.add(exchange)
        try:
            if self._closed.is_set():
                raise Failure("connection", f"the connection to {call.diagnosing.who} was closed")
            with exchange:
                return call.listen(exchange, self._patience)
        finally:
            self._under_way.discard(exchange)


class _Call:
    """One question, over all tries."""

    def __init__(
        self,
        endpoint: Endpoint,
        messages: Sequence[Message],
        reply_tokens: int,
        seconds: float,
        on_text: Callable[[str], None] | None,
        schema: Mapping[str, Any] | None,
    ) -> None:
        self.endpoint, self.messages, self.reply_tokens, self.seconds = endpoint, messages, reply_tokens, seconds
        self.schema = schema
        self._on_text = on_text
        self._started = time.monotonic()
        self._first: float | None = None
        self._received = False
        key = endpoint.key.reveal() if endpoint.key else None
        self.diagnosing = Diagnosing(endpoint, Quoting(key, [message.content for message in messages]))

    def left(self) -> float:
        """Seconds until the time for the whole call is up."""
        return self.seconds - (time.monotonic() - self._started)

    def listen(self, exchange: Exchange, patience: Patience) -> Reply:
        """Take in the reply to one request. Raises `Failure`."""
        body: Reading | None = None
        self._received = False
        try:
            body = reading(exchange.head(self.left()))
            self._take_in(exchange, body, patience)
            return self._reply(body)
        except Silent:
            if self.left() > _MOMENT:
                raise self.diagnosing.silence(patience.silence) from None
            raise self.diagnosing.late(self.seconds, billed=exchange.sent) from None
        except Broken as broken:
            raise self.diagnosing.exception(broken.error, began=body is not None) from None
        except Malformed as malformed:
            raise self.diagnosing.no_reply(str(malformed), billed=self._received) from None
        except Complaint as complaint:
            failure = self.diagnosing.complaint(complaint.error)
            failure.billed = body is not None and body.answer.chosen
            raise failure from None
        except Cut:
            raise self.diagnosing.cut() from None

    def _take_in(self, exchange: Exchange, body: Reading, patience: Patience) -> None:
        """Read pieces until the reply is whole."""
        preview, wait = Preview(), self.left()
        while not body.done:
            whole = body.answer.finish is not None
            try:
                if self.left() <= 0:
                    raise Silent
                piece = exchange.piece(min(patience.tail if whole else wait, self.left()))
            except (Silent, Broken):
                if not whole:
                    raise
                break  # all but its usage is there
            if piece is None:
                break
            self._received = True
            self._show(preview.feed(body.feed(piece)))
            wait = patience.silence
        body.close()
        if self._first is None:  # a document, or a text too short for the preview to be sure of
            self._show(body.answer.parts()[0])

    def _show(self, text: str) -> None:
        if not text:
            return
        if self._first is None:
            self._first = time.monotonic() - self._started
        if self._on_text is not None:
            self._on_text(text.encode(errors="replace").decode())

    def _reply(self, body: Reading) -> Reply:
        """All of it, counted."""
        text, thought = body.answer.parts()
        if self.endpoint.key is not None:  # a server that repeats what it was sent would have it written down
            text = text.replace(self.endpoint.key.reveal(), "…")
        usage = count(self.endpoint, self.messages, self.reply_tokens, body.answer.usage, text + thought)
        seconds = time.monotonic() - self._started
        first = seconds if self._first is None else self._first
        return Reply(text, usage, body.answer.reason(), seconds, first, len(thought))

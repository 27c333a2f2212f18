"""Asks the best endpoint that answers, reads what comes back, and falls back to the next one.

    for each endpoint, the best first:  ask → read ─┬→ done
                                         ↑          └→ unreadable: say what is wrong, twice at most
                                         └ no reply: leave it alone for a while, and go on to the next

Every call is journaled before it is sent, every reply before it is read, every switch when it is announced.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeVar

from mlpilot.agent.calls import Calls, Past
from mlpilot.agent.events import Answered, Asking, Listener, Switched
from mlpilot.agent.models.allowance import LEAST_REPLY, Allowance, charged, most_tokens, most_usage
from mlpilot.agent.models.breaker import Breaker
from mlpilot.agent.models.protocol import (
    LASTING,
    Client,
    Endpoint,
    Message,
    ModelError,
    Unreadable,
    Usage,
    tokens,
)

T = TypeVar("T")
Privacy = Literal["full", "schema"]

ROUNDS = 3
"""A reply, and two more after the model was told what was wrong with it."""
BUILT_IN = "the built-in brain"
LOCAL_CONTEXT, REMOTE_CONTEXT = 8192, 32_768
"""Tokens, where an endpoint does not say."""
MOST_PROMPT = 16_000
"""Tokens: more is not told, also where more would fit."""
LEAST_PROMPT, MARGIN = 1000, 256
AGAIN, KEPT = 1000, 2400
"""Tokens that are kept for telling what was wrong, and bytes of the unusable reply that are shown again with it."""
LEAST_SECONDS, MOST_SECONDS, MOST_LOCAL_SECONDS = 4.0, 180.0, 300.0
SHARE = 0.4
"""Of the time that is left, what one call may take."""


class NoAnswer(Exception):
    """No endpoint gave a usable reply; says why, for a person."""


@dataclass(frozen=True)
class Terms:
    """What a prompt must keep to, for the endpoint that it is written for."""

    privacy: Privacy
    tokens: int
    """Of the whole prompt, as `protocol.tokens` counts them."""


@dataclass(frozen=True)
class Prompt:
    """Messages, and the names and versions of the files that they were made from."""

    messages: Sequence[Message]
    version: str


@dataclass
class Line:
    """An endpoint with its client and its breaker."""

    client: Client
    privacy: Privacy
    breaker: Breaker = field(default_factory=Breaker)
    trouble: str = ""
    """Why it gave no answer when it was last asked."""
    excess: int = 0
    """Tokens by which a call used more than was thought possible: it counts otherwise, or keeps to no limit."""

    @property
    def endpoint(self) -> Endpoint:
        """Who is at the other end."""
        return self.client.endpoint


@dataclass(frozen=True)
class Question(Generic[T]):
    """What is asked, and what is made of a reply."""

    place: str
    """What for ("write 5"): a reply that was journaled for it is read again, and not asked for again."""
    compose: Callable[[Terms], Prompt]
    """The prompt, for an endpoint's terms. Raises `NoAnswer` where they allow none."""
    read: Callable[[str, str], T]
    """What is made of the text of a reply and of why it ended; raises `Unreadable` with what is wrong."""
    again: Callable[[str], str]
    """From what was wrong to what the model is told."""
    reply_tokens: int
    schema: Mapping[str, Any] | None = None
    """What a reply should look like, for endpoints that hold a model to a JSON Schema."""


class Switchboard:
    """The endpoints of one Run, the best first."""

    def __init__(
        self,
        lines: Sequence[Line],
        calls: Calls,
        allowance: Allowance,
        tell: Listener,
        seconds_left: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._lines, self._calls, self._allowance = list(lines), calls, allowance
        self._tell, self._seconds_left = tell, seconds_left
        # What one endpoint is told can stand in the code that it writes, and that code is shown to the others.
        self._privacy: Privacy = "schema" if any(line.privacy == "schema" for line in lines) else "full"
        self._current = calls.speaker() or (lines[0].endpoint.name if lines else BUILT_IN)
        self._abandoned = threading.Event()

    @property
    def able(self) -> bool:
        """Whether there is an endpoint that is not left alone at the moment."""
        return any(line.breaker.closed for line in self._lines)

    def consult(self, question: Question[T], on_text: Callable[[str], None] | None = None) -> T:
        """What the first endpoint that can answer answers. Raises `NoAnswer`."""
        past = [past for place, past in self._calls.replies(question.place.split()[0]) if place == question.place]
        for one in past:
            with suppress(Unreadable):
                return question.read(one.text, one.finish)
        whys: list[str] = []
        for line in self._lines:
            try:
                if line.breaker.closed:
                    value = self._converse(line, question, past, on_text)
                    line.breaker.succeeded()
                    self._now_speaks(line.endpoint.name, "; ".join(whys))
                    return value
            except _Failed as failure:
                if self._abandoned.is_set():
                    raise NoAnswer("the question was taken back") from failure
                line.trouble = str(failure)
                if failure.blamed:
                    line.breaker.failed(lasting=failure.lasting, retry_after=failure.retry_after)
            whys.append(line.trouble)
        why = "; ".join(dict.fromkeys(whys)) or "no endpoint is configured any more"
        self._now_speaks(BUILT_IN, why)
        raise NoAnswer(why)

    def _converse(
        self, line: Line, question: Question[T], past: Sequence[Past], on_text: Callable[[str], None] | None
    ) -> T:
        """Ask, read, and tell what was wrong, a few times. Raises `_Failed`.

        Replies of the past, from before the Run was interrupted, are taken up where they ended.
        """
        prompt = question.compose(Terms(self._privacy, _room(line.endpoint, question.reply_tokens)))
        messages, wanted, wrong = list(prompt.messages), question.reply_tokens, ""
        earlier = [one for one in past if one.endpoint == line.endpoint.name]
        for tries in range(ROUNDS):
            known = tries < len(earlier)
            got = earlier[tries] if known else self._ask(line, question, messages, wanted, prompt, on_text)
            try:
                return question.read(got.text, got.finish)
            except Unreadable as error:
                wrong = str(error)
                self._calls.unreadable(got.number, wrong)
            # Only the last try and its fault: the conversation stays short, also in a small context.
            kept = got.text.encode(errors="replace")[:KEPT].decode(errors="ignore") or "(nothing)"
            messages = [*prompt.messages, Message("assistant", kept), Message("user", question.again(wrong))]
            if got.finish == "length":  # cut, perhaps by thinking that nobody sees
                wanted *= 2
        raise _Failed(f"{line.endpoint.name} wrote nothing usable in {ROUNDS} tries: {wrong}"[:300])

    def _ask(
        self,
        line: Line,
        question: Question[T],
        messages: list[Message],
        wanted: int,
        prompt: Prompt,
        on_text: Callable[[str], None] | None,
    ) -> Past:
        """One call. Raises `_Failed`."""
        endpoint, left = line.endpoint, self._seconds_left()
        if left is not None and SHARE * left < LEAST_SECONDS:
            raise _Failed("too little time is left to ask a model", blamed=False)
        most = MOST_LOCAL_SECONDS if endpoint.local else MOST_SECONDS
        seconds = most if left is None else min(most, SHARE * left)
        wanted = min(wanted, max(LEAST_REPLY, _context(endpoint) - _size(messages) - MARGIN))
        size = most_tokens(messages) + line.excess
        reply_tokens = self._allowance.reply_tokens(endpoint, size, wanted)
        if not reply_tokens:
            raise _Failed(self._allowance.used_up(endpoint, size), lasting=True)
        at_most = most_usage(endpoint, size, reply_tokens)
        purpose, began = question.place.split()[0], time.monotonic()
        number = self._calls.begin(question.place, endpoint.name, prompt.version, at_most)
        self._tell(Asking(purpose, endpoint.name))
        try:
            reply = line.client.ask(
                messages, reply_tokens=reply_tokens, seconds=seconds, on_text=on_text, schema=question.schema
            )
        except ModelError as error:
            used = at_most if error.billed else Usage(0, 0, estimated=True)
            self._calls.failed(number, error.kind, str(error), time.monotonic() - began, used)
            raise _Failed(str(error), lasting=error.kind in LASTING, retry_after=error.retry_after) from error
        used = charged(endpoint, reply.usage)
        line.excess += max(0, used.prompt_tokens - size) + max(0, used.completion_tokens - reply_tokens)
        self._calls.answered(number, replace(reply, usage=used))
        self._tell(
            Answered(purpose, endpoint.name, used.prompt_tokens, used.completion_tokens, used.cost_usd, reply.seconds)
        )
        return Past(number, endpoint.name, reply.text, reply.finish)

    def asked(self, purpose: str) -> list[int]:
        """The numbers of the places of this purpose at which a model has replied, usably or not, in order."""
        return sorted({int(place.split()[1]) for place, _ in self._calls.replies(purpose)})

    def last(self, purpose: str, read: Callable[[str, str], T]) -> tuple[int, T] | None:
        """The newest reply of this purpose that can be read: the number of its place, and what is made of it."""
        for place, past in reversed(self._calls.replies(purpose)):
            with suppress(Unreadable):
                return int(place.split()[1]), read(past.text, past.finish)
        return None

    def _now_speaks(self, name: str, why: str) -> None:
        """Announce and journal who answers from now on, where that has changed; `why` the better ones do not."""
        if name == self._current:
            return
        ranks = [line.endpoint.name for line in self._lines]
        if name in ranks and name in ranks[: ranks.index(self._current) if self._current in ranks else len(ranks)]:
            why = "it answers"
        self._calls.switched(self._current, name, why)
        self._tell(Switched(self._current, name, why))
        self._current = name

    def abandon(self) -> None:
        """Take back what is being asked, from any thread: `consult` raises `NoAnswer`, and nobody is blamed for it."""
        self._abandoned.set()
        self.close()

    def close(self) -> None:
        """Let go of all connections."""
        for line in self._lines:
            line.client.close()


class _Failed(Exception):
    """This endpoint has not answered; `blamed`: that is its own doing."""

    def __init__(
        self, why: str, *, lasting: bool = False, retry_after: float | None = None, blamed: bool = True
    ) -> None:
        super().__init__(why)
        self.lasting, self.retry_after, self.blamed = lasting, retry_after, blamed


def _context(endpoint: Endpoint) -> int:
    return endpoint.context or (LOCAL_CONTEXT if endpoint.local else REMOTE_CONTEXT)


def _size(messages: Sequence[Message]) -> int:
    return sum(tokens(message.content) for message in messages)


def _room(endpoint: Endpoint, reply_tokens: int) -> int:
    """Tokens that a prompt may have; in a small context it shares them with the reply."""
    context = _context(endpoint)
    return max(LEAST_PROMPT, min(context - min(reply_tokens, context // 2) - MARGIN - AGAIN, MOST_PROMPT))

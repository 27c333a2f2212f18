"""A client of an engine of our own: started when it is first asked, started again when it died, ended with us."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlpilot.agent.models.chat import ChatClient
from mlpilot.agent.models.engines.starting import Engine, start
from mlpilot.agent.models.protocol import Endpoint, Message, ModelError, Reply
from mlpilot.sandbox.errors import UserError

SELDOM = 10.0
"""Seconds from one word about an engine that is loading to the next."""


class HostedClient:
    """Asks a model whose weights lie on this machine's disk (`local:PATH`)."""

    def __init__(self, endpoint: Endpoint, memory: Path | None, log: Path | None, tell: Callable[[str], None]) -> None:
        self.endpoint = endpoint
        self._spec, self._memory, self._log, self._tell = endpoint.base_url, memory, log, tell
        self._lock = threading.Lock()
        self._starting: _Starting | None = None
        self._engine: Engine | None = None
        self._client: ChatClient | None = None

    def ask(
        self,
        messages: Sequence[Message],
        *,
        reply_tokens: int,
        seconds: float,
        on_text: Callable[[str], None] | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> Reply:
        """See `Client.ask`; an engine that takes longer to start goes on starting, for the next call."""
        until = time.monotonic() + seconds
        with self._lock:
            client = self._ready(seconds)
        left = until - time.monotonic()
        return client.ask(messages, reply_tokens=reply_tokens, seconds=left, on_text=on_text, schema=schema)

    def _ready(self, seconds: float) -> ChatClient:
        """A client of the engine, which runs. Raises `ModelError`."""
        if self._engine is None:
            self._engine = self._started(seconds)
        elif not self._engine.alive():
            self._tell(f"{self.endpoint.name} has died: it is started again")
            self._engine.restart(seconds)
            self._let_go()
        if self._client is None:
            engine = self._engine
            found = replace(self.endpoint, model=engine.model, base_url=engine.base_url, key=engine.key)
            self._client = ChatClient(replace(found, context=engine.context), self._memory)
            self.endpoint = replace(self.endpoint, context=engine.context)
        return self._client

    def _started(self, seconds: float) -> Engine:
        starting = self._starting
        if starting is None:
            starting = self._starting = _Starting(self._spec, self._log, self._tell)
            starting.start()
        starting.watched.set()
        starting.join(seconds)
        starting.watched.clear()
        if starting.is_alive():
            raise ModelError("timeout", f"{self.endpoint.name} is still loading after {seconds:.0f} s")
        self._starting = None
        if starting.engine is None:  # no reason to end a Run that has another Brain
            raise ModelError("no model", str(starting.error))
        return starting.engine

    def _let_go(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def close(self) -> None:
        """End the engine, also one that is still loading."""
        self._let_go()
        if self._starting is not None:
            self._starting.give_up()
            self._starting = None
        if self._engine is not None:
            self._engine.close()
            self._engine = None


class _Starting(threading.Thread):
    """An engine that is being started: a large model may load for longer than a call may take."""

    def __init__(self, spec: str, log: Path | None, tell: Callable[[str], None]) -> None:
        super().__init__(name="mlpilot-starting", daemon=True)
        self._spec, self._log, self._tell = spec, log, tell
        self._lock = threading.Lock()
        self._unwanted = False
        self._told = float("-inf")
        self.watched = threading.Event()
        """Somebody waits for it, and hears of its progress."""
        self.engine: Engine | None = None
        self.error: Exception | None = None
        """Why there is no engine."""

    def run(self) -> None:
        """Start it; it is ended at once where it is not wanted any more."""
        try:
            engine = start(self._spec, log=self._log, tell=self._hear)
        except (UserError, OSError) as error:  # OSError: weights can vanish while they are looked at
            self.error = error
            return
        except _Unwanted:
            return
        with self._lock:
            if not self._unwanted:
                self.engine = engine
                return
        engine.close()

    def _hear(self, text: str) -> None:
        if self._unwanted:
            raise _Unwanted
        if self.watched.is_set() and time.monotonic() - self._told >= SELDOM:
            self._told = time.monotonic()
            self._tell(text)

    def give_up(self) -> None:
        """End it, wherever it is; it hears of it within a second."""
        with self._lock:
            self._unwanted = True
            engine, self.engine = self.engine, None
        if engine is not None:
            engine.close()


class _Unwanted(Exception):
    """The engine is not wanted any more."""

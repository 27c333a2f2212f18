"""A fake endpoint on a real socket, a real client for it, and a check that the client leaves nothing behind."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mlpilot.agent.models.chat import ChatClient, Patience
from mlpilot.agent.models.exchange import THREAD
from mlpilot.agent.models.protocol import Endpoint, Message, ModelError, Price, Reply, Secret
from mlpilot.evals.scripted import MODEL, Fault, Peer, ScriptedServer


@pytest.fixture(autouse=True)
def leaves_nothing(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """No thread of the client's is left after a test, and none has printed a traceback."""
    yield
    until = time.monotonic() + 5
    while (left := [one for one in threading.enumerate() if one.name == THREAD]) and time.monotonic() < until:
        time.sleep(0.01)
    assert not left
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    """Start a scripted server with the given options."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(ScriptedServer(**options))


@pytest.fixture
def acting(serve: Callable[..., ScriptedServer]) -> Callable[[Callable[[Peer], None]], ScriptedServer]:
    """Start a server that answers every request by a function that writes to the connection."""
    return lambda act: serve(fault=lambda _number, _request: Fault("as the test says", "server", act))


class Chat:
    """What the tests of the client share; pytest imports no module of theirs, so it comes as a fixture."""

    hasty = Patience(connect=1.0, silence=0.7, tail=0.3, moment=0.02)
    prompt = (Message("system", "You name colours."), Message("user", "Which colour is the canary of the mine-shaft?"))
    key = "sk-test-4f1d8c0b7a6e5d4c3b2a1908"

    def client(
        self,
        url: ScriptedServer | str,
        *,
        local: bool = True,
        key: str | None = None,
        price: Price | None = None,
        memory: Path | None = None,
        patience: Patience = hasty,
    ) -> ChatClient:
        """A client with little patience."""
        base_url = url if isinstance(url, str) else url.base_url
        endpoint = Endpoint(MODEL, base_url, "Scripted", local, Secret(key) if key else None, price=price)
        return ChatClient(endpoint, memory, patience=patience)

    def ask(self, client: ChatClient, *, seconds: float = 5.0, reply_tokens: int = 500, **more: Any) -> Reply:
        """The reply to the prompt."""
        return client.ask(self.prompt, reply_tokens=reply_tokens, seconds=seconds, **more)

    def error(self, client: ChatClient, *, seconds: float = 5.0, **more: Any) -> ModelError:
        """Why there is no reply to the prompt; what holds of every error is checked here."""
        with pytest.raises(ModelError) as caught:
            self.ask(client, seconds=seconds, **more)
        error, message = caught.value, str(caught.value)
        assert message.isprintable() and 0 < len(message) <= 200
        assert self.key not in repr(error) and "canary of the mine" not in message and "<" not in message
        assert error.__context__ is None and error.__cause__ is None
        return error


@pytest.fixture
def chat() -> Chat:
    """Clients, and how to ask them."""
    return Chat()

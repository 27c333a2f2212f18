"""Which endpoints are asked, in which order, with which key; over a real little server where an engine is meant."""

import json
import os
import random
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from mlpilot.agent.home import home
from mlpilot.agent.models.choosing import (
    BEST,
    CHOICE,
    OPENAI,
    Choice,
    checked_address,
    endpoints,
    endpoints_again,
    prefer,
    preferred,
)
from mlpilot.agent.models.protocol import Endpoint
from mlpilot.agent.options import RunOptions
from mlpilot.sandbox.errors import NoModelError, UserError

FAR = "https://far.example/v1"
MINE, THEIRS = "mlpilot-key", "openai-key"
FOUND = ("small:1b", "large:9b")


class Engine(ThreadingHTTPServer):
    """Lists models as llama.cpp does: a stand-in for an engine that runs."""

    daemon_threads = True

    def __init__(self, models: Sequence[str]) -> None:
        self.models, self.asked = models, list[dict[str, str]]()
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def base_url(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Engine

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        pass

    def do_GET(self) -> None:
        self.server.asked.append({name.lower(): value for name, value in self.headers.items()})
        listed = [{"id": name, "owned_by": "llamacpp"} for name in self.server.models]
        body = json.dumps({"object": "list", "data": listed} if self.path == "/v1/models" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(autouse=True)
def nothing_beyond_loopback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key, no engine; and whoever looks for a name or connects to another machine fails the test."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "MLPILOT_API_KEY", "MLPILOT_PRICES", "OLLAMA_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("mlpilot.agent.models.engines.finding.PORTS", {})
    monkeypatch.setattr("mlpilot.agent.models.choosing._from_keyring", lambda _: None)
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def only_literals(host: Any, *args: Any, **more: Any) -> Any:
        assert host in ("127.0.0.1", "::1", b"127.0.0.1"), f"{host} was looked up"
        return look_up(host, *args, **more)

    def only_here(self: socket.socket, address: Any) -> None:
        assert not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1"), f"a packet to {address}"
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", only_literals)
    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine that is found on a usual port."""
    with Engine(FOUND) as server:
        monkeypatch.setattr("mlpilot.agent.models.engines.finding.PORTS", {"llama.cpp": server.port})
        yield server
        server.shutdown()


@pytest.fixture
def other() -> Iterator[Engine]:
    """An engine at a port that nobody would look at."""
    with Engine(("only",)) as server:
        yield server
        server.shutdown()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPILOT_API_KEY", MINE)
    monkeypatch.setenv("OPENAI_API_KEY", THEIRS)


def key(endpoint: Endpoint) -> str | None:
    return endpoint.key.reveal() if endpoint.key else None


def told(found: Sequence[Endpoint]) -> list[tuple[str, str]]:
    return [(one.model, one.base_url) for one in found]


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Order


def test_nothing_is_configured() -> None:
    assert endpoints(RunOptions()) == []
    assert endpoints(RunOptions(brain="builtin")) == []
    with pytest.raises(NoModelError, match="OPENAI_API_KEY"):
        endpoints(RunOptions(brain="llm"))
    with pytest.raises(NoModelError, match="on this machine"):
        endpoints(RunOptions(brain="llm", offline=True))
    with pytest.raises(NoModelError, match="no endpoint with gpt-5"):
        endpoints(RunOptions(brain="llm", model="gpt-5"))


def test_a_key_leads_to_openai_and_then_to_what_runs_here(engine: Engine, keys: None) -> None:
    remote, local = endpoints(RunOptions())
    assert (remote.model, remote.base_url, key(remote), remote.local) == (BEST, OPENAI, THEIRS, False)
    assert remote.price is not None and remote.context is not None
    assert (local.model, local.base_url, key(local), local.local) == ("small:1b", engine.base_url(), None, True)


def test_without_a_key_what_runs_here_is_asked(engine: Engine) -> None:
    assert told(endpoints(RunOptions())) == [("small:1b", engine.base_url())]
    assert told(endpoints(RunOptions(model="large:9b"))) == [("large:9b", engine.base_url())]
    assert endpoints(RunOptions(model="gpt-5")) == []
    with pytest.raises(NoModelError, match="no endpoint with gpt-5"):
        endpoints(RunOptions(brain="llm", model="gpt-5"))


def test_a_model_that_is_named_and_runs_here_is_not_asked_for_elsewhere(engine: Engine, keys: None) -> None:
    assert told(endpoints(RunOptions(model="large:9b"))) == [("large:9b", engine.base_url())]
    assert told(endpoints(RunOptions(model="gpt-5-mini"))) == [
        ("gpt-5-mini", OPENAI),
        ("small:1b", engine.base_url()),
    ]


def test_a_remote_address_that_is_named(engine: Engine, keys: None) -> None:
    for spelled in (FAR, FAR + "/", " https://far.example ", "https://far.example/"):
        remote, local = endpoints(RunOptions(base_url=spelled, model="m"))
        assert (remote.model, remote.base_url, key(remote), remote.local) == ("m", FAR, MINE, False)
        assert local.base_url == engine.base_url()
    assert endpoints(RunOptions(base_url=FAR, model="large:9b"))[1].model == "large:9b"
    with pytest.raises(UserError, match=r"which model of far.example"):
        endpoints(RunOptions(base_url=FAR))
    assert endpoints(RunOptions(base_url="https://api.openai.com"))[0].model == BEST


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "localhost.", "x.localhost", "[::1]"])
def test_an_address_of_this_machine_that_is_named(engine: Engine, other: Engine, keys: None, host: str) -> None:
    first, second = endpoints(RunOptions(base_url=f"http://{host}:{other.port}/v1/"))
    expected = other.base_url("[::1]" if host == "[::1]" else "127.0.0.1")
    assert (first.model, first.base_url, key(first), first.local) == ("only", expected, MINE, True)
    assert (second.base_url, key(second)) == (engine.base_url(), None)
    assert all("authorization" not in headers for headers in other.asked + engine.asked)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_engine_is_not_its_own_fallback(
    engine: Engine, keys: None, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    assert len(endpoints(RunOptions(base_url=f"http://{host}:{engine.port}", model="large:9b"))) == 1
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://{host}:{engine.port}/v1/")
    (only,) = endpoints(RunOptions(model="large:9b"))
    assert (only.model, key(only)) == ("large:9b", MINE)
    (only,) = endpoints(RunOptions())
    assert only.model == "small:1b", "the first: nobody named the address for this run"


def test_several_models_at_an_address_that_was_named_for_this_run(engine: Engine) -> None:
    with pytest.raises(UserError, match=r"several models.*small:1b, large:9b") as caught:
        endpoints(RunOptions(base_url=engine.base_url()))
    assert not isinstance(caught.value, NoModelError)


def test_a_named_address_at_which_nothing_answers(engine: Engine) -> None:
    url = f"http://127.0.0.1:{dead_port()}"
    for brain in ("auto", "llm"):
        with pytest.raises(NoModelError, match="no endpoint answers"):
            endpoints(RunOptions(brain=brain, base_url=url))  # type: ignore[arg-type]
    assert told(endpoints(RunOptions(base_url=url, model="m"))) == [("m", url + "/v1"), ("small:1b", engine.base_url())]


def test_an_address_in_the_environment(engine: Engine, other: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", THEIRS)
    monkeypatch.setenv("OPENAI_BASE_URL", other.base_url("localhost") + "/")
    first, second = endpoints(RunOptions())
    assert (first.model, first.base_url) == ("only", other.base_url())
    assert key(first) is None and key(second) is None, "the key for OpenAI is not for this machine"
    monkeypatch.setenv("OPENAI_BASE_URL", FAR)
    remote, _ = endpoints(RunOptions(model="m"))
    assert (remote.base_url, key(remote)) == (FAR, THEIRS)
    assert endpoints(RunOptions(base_url=other.base_url()))[0].base_url == other.base_url(), "the option goes first"
    with pytest.raises(UserError, match="which model"):
        endpoints(RunOptions())
    for nothing in ("", "  "):
        monkeypatch.setenv("OPENAI_BASE_URL", nothing)
        assert endpoints(RunOptions())[0].base_url == OPENAI
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{dead_port()}/v1")
    assert told(endpoints(RunOptions())) == [("small:1b", engine.base_url())], "it is down, and was not asked for"


def test_keys_go_only_where_they_may(engine: Engine, other: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLPILOT_API_KEY to the address that was named, OPENAI_API_KEY to OpenAI's or to a remote one that was named."""
    monkeypatch.setenv("MLPILOT_API_KEY", f" {MINE}\n")
    assert key(endpoints(RunOptions(base_url=FAR, model="m"))[0]) == MINE
    assert key(endpoints(RunOptions(base_url=other.base_url()))[0]) == MINE
    assert told(endpoints(RunOptions())) == [("small:1b", engine.base_url())], "it may be another's than OpenAI's"
    monkeypatch.setenv("OPENAI_API_KEY", THEIRS)
    assert key(endpoints(RunOptions())[0]) == THEIRS
    monkeypatch.setenv("MLPILOT_API_KEY", " ")
    assert key(endpoints(RunOptions(base_url=other.base_url()))[0]) is None
    assert key(endpoints(RunOptions(base_url=FAR, model="m"))[0]) == THEIRS


def test_a_key_of_the_keyring_is_for_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    from mlpilot.agent.models.protocol import Secret

    kept = {"far.example": "far-key", "api.openai.com": "ring-key"}
    monkeypatch.setattr(
        "mlpilot.agent.models.choosing._from_keyring", lambda host: Secret(kept[host]) if host in kept else None
    )
    assert key(endpoints(RunOptions(base_url=FAR, model="m"))[0]) == "far-key"
    assert key(endpoints(RunOptions())[0]) == "ring-key"
    assert key(endpoints(RunOptions(base_url="https://near.example", model="m"))[0]) is None


# Nothing beyond this machine


def test_every_combination_without_a_packet_beyond_loopback(
    engine: Engine, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all of them a discovered engine gets no key; under --offline and --privacy local nothing remote is chosen."""
    urls = [None, FAR, other.base_url("localhost"), f"http://127.0.0.1:{dead_port()}"]
    choices = [None, Choice("gpt-5"), Choice("m", FAR), Choice("only", other.base_url())]
    seen, dice = set(), random.Random(0)
    for model, url, offline, privacy in product(
        [None, "gpt-5", "large:9b"], urls, [False, True], [None, "schema", "local"]
    ):
        for own, theirs, env, choice in dice.sample(list(product([None, MINE], [None, THEIRS], urls, choices)), 12):
            for name, value in (("MLPILOT_API_KEY", own), ("OPENAI_API_KEY", theirs), ("OPENAI_BASE_URL", env)):
                os.environ.pop(name, None)
                if value:
                    monkeypatch.setenv(name, value)
            monkeypatch.setattr("mlpilot.agent.models.choosing.preferred", lambda choice=choice: choice)
            options = RunOptions(brain="llm", model=model, base_url=url, offline=offline, privacy=privacy)  # type: ignore[arg-type]
            try:
                found = endpoints(options)
            except NoModelError:
                seen.add("no model")
                assert url or model, options
                continue
            except UserError as error:
                seen.add(str(error)[:12])
                assert FAR in str(error) or "which model of far.example" in str(error)
                continue
            assert found and len({one.base_url for one in found}) == len(found)
            assert [one.local for one in found] == sorted(one.local for one in found), "the remote one first"
            if offline or privacy == "local":
                assert all(one.local for one in found)
            for one in found:
                if one.base_url == engine.base_url():
                    assert key(one) is None
                elif one.local:
                    assert key(one) == own
                elif one.base_url == OPENAI:
                    assert key(one) == theirs
                else:
                    assert key(one) == (own or theirs)
    assert all("authorization" not in headers for headers in engine.asked + other.asked)
    assert len(seen) >= 4


@pytest.mark.parametrize("how", [{"offline": True}, {"privacy": "local"}])
def test_a_remote_address_contradicts_staying_here(engine: Engine, keys: None, how: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="allows no endpoint beyond this machine") as caught:
        endpoints(RunOptions(base_url=FAR, model="m", **how))
    assert not isinstance(caught.value, NoModelError)
    assert told(endpoints(RunOptions(**how))) == [("small:1b", engine.base_url())]
    prefer(Choice("m", FAR))
    assert told(endpoints(RunOptions(**how))) == [("small:1b", engine.base_url())], "what is preferred cannot be had"
    prefer(Choice("gpt-5"))
    assert told(endpoints(RunOptions(**how))) == [("small:1b", engine.base_url())]


# Wrong addresses


@pytest.mark.parametrize(
    "url",
    [
        "https://me:secret@far.example/v1",
        "https://secret@far.example/v1",
        "http://me:secret@localhost:1/v1",
        "https://far.example/v1?key=secret",
        "https://far.example:secret/v1",
        "https://far.example:99999/v1",
        "http://127.0.0.1:99999",
        "http://[::1",
        "ftp://far.example/v1",
        "far.example/secret",
        "https://",
        "https://far.example\\@evil.example/",
        "nonsense",
    ],
)
@pytest.mark.parametrize("brain", ["auto", "llm", "builtin"])
def test_an_address_that_is_none_or_holds_a_secret_is_refused_without_repeating_it(url: str, brain: Any) -> None:
    """Whoever decides: options are journaled."""
    with pytest.raises(UserError, match="--base-url") as caught:
        endpoints(RunOptions(brain=brain, base_url=url, model="m"))
    assert "secret" not in str(caught.value) and not isinstance(caught.value, NoModelError)


def test_an_address_in_the_environment_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:secret@far.example/v1")
    with pytest.raises(UserError, match="OPENAI_BASE_URL holds"):
        endpoints(RunOptions())
    assert endpoints(RunOptions(brain="builtin")) == []


def test_addresses_as_they_are_used() -> None:
    assert checked_address("http://LocalHost:8080/") == "http://127.0.0.1:8080/v1"
    assert checked_address("https://far.example/api/v2//") == "https://far.example/api/v2"


# Weights, preferences, and going on


def test_weights_on_disk_are_asked_alone(engine: Engine, keys: None, tmp_path: Path) -> None:
    weights = tmp_path / "model.gguf"
    with pytest.raises(UserError, match="no such file") as caught:
        endpoints(RunOptions(model=f"local:{weights}"))
    assert not isinstance(caught.value, NoModelError)
    weights.write_bytes(b"GGUF")
    (only,) = endpoints(RunOptions(model=f"local:{weights}", offline=True))
    assert (only.model, only.base_url, only.local, only.key) == ("model.gguf", f"local:{weights}", True, None)


def test_what_is_preferred_counts_where_nothing_is_said(engine: Engine, other: Engine, keys: None) -> None:
    prefer(Choice("only", other.base_url()))
    assert preferred() == Choice("only", other.base_url())
    assert endpoints(RunOptions())[0].base_url == other.base_url()
    assert endpoints(RunOptions(model="gpt-5"))[0].base_url == OPENAI
    assert endpoints(RunOptions(base_url=FAR, model="m"))[0].base_url == FAR
    assert endpoints(RunOptions(brain="builtin")) == []
    prefer(None)
    prefer(None)
    assert preferred() is None and endpoints(RunOptions())[0].base_url == OPENAI


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"model"',
        b"{}",
        b'{"model": 7}',
        b'{"model": ""}',
        b'{"model": "m", "base_url": 7}',
        b'{"model": "m", "base_url": "nonsense"}',
        b'{"model": "m", "base_url": "https://me:secret@far.example"}',
        b"[" * 100_000,
    ],
    ids=lambda content: repr(content[:40]),
)
def test_of_a_damaged_preference_no_other_model_is_asked(engine: Engine, keys: None, content: bytes) -> None:
    """What it named may have been the only one that may be told."""
    home().mkdir(parents=True)
    (home() / CHOICE).write_bytes(content)
    for asked in (preferred, lambda: endpoints(RunOptions()), lambda: endpoints_again(RunOptions())):
        with pytest.raises(UserError, match=r"model\.json is damaged.*--use auto") as caught:
            asked()
        assert "secret" not in str(caught.value)
    assert endpoints(RunOptions(brain="builtin")) == []
    named = RunOptions(model="small:1b", base_url=engine.base_url())
    assert told(endpoints(named))[0] == ("small:1b", engine.base_url())
    prefer(None)
    assert preferred() is None


def test_what_is_gone_when_a_run_goes_on_is_an_outage_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(Engine(("only",)))
        url = server.base_url()
        monkeypatch.setenv("OPENAI_API_KEY", THEIRS)
        weights = tmp_path / "model.gguf"
        weights.write_bytes(b"GGUF")
        of_key = RunOptions(brain="llm")
        of_server = RunOptions(brain="llm", base_url=url)
        of_weights = RunOptions(brain="llm", model=f"local:{weights}")
        for options in (of_key, of_server, of_weights):
            assert endpoints_again(options) == endpoints(options) != []
        server.shutdown()
    weights.unlink()
    monkeypatch.delenv("OPENAI_API_KEY")
    for options in (of_key, of_server, of_weights):
        assert endpoints_again(options) == []
        with pytest.raises(UserError):
            endpoints(options)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:secret@far.example/v1")
    with pytest.raises(UserError):
        endpoints_again(of_key)

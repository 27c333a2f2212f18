"""A real llama-server with a tiny model of random weights: it starts, answers, is restarted, and ends with us.

The model proves the plumbing; what it writes is noise. `scripts/llama_server.sh` builds llama-server.
"""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlpilot.agent.models.engines import commands
from mlpilot.agent.models.engines.finding import running
from mlpilot.agent.models.engines.starting import MOST_RESTARTS, Engine, start
from mlpilot.agent.models.protocol import ModelError
from mlpilot.evals import tiny_model
from mlpilot.sandbox.errors import UserError


def why_not() -> str:
    """Why these tests cannot run here; empty where they can."""
    try:
        commands.llama_server()
        import gguf  # noqa: F401
    except UserError:
        return "llama-server is not here: build it with scripts/llama_server.sh (about 15 minutes)"
    except ImportError:
        return "the package gguf is not here, which writes the tiny model for llama-server: pip install gguf"
    return ""


pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.make(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture
def engine(model: Path, tmp_path: Path) -> Iterator[Engine]:
    started = start(f"local:{model}", log=tmp_path / "engine.log", tell=print)
    yield started
    started.close()


def ask(engine: Engine, path: str, body: object = None, key: str | None = None) -> bytes:
    """What it answers, with its key or another."""
    headers = {"Authorization": f"Bearer {key if key is not None or not engine.key else engine.key.reveal()}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(engine.base_url.removesuffix("/v1") + path, data=data, headers=headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        said: bytes = answer.read()
        return said


def chat(engine: Engine, **more: object) -> dict[str, object]:
    """The parameters of a short reply."""
    messages = [{"role": "user", "content": "Which model is the best?"}]
    return {"model": engine.model, "messages": messages, "max_tokens": 24, "seed": 1, **more}


def gone(pid: int) -> bool:
    """Whether a process is no more, or is only waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
    except FileNotFoundError:
        return True


def soon(true: Callable[[], bool]) -> bool:
    """Whether it becomes true within 20 seconds."""
    end = time.monotonic() + 20
    while not (done := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return done


def test_it_answers_whole_and_in_pieces_and_counts_tokens(engine: Engine) -> None:
    assert engine.alive() and engine.model == "tiny" and engine.context == 16_384
    whole = json.loads(ask(engine, "/v1/chat/completions", chat(engine)))
    assert whole["choices"][0]["finish_reason"] == "length"
    assert whole["usage"]["completion_tokens"] == 24 and whole["usage"]["prompt_tokens"] > 5
    stream = ask(engine, "/v1/chat/completions", chat(engine, stream=True, stream_options={"include_usage": True}))
    lines = [line.removeprefix("data: ") for line in stream.decode().splitlines() if line]
    assert lines[-1] == "[DONE]"
    pieces = [json.loads(line) for line in lines[:-1]]
    text = "".join(piece["choices"][0]["delta"].get("content") or "" for piece in pieces if piece["choices"])
    assert text == whole["choices"][0]["message"]["content"] != ""
    assert pieces[-1]["usage"]["completion_tokens"] == 24


def test_it_keeps_to_a_schema(engine: Engine) -> None:
    schema = {"type": "object", "properties": {"n": {"enum": [1, 2]}}, "required": ["n"], "additionalProperties": False}
    form = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": schema}}
    said = json.loads(ask(engine, "/v1/chat/completions", chat(engine, response_format=form, max_tokens=200)))
    assert json.loads(said["choices"][0]["message"]["content"]) in ({"n": 1}, {"n": 2})


def test_its_context_is_the_one_it_says_and_holds_a_long_prompt(engine: Engine) -> None:
    props = json.loads(ask(engine, "/props"))
    assert props["default_generation_settings"]["n_ctx"] == engine.context
    code = Path(json.__file__).read_text()
    long = chat(engine, messages=[{"role": "user", "content": code}], max_tokens=1)
    used = json.loads(ask(engine, "/v1/chat/completions", long))["usage"]["prompt_tokens"]
    assert 2.0 < len(code) / used < 5.0  # about as many characters a token as with a real model


def test_nobody_without_its_key_is_answered_and_the_key_is_no_argument(engine: Engine) -> None:
    for key in ("", "wrong"):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            ask(engine, "/v1/chat/completions", chat(engine), key=key)
    assert running([int(engine.base_url.split(":")[2].split("/")[0])]) == []
    assert engine.key is not None and engine.pid is not None
    secret = engine.key.reveal().encode()
    assert secret not in Path(f"/proc/{engine.pid}/cmdline").read_bytes()
    assert secret in Path(f"/proc/{engine.pid}/environ").read_bytes()
    assert stat.S_IMODE(Path(f"/proc/{engine.pid}/environ").stat().st_mode) == 0o400
    assert secret.decode() not in repr(engine.endpoint) and secret.decode() not in repr(engine._plan)


def test_it_listens_on_loopback_alone_and_its_log_is_ours_alone(engine: Engine, tmp_path: Path) -> None:
    port = int(engine.base_url.split(":")[2].split("/")[0])
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    listening = [row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port]
    assert listening == ["0100007F"]
    log = tmp_path / "engine.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert engine.key is not None and engine.key.reveal() not in log.read_text()


def test_it_sees_no_key_of_ours(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "MLPILOT_API_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "canary-7731")
    engine = start(f"local:{model}", log=None, tell=print)
    try:
        assert b"canary" not in Path(f"/proc/{engine.pid}/environ").read_bytes()
    finally:
        engine.close()


def test_it_is_restarted_at_the_same_address_and_only_so_often(engine: Engine) -> None:
    address = engine.base_url
    for _ in range(MOST_RESTARTS):
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGKILL)
        assert soon(lambda: not engine.alive())
        assert engine.pid is None
        engine.restart()
        assert engine.alive() and engine.base_url == address
        assert json.loads(ask(engine, "/v1/chat/completions", chat(engine)))["usage"]["completion_tokens"] == 24
    os.kill(engine.pid or 0, signal.SIGKILL)
    assert soon(lambda: not engine.alive())
    with pytest.raises(ModelError, match="restarted 3 times") as error:
        engine.restart()
    assert error.value.kind == "connection"


def test_one_that_hangs_can_be_restarted_too(engine: Engine) -> None:
    pid = engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    assert engine.alive()
    engine.restart()
    assert gone(pid) and engine.pid != pid
    assert ask(engine, "/health")


def test_two_threads_that_see_it_dead_restart_it_once(engine: Engine) -> None:
    os.kill(engine.pid or 0, signal.SIGKILL)
    assert soon(lambda: not engine.alive())
    both = [threading.Thread(target=engine.restart) for _ in range(2)]
    with engine._lock:
        for thread in both:
            thread.start()
        time.sleep(0.5)
    for thread in both:
        thread.join(60)
    assert engine.alive() and engine._restarts == 1


def test_a_restart_that_fails_says_why(model: Path, tmp_path: Path) -> None:
    weights = tmp_path / "mine.gguf"
    weights.write_bytes(model.read_bytes())
    engine = start(f"local:{weights}", log=None, tell=print)
    try:
        weights.unlink()
        os.kill(engine.pid or 0, signal.SIGKILL)
        with pytest.raises(ModelError, match="llama-server ended while it loaded mine: "):
            engine.restart()
        assert not engine.alive()
    finally:
        engine.close()


def test_it_is_gone_after_close_which_may_come_twice(model: Path, tmp_path: Path) -> None:
    engine = start(f"local:{model}", log=tmp_path / "engine.log", tell=print)
    pid = engine.pid
    assert pid is not None and not gone(pid)
    engine.close()
    assert gone(pid) and not engine.alive() and engine.pid is None
    engine.close()
    with pytest.raises(ModelError, match="was stopped"):
        engine.restart()


def test_a_log_of_its_own_is_removed_with_it(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    engine = start(f"local:{model}", log=None, tell=print)
    assert [path.suffix for path in tmp_path.iterdir()] == [".log"]
    engine.close()
    assert not list(tmp_path.iterdir())


def test_one_that_was_started_by_a_thread_outlives_the_thread(model: Path) -> None:
    started: list[Engine] = []
    thread = threading.Thread(target=lambda: started.append(start(f"local:{model}", log=None, tell=print)))
    thread.start()
    thread.join(60)
    try:
        time.sleep(0.3)
        assert started[0].alive() and ask(started[0], "/health")
    finally:
        started[0].close()


@pytest.mark.parametrize("end", ["kill", "exit", "hang"])
def test_it_ends_with_us_however_that_is(model: Path, end: str, tmp_path: Path) -> None:
    """Killed with -9, at our exit without a close, and killed with -9 while the engine itself hangs."""
    code = (
        "import os, signal, sys, time\n"
        "from mlpilot.agent.models.engines.starting import start\n"
        f"engine = start({f'local:{model}'!r}, log=None, tell=lambda text: None)\n"
        "print(engine.pid, engine._process.pid, flush=True)\n"
        "sys.stdin.read(1)\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    ours = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)}, **pipes)
    assert ours.stdin is not None and ours.stdout is not None
    engine, guard = map(int, ours.stdout.readline().split())
    assert not gone(engine) and not gone(guard)
    if end == "hang":
        os.kill(engine, signal.SIGSTOP)
    if end == "exit":
        ours.stdin.write(b"x")
        ours.stdin.close()
    else:
        ours.kill()
    ours.wait(30)
    assert soon(lambda: gone(engine) and gone(guard))


def test_it_ends_with_its_guard(engine: Engine) -> None:
    pid = engine.pid
    assert pid is not None and engine._process is not None
    engine._process.kill()
    assert soon(lambda: gone(pid))
    assert not engine.alive()


def test_weights_that_are_cut_are_one_clear_line(model: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(model.read_bytes()[:-200_000])
    with pytest.raises(UserError) as error:
        start(f"local:{cut}", log=None, tell=print)
    assert str(error.value).startswith("llama-server ended while it loaded cut: ")
    assert "corrupted or incomplete" in str(error.value) and "\n" not in str(error.value)


def test_an_interrupt_while_it_loads_leaves_nothing_behind(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    def interrupt(self: Engine, *_: object) -> None:
        started.append(self.pid or 0)
        raise KeyboardInterrupt

    monkeypatch.setattr(Engine, "_wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start(f"local:{model}", log=None, tell=print)
    assert started[0] and gone(started[0])


def test_the_same_seed_makes_the_same_model(model: Path, tmp_path: Path) -> None:
    assert tiny_model.make(tmp_path / "again.gguf").read_bytes() == model.read_bytes()
    assert tiny_model.make(tmp_path / "other.gguf", seed=1).read_bytes() != model.read_bytes()

"""`mlpilot models` and `mlpilot doctor`, with servers on loopback that answer as engines do, and with none.

The servers are fakes of the network peer: what is tested is what we make of their answers.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mlpilot import checkup, endpoints, probe
from mlpilot.agent.models.capabilities import Capabilities
from mlpilot.agent.models.protocol import Endpoint, Reply, Secret, Usage
from mlpilot.cli import main
from mlpilot.evals.scripted import ScriptedServer
from mlpilot.lineup import about

NOBODY = 1
"""A port at which nothing listens (tcpmux)."""
SECRET = "sk-do-not-tell-me"
EVIL = "\x1b[2J\x1b]0;owned\x07[red]x[/red]\u202e"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "state"


@contextmanager
def vllm(*models):
    """A server that lists these models as vLLM does; its address."""
    listed = [{"id": name, "object": "model", "owned_by": "vllm", "max_model_len": 8192} for name in models]
    body = json.dumps({"object": "list", "data": listed}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/v1/models" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def engine(monkeypatch):
    """vLLM with two models, at one of the usual ports."""
    with vllm("qwen-coder", "mistral") as address:
        port = int(address.split(":")[2].partition("/")[0])
        monkeypatch.setattr("mlpilot.agent.models.engines.finding.PORTS", {"Ollama": NOBODY, "vLLM": port})
        yield address


def call(capsys, *words, code=0):
    assert main(["models", *words]) == code
    captured = capsys.readouterr()
    assert SECRET not in captured.out + captured.err and "Traceback" not in captured.err
    return captured


def shown(capsys, *words, code=0):
    return " ".join(call(capsys, *words, code=code).out.split())


def told(capsys, *words, code=0):
    return json.loads(call(capsys, *words, "--json", code=code).out)


def test_with_nothing_it_says_so_and_what_to_do(capsys, state):
    said = shown(capsys)
    assert said.startswith("a run asks no model the built-in brain alone: no key is set, and no engine runs")
    assert "OPENAI_API_KEY" in said and "local:/path/model.gguf" in said
    assert told(capsys) == {"endpoints": [], "preferred": None, "would_use": None}
    assert not state.exists()


def test_a_key_is_there_or_not_and_never_shown(capsys, monkeypatch, state):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    said = shown(capsys)
    assert "1 gpt-5.2 at api.openai.com" in said and "key from OPENAI_API_KEY" in said and "$1.75 a million" in said
    assert "2 the built-in brain" in said and "what is remote is asked first" in said
    found = told(capsys)
    assert found["would_use"] == 0 and found["endpoints"][0] == {
        "model": "gpt-5.2",
        "base_url": "https://api.openai.com/v1",
        "engine": "api.openai.com",
        "local": False,
        "context": 400_000,
        "price": {"prompt": 1.75, "completion": 14.0},
        "key": True,
    }
    assert not state.exists()


def test_engines_are_listed_and_the_first_is_asked(capsys, engine):
    found = told(capsys)
    assert [one["model"] for one in found["endpoints"]] == ["qwen-coder", "mistral"] and found["would_use"] == 0
    assert found["endpoints"][0] == {
        "model": "qwen-coder",
        "base_url": engine,
        "engine": "vLLM",
        "local": True,
        "context": 8192,
        "price": None,
        "key": False,
    }
    said = shown(capsys)
    assert f"1 qwen-coder (vLLM, on this machine) {engine} · context 8,192 tokens · free 2 the built-in brain" in said
    assert "also there mistral (vLLM, on this machine)" in said and "first that was found" in said


def test_a_remote_model_comes_before_a_local_one(capsys, engine, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert [one["model"] for one in told(capsys)["endpoints"]] == ["gpt-5.2", "qwen-coder", "mistral"]


def test_switching_there_and_back(capsys, engine, monkeypatch, state):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    found = told(capsys, "--use", "mistral")
    assert found["preferred"] == {"model": "mistral", "base_url": engine}
    assert [one["model"] for one in found["endpoints"]] == ["mistral", "gpt-5.2", "qwen-coder"]
    assert endpoints.look().first.model == "mistral"
    said = shown(capsys)
    assert "`mlpilot models --use` has switched to it" in said and "--use auto goes back" in said
    assert "also there gpt-5.2 at api.openai.com" in said
    assert SECRET not in "".join(path.read_text() for path in state.rglob("*") if path.is_file())
    assert told(capsys, "--use", "auto")["preferred"] is None
    assert endpoints.look().first.model == "gpt-5.2"


def test_switching_to_a_remote_model_of_openai_or_elsewhere(capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert told(capsys, "--use", "gpt-5-mini")["endpoints"][0]["base_url"] == "https://api.openai.com/v1"
    monkeypatch.delenv("OPENAI_API_KEY")
    found = told(capsys, "--use", "big", "--base-url", "https://llm.example.com")
    assert found["preferred"] == {"model": "big", "base_url": "https://llm.example.com/v1"}
    assert found["endpoints"][0]["key"] is False and found["endpoints"][0]["price"] is None
    said = shown(capsys)
    assert "big at llm.example.com" in said and "no key is set" in said and "not known, and counted as $5" in said


def test_each_key_is_told_where_it_is_used(capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("MLPILOT_API_KEY", SECRET + "-either")
    assert "key from OPENAI_API_KEY" in shown(capsys)
    assert "key from MLPILOT_API_KEY" in shown(capsys, "--model", "big", "--base-url", "https://llm.example.com")
    monkeypatch.delenv("OPENAI_API_KEY")
    assert told(capsys)["would_use"] is None
    assert "MLPILOT_API_KEY goes only to an address that is named, and no engine" in shown(capsys)
    assert "where is 'gpt-5'? Name its address" in call(capsys, "--use", "gpt-5", code=2).err
    monkeypatch.setattr("mlpilot.agent.models.choosing._from_keyring", lambda _: Secret("from the keyring"))
    assert "key from the keyring" in shown(capsys)


def test_an_address_in_the_environment(capsys, engine, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", engine)
    assert "OPENAI_BASE_URL leads to it" in shown(capsys)
    monkeypatch.setenv("OPENAI_BASE_URL", "nowhere")
    assert "OPENAI_BASE_URL is no address" in call(capsys, code=2).err


def test_switching_to_weights(capsys, state, tmp_path):
    (tmp_path / "tiny.gguf").write_bytes(b"GGUF")
    found = told(capsys, "--use", "local:tiny.gguf")
    assert found["preferred"]["model"] == f"local:{tmp_path}/tiny.gguf" and found["endpoints"][0]["local"]
    assert "tiny.gguf, served when it is first asked" in shown(capsys)
    (tmp_path / "tiny.gguf").unlink()
    said = call(capsys, code=2).err
    assert "no such file" in said and said.count("\n") == 1 and "--use auto` goes back" in said
    assert told(capsys, "--use", "auto")["would_use"] is None


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--use", "nowhere"], 2, "--base-url: no key is set, and no engine runs on this machine"),
        (["--use", ""], 2, "names no model"),
        (["--use", "auto", "--base-url", "http://localhost:1"], 2, "leave --base-url out"),
        (["--use", "x", "--model", "y"], 2, "leave --model out"),
        (["--use", "local:none.gguf"], 2, "no such file"),
        (["--use", "x", "--base-url", "https://me:secret@example.com"], 2, "MLPILOT_API_KEY"),
        (["--base-url", "https://example.com/v1"], 2, "Name it with --model"),
        (["--base-url", f"http://127.0.0.1:{NOBODY}/v1"], 5, "no endpoint answers"),
        (["--base-url", "localhost"], 2, "address of an endpoint"),
        (["--probe"], 5, "there is no model to probe"),
    ],
)
def test_one_clear_line_for_what_cannot_be(capsys, state, words, code, says):
    captured = call(capsys, *words, code=code)
    assert captured.out == "" and captured.err.count("\n") == 1 and says in captured.err
    assert not state.exists()


def test_a_model_that_an_engine_does_not_have(capsys, engine, state):
    assert "the engines that run here have qwen-coder, mistral" in call(capsys, "--use", "none", code=2).err
    assert "it has qwen-coder, mistral" in call(capsys, "--use", "none", "--base-url", engine, code=2).err
    assert not state.exists()


def test_looking_at_one_address_lists_its_models_and_switches_to_none(capsys, state):
    with vllm("a", "b") as address:
        found = told(capsys, "--base-url", address)
        assert [one["model"] for one in found["endpoints"]] == ["a", "b"] and found["would_use"] is None
        assert "several models" in shown(capsys, "--base-url", address)
        assert told(capsys, "--base-url", address, "--model", "b")["would_use"] == 0
    assert not state.exists()


def test_a_bad_price_list_is_the_persons_to_mend(capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("MLPILOT_PRICES", "gpt-5.2=cheap")
    assert "is no price" in call(capsys, code=2).err


def test_a_probe_says_what_came_back_and_how_it_had_to_be_asked(capsys, state):
    with ScriptedServer(reply=lambda _: "ok", refuses=frozenset({"temperature"}), cost=0.02) as server:
        found = told(capsys, "--base-url", server.base_url, "--probe")["probe"]
        assert (
            found["works"]
            and found["as_asked"]
            and found["reply"] == "ok"
            and found["capabilities"]["temperature"] is False
        )
        assert found["usage"]["completion_tokens"] > 0 and not found["usage"]["estimated"]
        assert server.asked[-1].json["messages"] == [{"role": "user", "content": probe.ASKED}]
        before = len(server.asked)
        said = shown(capsys, "--base-url", server.base_url, "--probe")
        assert len(server.asked) == before + 1, "what was learnt is remembered"
    assert "probe works: it said “ok” after" in said and "$0.02" in said
    assert "asked with a stream, token counts in it, max_tokens, a system role; without a temperature" in said
    assert state.stat().st_mode & 0o077 == 0


def test_a_probe_that_fails_says_why(capsys):
    with ScriptedServer(models=("there",)) as server:
        said = shown(capsys, "--base-url", server.base_url, "--model", "gone", "--probe", code=3)
        assert "probe no reply: " in said and "gone" in said
        found = told(capsys, "--base-url", server.base_url, "--model", "gone", "--probe", code=3)["probe"]
        assert (found["works"], found["trouble"], found["reply"]) == (False, "no model", None)
    with ScriptedServer(reply=lambda _: " ") as server:
        assert "replied with nothing" in shown(capsys, "--base-url", server.base_url, "--probe", code=3)


def test_weights_that_no_engine_can_serve_fail_the_probe(capsys, tmp_path):
    (tmp_path / "tiny.gguf").write_bytes(b"this is no model")
    found = told(capsys, "--model", "local:tiny.gguf", "--probe", code=3)["probe"]
    assert not found["works"] and found["trouble"] == "no model" and "tiny.gguf" in found["message"]


def test_a_hostile_reply_and_hostile_names_do_nothing(capsys):
    with ScriptedServer(reply=lambda _: EVIL * 500) as server:
        captured = call(capsys, "--base-url", server.base_url, "--probe")
        assert "[red]x[/red]" in captured.out and not {"\x1b", "\x07", "\u202e"} & set(captured.out)
        assert len(captured.out) < 3000 and "owned" not in captured.out
        assert "not with the word that was asked for" in " ".join(captured.out.split())
        found = told(capsys, "--base-url", server.base_url, "--probe")["probe"]
        assert found["works"] and not found["as_asked"]
    captured = call(capsys, "--model", EVIL * 500, "--base-url", "https://example.com/v1")
    assert "[red]x" in captured.out and not {"\x1b", "\x07", "\u202e"} & set(captured.out)
    assert len(captured.out) < 3000


def test_a_model_that_thought_all_its_tokens_away():
    spent = probe.Probe(Reply("", Usage(9, 512, 0.001, estimated=True), finish="length", seconds=2.0))
    assert not spent.works
    assert spent.lines() == [
        "it replied with nothing: all 512 tokens went into thinking after 2.0 s · "
        "about 9 tokens of prompt and 512 of reply, under $0.01"
    ]
    bare = Capabilities(stream=False, stream_usage=False, limit="", temperature=False, system=False)
    (_, how) = probe.Probe(Reply("ok", Usage(9, 1)), bare).lines()
    assert how.startswith("asked with the bare messages; without a stream, ")


def test_what_is_told_of_an_endpoint():
    here = Endpoint("m", "http://127.0.0.1:8000/v1", "vLLM", local=True, context=4096)
    assert about(here) == "http://127.0.0.1:8000/v1 · context 4,096 tokens · free"


# mlpilot doctor


def findings(found):
    return {one.name: one for one in [*found.machine, *found.thinkers]}


def test_the_doctor_with_nothing_to_think_with(capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("MLPILOT_LLAMA_SERVER", "no-such-program")
    monkeypatch.setattr(checkup.walls, "look", lambda _: [])  # they are probed elsewhere, and that takes seconds
    assert main(["doctor"]) == 4
    said = " ".join(capsys.readouterr().out.split())
    assert "none answers on this machine; asked ports 1 (Ollama)" in said and "start Ollama" in said
    assert "none is asked; the built-in brain needs none" in said
    found = checkup.examine()
    by_name = findings(found)
    assert by_name["key"].state == by_name["engine"].state == by_name["llama-server"].state == "missing"
    assert (found.brain, found.model) == ("built-in", None) and "gpu" not in by_name


def test_the_doctor_with_a_key_and_an_engine(capsys, engine, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setattr(checkup.walls, "look", lambda _: [checkup.Finding("bubblewrap", "ok", "it works")])
    assert main(["doctor", "--json"]) == 0
    printed = capsys.readouterr().out
    told = json.loads(printed)
    assert SECRET not in printed and (told["brain"], told["model"]) == ("llm", "gpt-5.2 at api.openai.com")
    assert {"status", "machine", "packages", "sandboxes", "sandbox", "brain", "extra"} <= set(told)
    found = findings(checkup.examine())
    assert found["key"].detail == "OPENAI_API_KEY is set"
    assert found["engine"].detail == f"vLLM at {engine}: qwen-coder, mistral, context 8,192 tokens"
    assert found["model"].detail.startswith("gpt-5.2 at api.openai.com, then qwen-coder (vLLM, on this machine); ")
    assert main(["doctor"]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last == "A run would use: bubblewrap, gpt-5.2 at api.openai.com with the built-in brain beside it."


def test_the_doctor_shows_a_gpu_and_what_is_wrong_with_a_choice(monkeypatch, tmp_path, state):
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho 4096\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(checkup.walls, "look", lambda _: [])
    state.mkdir()
    Path(state / "model.json").write_text(json.dumps({"model": "local:/gone.gguf", "base_url": None}))
    found = findings(checkup.examine())
    assert found["gpu"].detail == "4.0 GiB free"
    assert found["model"].state == "warning" and "--use auto" in found["model"].detail

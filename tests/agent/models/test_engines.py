"""Finding engines that run, and what is decided before one is started.

The servers here are stand-ins on loopback that answer as each engine documents; llama-server itself is in
`test_llama_server`.
"""

import json
import os
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mlpilot.agent.models.engines import commands, finding, starting
from mlpilot.agent.models.engines.finding import running
from mlpilot.agent.models.engines.fitting import context_for, free_gpu_bytes, gpu_layers, sum_of_mebibytes
from mlpilot.agent.models.engines.header import read_header
from mlpilot.agent.models.engines.starting import start
from mlpilot.agent.models.engines.telling import LONGEST_NAME, MOST_MODELS, UNKNOWN, Found, recognise
from mlpilot.agent.models.protocol import ModelError, Secret
from mlpilot.sandbox.errors import UserError

GIB = 1 << 30


@contextmanager
def stand_in(
    answers: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Iterator[tuple[int, list[str]]]:
    """A server that answers these paths with this JSON (or these bytes) and all others with 404; its port and log."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = answers.get(self.path)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(200 if self.path in answers else 404)
            for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_words: object) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def raw(speak: Callable[[socket.socket], None]) -> Iterator[int]:
    """A program that speaks as it likes to whoever connects."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(peer,), daemon=True).start()

    def talk(peer: socket.socket) -> None:
        with peer:
            try:
                peer.recv(4096)
                speak(peer)
            except OSError:
                pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def listed(*entries: object) -> dict[str, object]:
    return {"object": "list", "data": list(entries)}


def model(name: str, owner: str, **more: object) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 1, "owned_by": owner, **more}


LLAMA = {
    "/v1/models": listed(model("qwen.gguf", "llamacpp", meta={"n_ctx_train": 32768})),
    "/props": {"default_generation_settings": {"n_ctx": 8192}, "total_slots": 1},
}
VLLM = {"/v1/models": listed(model("Qwen/Qwen3-8B", "vllm", root="Qwen/Qwen3-8B", max_model_len=40960))}
OLLAMA = {
    "/api/version": {"version": "0.12.6"},
    "/v1/models": listed(
        *(model(name, "library") for name in ("gpt-oss:120b-cloud", "big:70b", "all-minilm:latest")),
        *(
            model(name, "library")
            for name in ("qwen3:8b", "nomic-embed-text:latest", "far:latest", "qwen3-embedding:4b")
        ),
    ),
    "/api/tags": {
        "models": [
            {"name": "gpt-oss:120b-cloud", "details": {"family": "gptoss"}},
            {"name": "far:latest", "remote_model": "far", "remote_host": "https://ollama.com:443", "details": {}},
            {"name": "big:70b", "details": {"family": "llama"}},
            {"name": "all-minilm:latest", "details": {"family": "bert"}},
            {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert"}},
            {"name": "qwen3-embedding:4b", "details": {"family": "qwen3"}},
            {"name": "qwen3:8b", "details": {"family": "qwen3"}},
        ]
    },
    "/api/ps": {"models": [{"name": "qwen3:8b", "context_length": 4096}]},
}
LM_STUDIO = {
    "/api/version": {"error": "Unexpected endpoint or method. (GET /api/version)"},
    "/v1/models": listed(*(model(name, "organization_owner") for name in ("idle", "text-embedding-nomic", "hot"))),
    "/api/v0/models": listed(
        {"id": "idle", "type": "vlm", "state": "not-loaded", "max_context_length": 32768},
        {"id": "text-embedding-nomic", "type": "embeddings", "state": "loaded", "max_context_length": 2048},
        {"id": "hot", "type": "llm", "state": "loaded", "max_context_length": 131072, "loaded_context_length": 9216},
    ),
}
TRANSFORMERS = {
    "/v1/models": listed(
        model("Qwen/Qwen3-0.6B", "Qwen", status={"value": "unloaded"}),
        model("/weights/mine", "local", status={"value": "loaded"}),
    )
}


@pytest.mark.parametrize(
    ("answers", "headers", "engine", "models", "context"),
    [
        (LLAMA, {"Server": "llama.cpp"}, "llama.cpp", ("qwen.gguf",), 8192),
        ({"/v1/models": LLAMA["/v1/models"]}, {}, "llama.cpp", ("qwen.gguf",), 32768),
        (VLLM, {"server": "uvicorn"}, "vLLM", ("Qwen/Qwen3-8B",), 40960),
        (OLLAMA, {}, "Ollama", ("qwen3:8b", "big:70b"), 4096),
        ({**OLLAMA, "/api/ps": {"models": []}}, {}, "Ollama", ("big:70b", "qwen3:8b"), None),
        (LM_STUDIO, {}, "LM Studio", ("hot", "idle"), 9216),
        (TRANSFORMERS, {"x-request-id": "1-2"}, "transformers", ("/weights/mine", "Qwen/Qwen3-0.6B"), None),
    ],
)
def test_each_engine_is_told_by_what_it_answers(
    answers: Mapping[str, object],
    headers: Mapping[str, str],
    engine: str,
    models: tuple[str, ...],
    context: int | None,
) -> None:
    with stand_in(answers, headers) as (port, _):
        assert recognise(port) == Found(engine, f"http://127.0.0.1:{port}/v1", models, context)


def test_a_server_that_cannot_be_told_counts_only_where_its_port_was_named() -> None:
    with stand_in({"/v1/models": listed(model("gpt-5", "openai"))}) as (port, _):
        assert recognise(port) is None
        assert running([port]) == [Found(UNKNOWN, f"http://127.0.0.1:{port}/v1", ("gpt-5",))]


def test_models_of_ollama_are_left_out_where_nothing_says_which_run_on_this_machine() -> None:
    with stand_in({path: answer for path, answer in OLLAMA.items() if path != "/api/tags"}) as (port, _):
        assert recognise(port) is None


def test_several_are_found_at_once_and_in_order() -> None:
    with stand_in(VLLM) as (one, _), stand_in(LLAMA) as (other, _), socket.create_server(("127.0.0.1", 0)) as silent:
        found = running([one, silent.getsockname()[1], other, one])
    assert [engine.engine for engine in found] == ["vLLM", "llama.cpp"]


@pytest.mark.parametrize(
    "answer",
    [
        b"<!doctype html><html>Jupyter</html>",
        b"",
        b"\xff\xfe\x00",
        b"[" * 500_000,
        b'{"object": "list", "data": ' + b"9" * 5000 + b"}",
        [],
        "models",
        None,
        {"error": "no"},
        {"object": "list", "data": None},
        {"object": "list", "data": {}},
        {"object": "list", "data": [1, None, [], "x"]},
        listed(),
        {"data": [model("a", "vllm")]},
        listed(model("", "vllm"), {"owned_by": "vllm"}, {"id": 5, "owned_by": "vllm"}),
        listed(
            model("two\nlines", "vllm"), model("bell\x07", "vllm"), model("\u202egpt", "vllm"), model("\ud800", "vllm")
        ),
        listed(model("x" * (LONGEST_NAME + 1), "vllm"), model(" padded", "vllm")),
        listed(model("text-embedding-3", "vllm")),
    ],
)
def test_an_answer_that_is_no_list_of_models_is_no_engine(answer: object) -> None:
    with stand_in({"/v1/models": answer}) as (port, _):
        assert running([port]) == []


@pytest.mark.parametrize(
    "wrong",
    [{"meta": 5}, {"meta": {"n_ctx": "8192", "n_ctx_train": -1}}, {"meta": {"n_ctx": True, "n_ctx_train": 1 << 40}}],
)
def test_a_context_that_cannot_be_is_not_known(wrong: Mapping[str, object]) -> None:
    with stand_in({"/v1/models": listed(model("m", "llamacpp", **wrong)), "/props": [1]}) as (port, _):
        found = recognise(port)
    assert found is not None and found.context is None


def test_names_are_bounded_in_number() -> None:
    with stand_in({"/v1/models": listed(*(model(f"m{n}", "vllm") for n in range(5000)))}) as (port, _):
        found = recognise(port)
    assert found is not None and len(found.models) == MOST_MODELS


def test_a_redirect_is_not_followed() -> None:
    with stand_in(VLLM) as (other, asked):
        target = f"http://127.0.0.1:{other}/v1/models"

        def redirect(peer: socket.socket) -> None:
            peer.sendall(f"HTTP/1.1 307 Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())

        with raw(redirect) as port:
            assert running([port]) == []
        assert asked == []


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with stand_in(VLLM) as (port, _), stand_in({}) as (proxy, asked):
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert [found.engine for found in running([port])] == ["vLLM"]
        assert asked == []


def endless_body(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        peer.sendall(b" " * 65536)


def endless_headers(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        peer.sendall(b"X: y\r\n" * 1000)


def drip(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        peer.sendall(b"y")
        time.sleep(0.05)


def silence(peer: socket.socket) -> None:
    time.sleep(20)


def noise(peer: socket.socket) -> None:
    peer.sendall(os.urandom(1000))


def ssh(peer: socket.socket) -> None:
    peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def cut(peer: socket.socket) -> None:
    peer.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"object": "list"')


def bad_chunks(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc")


def bad_length(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n{}")


@pytest.mark.parametrize(
    "speak",
    [endless_body, endless_headers, drip, silence, noise, ssh, cut, bad_chunks, bad_length],
    ids=lambda f: f.__name__,
)
def test_whatever_listens_costs_little_time_and_raises_nothing(speak: Callable[[socket.socket], None]) -> None:
    with raw(speak) as port:
        began = time.monotonic()
        assert running([port]) == []
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("", None),
        ("127.0.0.1:11500", 11500),
        ("localhost", 11434),
        (":11501", 11501),
        ("0.0.0.0:11502", 11502),
        ("0.0.0.0", 11434),
        ("http://localhost:11503/", 11503),
        ("http://localhost", 80),
        ("[::1]:11504", 11504),
        ("192.168.1.5:11434", None),
        ("https://ollama.example.com", None),
        ("localhost:port", None),
        ("127.0.0.1:99999999", None),
    ],
)
def test_the_port_of_ollama_is_taken_from_its_variable_where_that_is_here(host: str, port: int | None) -> None:
    assert finding._port_of(host) == port


def test_the_usual_ports_and_ollamas_own_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with stand_in(OLLAMA) as (port, _), stand_in(VLLM) as (other, _):
        monkeypatch.setattr(finding, "PORTS", {"vLLM": other})
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{port}")
        assert [found.engine for found in running()] == ["Ollama", "vLLM"]


@pytest.mark.parametrize(
    ("model_bytes", "layers", "free", "expected"),
    [
        (5 * GIB, 32, 0, 0),
        (5 * GIB, 32, -GIB, 0),
        (5 * GIB, 32, GIB // 2, 0),
        (5 * GIB, 32, 24 * GIB, 33),
        (5 * GIB, 32, 6 * GIB, 33),
        (33 * GIB, 32, 10 * GIB + (768 << 20), 10),
        (1 << 20, 2, 78 * GIB, 3),
        (0, 32, 24 * GIB, 0),
        (5 * GIB, 0, 24 * GIB, 0),
    ],
)
def test_layers_go_on_the_gpu_as_far_as_they_fit(model_bytes: int, layers: int, free: int, expected: int) -> None:
    assert gpu_layers(model_bytes, layers, free) == expected


@pytest.mark.parametrize(
    ("trained", "cache", "free", "expected"),
    [
        (131_072, 128 << 10, 80 * GIB, 16_384),
        (8_192, 128 << 10, 80 * GIB, 8_192),
        (2_048, 128 << 10, 80 * GIB, 2_048),
        (131_072, 128 << 10, 6 * GIB, 8_192),
        (131_072, 128 << 10, GIB, 4_096),
        (10_000, 1, GIB, 9_984),
        (32_768, 128 << 10, 0, 4_096),
    ],
)
def test_the_context_fits_the_model_and_the_memory(trained: int, cache: int, free: int, expected: int) -> None:
    assert context_for(trained, cache, free) == expected


def test_free_memory_of_gpus_is_summed() -> None:
    assert sum_of_mebibytes("1000\n24\n") == 1024 << 20
    assert sum_of_mebibytes("[N/A]\n-5\nNo devices were found\n") == 0


def program(folder: Path, name: str, code: str) -> Path:
    """A stand-in for a program that is not here."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{code}")
    path.chmod(0o755)
    return path


def test_nvidia_smi_is_asked_for_the_gpus_that_we_may_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert free_gpu_bytes() is None
    program(tmp_path, "nvidia-smi", "import sys\nprint('100\\n20' if '--id=1' not in sys.argv else '20')")
    assert free_gpu_bytes() == 120 << 20
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert free_gpu_bytes() == 20 << 20
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert free_gpu_bytes() == 0
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    program(tmp_path, "nvidia-smi", "raise SystemExit('driver is not loaded')")
    assert free_gpu_bytes() == 0


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(*pairs: bytes, version: int = 3, keys: int | None = None) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs) if keys is None else keys) + b"".join(pairs)


def whole(key: str, value: int) -> bytes:
    return text(key) + struct.pack("<II", 4, value)


NAME = text("general.architecture") + struct.pack("<I", 8) + text("llama")
TOKENS = text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 3) + text("a") + text("") + text("ccc")
SCORES = text("tokenizer.ggml.scores") + struct.pack("<IIQ", 9, 6, 3) + b"\0" * 12
SIZES = (
    whole("llama.block_count", 32),
    whole("llama.context_length", 8192),
    whole("llama.embedding_length", 4096),
    whole("llama.attention.head_count", 32),
    whole("llama.attention.head_count_kv", 8),
)


def test_a_header_gives_what_is_needed_to_place_the_model(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(NAME, TOKENS, SCORES, *SIZES))
    header = read_header(path)
    assert (header.architecture, header.layers, header.context, header.cache_bytes) == ("llama", 32, 8192, 128 << 10)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it ends within its header"),
        (b"GGUF", "it ends within its header"),
        (b"PK\x03\x04" + b"\0" * 40, "it does not begin as one"),
        (gguf(NAME, *SIZES, version=1), "its version is 1"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "its version is 50331648"),
        (gguf(NAME, *SIZES)[:-1], "it ends within its header"),
        (gguf(NAME, keys=1 << 60), "it claims 1152921504606846976 keys"),
        (gguf(struct.pack("<Q", 1 << 62)), "bytes of one string"),
        (gguf(text("a") + struct.pack("<IIQ", 9, 8, 1 << 50)), "items of one array"),
        (gguf(text("a") + struct.pack("<IIQ", 9, 12, 4_000_000)), "it ends within its header"),
        (gguf(text("a") + struct.pack("<IIQ", 9, 9, 2)), "type 9"),
        (gguf(text("a") + struct.pack("<II", 99, 2)), "type 99"),
        (gguf(*SIZES), "does not name its architecture"),
        (gguf(NAME, *SIZES[1:]), "its block_count is missing"),
        (gguf(NAME, SIZES[0], whole("llama.context_length", 0), *SIZES[2:]), "its context_length is 0"),
        (gguf(NAME, whole("llama.block_count", 4_000_000_000), *SIZES[1:]), "its block_count is 4000000000"),
    ],
)
def test_a_header_that_lies_is_refused_in_one_line(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    with pytest.raises(UserError) as error:
        read_header(path)
    assert said in str(error.value) and "model.gguf" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("spec", ["local:", "local:/nowhere/model.gguf", "local: "])
def test_weights_that_are_not_there_are_the_persons_matter(spec: str) -> None:
    with pytest.raises(UserError, match="no such file or folder"):
        start(spec, log=None, tell=print)


def test_a_file_of_another_kind_and_a_folder_without_config_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(UserError, match="neither"):
        start(f"local:{tmp_path}/model.safetensors", log=None, tell=print)
    with pytest.raises(UserError, match=r"has no config\.json"):
        start(f"local:{tmp_path}", log=None, tell=print)
    (tmp_path / "config.json").write_text("{" * 100)
    with pytest.raises(UserError, match="cannot be read"):
        start(f"local:{tmp_path}", log=None, tell=print)


def test_without_llama_server_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(NAME, *SIZES))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(commands.PROGRAM, raising=False)
    with pytest.raises(UserError, match=r"llama-server is not installed.*scripts/llama_server\.sh"):
        start(f"local:{path}", log=None, tell=print)
    monkeypatch.setenv(commands.PROGRAM, str(tmp_path / "gone"))
    with pytest.raises(UserError, match="no program is there"):
        start(f"local:{path}", log=None, tell=print)


def test_without_an_engine_for_a_folder_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text("{}")
    installed(monkeypatch)
    with pytest.raises(UserError, match="pip install vllm"):
        start(f"local:{tmp_path}", log=None, tell=print)


def installed(monkeypatch: pytest.MonkeyPatch, **programs: str) -> None:
    """These engines for folders are there, and no other."""
    monkeypatch.setattr(commands, "_installed", programs.get)


SERVE = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
    def log_message(self, *arguments):
        pass

print(json.dumps([sys.argv[1:], dict(os.environ)]), flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""
"""A stand-in for vLLM and for transformers: it writes down how it was called, and says that it is healthy."""


def folder_of_weights(path: Path) -> Path:
    folder = path / "Tiny-1B"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"text_config": {"max_position_embeddings": 40960}}))
    return folder


@pytest.mark.parametrize("name", ["vllm", "transformers"])
def test_a_folder_is_served_by_what_is_installed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = program(tmp_path, name, SERVE)
    folder, log = folder_of_weights(tmp_path), tmp_path / "engine.log"
    installed(monkeypatch, **{name: str(served)})
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("HF_TOKEN", "hf-canary")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    engine = start(f"local:{folder}", log=log, tell=print)
    try:
        arguments, environment = json.loads(log.read_text().splitlines()[0])
        assert arguments[:2] == ["serve", str(folder)]
        assert arguments[arguments.index("--host") + 1] == "127.0.0.1"
        assert environment["HF_HUB_OFFLINE"] == "1" and environment["CUDA_VISIBLE_DEVICES"] == "3"
        assert "canary" not in json.dumps(environment) and "HTTPS_PROXY" not in environment
        assert engine.context == 16384
        if name == "vllm":
            assert engine.model == "Tiny-1B" and engine.key is not None
            assert environment["VLLM_API_KEY"] == engine.key.reveal() not in " ".join(arguments)
        else:
            assert engine.model == str(folder) and engine.key is None
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ValueError('the weights are of another kind')", "ValueError: the weights are of another kind"),
        ("print('E: cannot open the GPU'); print('leaving'); raise SystemExit(1)", "E: cannot open the GPU"),
        ("print('one'); print('\\x1b[31mtwo\\x07'); raise SystemExit(0)", "two"),
        ("import os; os.abort()", "it said nothing"),
        ("print('x' * 100_000)", "x" * 240),
    ],
)
def test_a_crash_at_the_start_is_one_clear_line(
    code: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = program(tmp_path, "vllm", code)
    installed(monkeypatch, vllm=str(served))
    log = tmp_path / "logs" / "engine.log"
    log.parent.mkdir()
    log.write_text("error: of an earlier day\n")
    with pytest.raises(UserError) as error:
        start(f"local:{folder_of_weights(tmp_path)}", log=log, tell=print)
    assert str(error.value) == f"vllm ended while it loaded Tiny-1B: {said} (more in {log})"


def slow(seconds: float) -> str:
    """The same, as one that takes its time to load."""
    return f"import time\ntime.sleep({seconds})\n{SERVE}"


def test_loading_is_told_by_the_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, vllm=str(program(tmp_path, "vllm", slow(2.2))))
    told: list[str] = []
    start(f"local:{folder_of_weights(tmp_path)}", log=None, tell=told.append).close()
    assert told and all(re.fullmatch(r"loading Tiny-1B … \d+ s", line) for line in told)


def test_one_that_never_loads_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, vllm=str(program(tmp_path, "vllm", slow(600))))
    monkeypatch.setattr(starting, "LONGEST_LOAD", 1.0)
    with pytest.raises(UserError, match="vllm did not load Tiny-1B within 1 s"):
        start(f"local:{folder_of_weights(tmp_path)}", log=None, tell=print)


def test_a_close_ends_a_restart_that_still_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, vllm=str(served := program(tmp_path, "vllm", SERVE)))
    engine = start(f"local:{folder_of_weights(tmp_path)}", log=None, tell=print)
    program(tmp_path, served.name, slow(600))
    failures: list[str] = []

    def restart() -> None:
        try:
            engine.restart()
        except ModelError as error:
            failures.append(str(error))

    thread = threading.Thread(target=restart)
    thread.start()
    time.sleep(0.5)
    engine.close()
    thread.join(30)
    assert failures == ["vllm was stopped while it loaded Tiny-1B"] and not engine.alive()


def test_a_log_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, vllm="/bin/true")
    with pytest.raises(UserError, match="cannot be written"):
        start(f"local:{folder_of_weights(tmp_path)}", log=tmp_path, tell=print)


def test_a_program_that_cannot_be_run_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = tmp_path / "vllm"
    served.write_bytes(b"\x7fELF, but no")
    served.chmod(0o755)
    installed(monkeypatch, vllm=str(served))
    with pytest.raises(UserError, match=r"vllm ended while it loaded Tiny-1B: .*Exec format error"):
        start(f"local:{folder_of_weights(tmp_path)}", log=None, tell=print)


def test_the_parts_of_a_model_are_counted_together(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        (tmp_path / f"big-0000{number}-of-00003.gguf").write_bytes(b"x" * 10)
    (tmp_path / "other-00001-of-00003.gguf").write_bytes(b"x" * 99)
    assert commands._size(tmp_path / "big-00001-of-00003.gguf") == 30
    assert commands._size(tmp_path / "other-00001-of-00003.gguf") == 99


def test_a_plan_does_not_show_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, vllm="/bin/true")
    plan = commands.plan_for(f"local:{folder_of_weights(tmp_path)}", 1, Secret("canary"))
    assert "canary" not in repr(plan) and plan.environment["VLLM_API_KEY"] == "canary"

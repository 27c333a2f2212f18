"""Nothing that mlpilot is made of speaks to anybody on its own."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sklearn.datasets import load_wine

from mlpilot.agent.options import RunOptions
from mlpilot.agent.pursue import run
from mlpilot.agent.task import TaskSpec


@pytest.fixture
def collector() -> Iterator[tuple[str, list[str]]]:
    """A real HTTP server where LangSmith's would be: its address, and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PATCH = _answer

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the name is the base class's

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def _trace_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING"):
        monkeypatch.setenv(name, "true")
    for name in ("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"):
        monkeypatch.setenv(name, "a key")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", address)
    from langsmith import utils

    utils.get_env_var.cache_clear()  # it remembers what the environment said


@pytest.mark.sandbox
def test_a_run_is_not_traced_whatever_the_environment_says(
    collector: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = collector
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / "home"))
    load_wine(as_frame=True).frame.to_csv(tmp_path / "wine.csv", index=False)
    _trace_to(address, monkeypatch)
    assert run(TaskSpec(str(tmp_path / "wine.csv"), "target"), RunOptions(max_experiments=1)).status == "finished"
    time.sleep(1.5)  # traces are sent in the background
    assert asked == []


def test_the_collector_would_have_seen_a_trace(
    collector: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from langgraph.graph import START, StateGraph

    address, asked = collector
    _trace_to(address, monkeypatch)
    graph = StateGraph(dict)
    graph.add_node("node", lambda state: state)
    graph.add_edge(START, "node")
    graph.compile().invoke({"a": 1})
    deadline = time.monotonic() + 20
    while not any("runs" in path for path in asked) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert any("runs" in path for path in asked)
    time.sleep(1)  # let it finish: it would complain of a server that is gone

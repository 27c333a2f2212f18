"""`--model local:FOLDER` with the real `transformers serve`, and a tiny model of random weights: the plumbing only."""

import os
import subprocess
from pathlib import Path

import pytest

from mlpilot.agent.models.chat import ChatClient
from mlpilot.agent.models.engines.starting import start
from mlpilot.agent.models.protocol import Message

HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlpilot" / "transformers"
ROOT = Path(__file__).parents[3]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (HOME / "bin" / "transformers").exists(),
        reason="transformers serve is not set up: sh scripts/transformers.sh does it (five gigabytes)",
    ),
]


def test_a_folder_is_served_answers_in_a_stream_and_ends_with_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = [HOME / "bin" / "python", ROOT / "evals" / "tiny_folder.py", tmp_path / "tiny"]
    subprocess.run(maker, check=True, capture_output=True)
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{HOME / 'bin'}")
    pieces: list[str] = []
    engine = start(f"local:{tmp_path / 'tiny'}", log=tmp_path / "log", tell=lambda _: None)
    try:
        assert engine.endpoint.engine == "transformers"
        assert engine.context == 16_384
        client = ChatClient(engine.endpoint)
        messages = [Message("system", "Be brief."), Message("user", "What is a forest?")]
        reply = client.ask(messages, reply_tokens=48, seconds=120, on_text=pieces.append)
        client.close()
        assert reply.finish in ("length", "stop")
        assert 0 < reply.usage.completion_tokens <= 48
        assert not reply.usage.estimated
        assert len(pieces) > 1
        pid = engine.pid
    finally:
        engine.close()
    assert pid is not None
    assert not Path(f"/proc/{pid}").exists()

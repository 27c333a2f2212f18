"""The story module stands beside the tests; importlib mode does not put it on the path."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def no_models(monkeypatch):
    """No key and no engine, whatever this machine has: each test brings its own."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "MLPILOT_API_KEY", "MLPILOT_PRICES", "OLLAMA_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("mlpilot.agent.models.engines.finding.PORTS", {"Ollama": 1})  # nobody listens there
    monkeypatch.setattr("mlpilot.agent.models.choosing._from_keyring", lambda _: None)

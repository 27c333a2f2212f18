"""A Python with PyTorch, Keras and TensorFlow for tests of edits: MLPILOT_DEEP_PYTHON names one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlpilot.agent.settings import Settings, environment_of
from mlpilot.sandbox.choose import choose
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.mending.claims import NO_LOSS, SCORE, proven
from mlpilot.tools.mending.offers import OFFERS, offers
from mlpilot.tools.mending.probing import probed_runs
from mlpilot.tools.mending.running import Runner

SECONDS = 120.0
_IMPORTS = "import keras\nimport numpy as np\nimport torch\nfrom sklearn.model_selection import KFold\n"


@pytest.fixture(scope="session")
def deep_runner():
    python = os.environ.get("MLPILOT_DEEP_PYTHON", sys.executable)
    asked = "import importlib.util as u; raise SystemExit(not all(map(u.find_spec, ('torch', 'keras', 'tensorflow'))))"
    if subprocess.run([python, "-c", asked]).returncode:
        pytest.skip("PyTorch, Keras and TensorFlow are not here; MLPILOT_DEEP_PYTHON may name a Python that has them")
    sandbox = choose("bubblewrap", str, environment_of(Settings(Path(), python=str(Path(python).absolute()))))
    with Runner(sandbox, [], "", Path("script.py"), _IMPORTS, SECONDS, probing=True) as ready:
        yield ready


@pytest.fixture
def honest_alone(deep_runner):
    """Checks that of a fault's edits one is believed, and that none of `cheats` (old text, new text) is; `words` begin
    the line of the finding where `check` need not find it."""

    def check(code, source, cheats, words=""):
        if words:
            line = source[: source.index(words)].count("\n") + 1
            found = Diagnosis("by-hand", "weights and more", "", line, code=code)
        else:
            found = next(one for one in check_source(source) if one.code == code)
        before = probed_runs(source, deep_runner.run, (0,))
        honest = [(text, claims) for text, _, claims in offers(source, found, silent=True)]
        proofs = [proven(claims, before, probed_runs(text, deep_runner.run, (0,)))[0] for text, claims in honest]
        assert any(proofs), (honest, before[0].facts)
        for old, new in cheats:
            assert old in source
            after = probed_runs(source.replace(old, new), deep_runner.run, (0,))
            facts = [tuple(one for one in claims if one not in (SCORE, NO_LOSS)) for _, claims in OFFERS[code]]
            told = [proven(claims, before, after)[0] for claims in facts]
            assert not any(told), (new, before[0].facts, after[0].facts)

    return check

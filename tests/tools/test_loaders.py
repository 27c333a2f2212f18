"""PyTorch's loaders that ask for workers: neither `fix` nor `run` hangs within the walls, and nothing is lost.

They need a Python with PyTorch: MLPILOT_DEEP_PYTHON names one.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpilot.agent.settings import Settings, environment_of
from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.protocol import Limits
from mlpilot.tools.columns import write_columns
from mlpilot.tools.harness import Job, open_pool, run_job
from mlpilot.tools.mending.running import Probe, Runner

SECONDS = 120.0
TRAINING = """
{imports}

def trained():
    torch.manual_seed(0)
    x = torch.rand(64, 3)
    data = torch.utils.data.TensorDataset(x, x.sum(dim=1, keepdim=True))
    loader = torch.utils.data.DataLoader(data, 8, num_workers=2, persistent_workers=True, prefetch_factor=2)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    opt = torch.optim.SGD(net.parameters(), lr=0.01)
    for xb, yb in loader:
        opt.zero_grad()
        loss = torch.nn.functional.mse_loss(net(xb), yb)
        loss.backward()
        opt.step()
    return net
"""
NOW, LATE = "import torch", "import importlib\ntorch = importlib.import_module('torch')"


@pytest.fixture(scope="module")
def sandbox():
    python = os.environ.get("MLPILOT_DEEP_PYTHON", sys.executable)
    asked = "import importlib.util as u; raise SystemExit(u.find_spec('torch') is None)"
    if subprocess.run([python, "-c", asked]).returncode:
        pytest.skip("PyTorch is not here; MLPILOT_DEEP_PYTHON may name a Python that has it")
    return choose("bubblewrap", str, environment_of(Settings(Path(), python=str(Path(python).absolute()))))


@pytest.mark.slow
@pytest.mark.parametrize("imports", [NOW, LATE], ids=["imported ahead", "imported late"])
def test_fix_sees_every_step_of_a_training_with_workers(sandbox, imports):
    source = TRAINING.format(imports=imports) + "trained()\nprint('ended')\n"
    with Runner(sandbox, [], "", Path("script.py"), source, SECONDS, probing=True) as runner:
        ended = runner.run(source, probe=Probe(("torch",)))
    assert (ended.status, ended.stdout) == ("ok", "ended\n"), ended.error
    assert [one.steps for one in ended.trainings] == [8] and not ended.unobserved
    assert imports == LATE or ended.facts["steps"] == 8


@pytest.mark.slow
def test_a_solution_with_workers_is_fitted_within_the_walls(sandbox, tmp_path):
    source = TRAINING.format(imports=NOW) + (
        "import numpy as np\n"
        "def fit(X, y, *, params, seed, report):\n    return trained()\n"
        "def predict(model, X):\n    return np.zeros(len(X))\n"
    )
    write_columns(pd.DataFrame({"a": np.arange(20.0)}), np.arange(20), tmp_path / "rows")
    job = Job(source, {}, 0, "y", None, np.arange(15), np.zeros(15), np.arange(15, 20))
    with open_pool(sandbox, Limits(), [tmp_path / "rows"]) as pool:
        outcome = run_job(pool, job, timeout=SECONDS)
    assert outcome.status == "ok" and outcome.prediction is not None, outcome.error

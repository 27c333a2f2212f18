"""What observing a training costs: `python scripts/observer_cost.py PYTHON [--times N]`.

PYTHON has torch and keras. Each training runs in it with and without the observers, by turns, with one thread; told is
the ratio of processor time, of the medians, and whether the last loss is the same number.
"""

import argparse
import json
import os
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TORCH = """
import torch
from torch import nn
torch.manual_seed(0)
torch.set_num_threads(1)
X, y = torch.randn(4096, 64), torch.randint(0, 10, (4096,))
model = {model}
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range({steps}):
    at = 64 * step % 4096
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(X[at : at + 64]), y[at : at + 64])
    loss.backward()
    optimizer.step()
last = loss.item()
"""
KERAS = """
import keras, numpy
from keras import layers
keras.utils.set_random_seed(0)
rng = numpy.random.default_rng(0)
X, y = rng.normal(size=(4096, 64)).astype("float32"), rng.integers(0, 10, 4096)
model = keras.Sequential([keras.Input((64,)), layers.Dense(128, activation="relu"), layers.Dense(10)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
last = model.fit(X, y, batch_size=64, epochs={steps} // 64, verbose=0).history["loss"][-1]
"""
DENSE = "nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))"
CONVOLUTIONS = (
    "nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), "
    "nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 10))"
)
TRAININGS = {
    "PyTorch, dense": ("torch", TORCH.format(model=DENSE, steps=6000), 6000),
    "PyTorch, convolutions": ("torch", TORCH.format(model=CONVOLUTIONS, steps=1500), 1500),
    "PyTorch, short": ("torch", TORCH.format(model=DENSE, steps=300), 300),
    "Keras, dense": ("keras", KERAS.format(steps=3200), 3200),
    "Keras, short": ("keras", KERAS.format(steps=320), 320),
}
"""Name → framework, script, steps."""
CALL = """
import importlib, json, os, sys, time
place, framework, observed = sys.argv[1:]
source = sys.stdin.read()
importlib.import_module(framework)
sys.path.insert(0, place)
import mlpilot_watching
mlpilot_watching.Watching("none").start()  # what its own imports cost is not a training's
names = {}
began = time.process_time()
exec(compile(source, "script.py", "exec"), names)
print(json.dumps([time.process_time() - began, names["last"]]))
"""
BARE = CALL.replace('mlpilot_watching.Watching("none").start()', "pass")


def main() -> None:
    """Print a line for each training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python")
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    for name, (framework, source, steps) in TRAININGS.items():
        seconds: dict[bool, list[float]] = {False: [], True: []}
        lasts = set()
        for _ in range(options.times):
            for observed in (False, True):
                call = [options.python, "-c", CALL if observed else BARE, str(ROOT / "tools" / "inside"), framework, ""]
                settings = os.environ | {"OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
                done = subprocess.run(call, input=source, capture_output=True, text=True, env=settings, check=True)
                spent, last = json.loads(done.stdout.strip().split("\n")[-1])
                seconds[observed].append(spent)
                lasts.add(last)
        bare, observed_ = statistics.median(seconds[False]), statistics.median(seconds[True])
        same = "the same last loss" if len(lasts) == 1 else f"last losses {sorted(lasts)}"
        print(f"{name}: {steps} steps of {1000 * bare / steps:.2f} ms, {observed_ / bare:.2f} times the time, {same}")


if __name__ == "__main__":
    main()

"""How much of its time a loop of PyTorch waits for its batches, as the share of each step, from one to the next.

With a DataLoader that is the time within the loader. Without one it is what passes from a step to the next forward
pass, whatever is done there. Loaders whose workers the walls took away are left out: outside they would not wait so.
"""

import functools
import time
from typing import Any

import mlpilot_loading
from mlpilot_training import Record


class Waits:
    """The watch over loaders and loops."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.since: dict[int, float] = {}
        """Seconds that each iterator took since the last step."""
        self.latest = 0
        """The iterator that gave the last batch."""
        self.passed: float | None = None
        """Seconds from the last step to the forward pass after it."""
        self.ended = 0.0
        """When the last step ended."""
        self.fed: set[Record] = set()
        """Trainings that a loader feeds."""
        self.stops: list[Any] = []
        self.compiled = False
        """Whether something is compiled: hooks that come and go would have it compiled again and again."""

    def start(self) -> None:
        """Time the loaders."""
        iterator = self.torch.utils.data.dataloader._BaseDataLoaderIter
        own, waits = iterator.__next__, self

        @functools.wraps(own)
        def timed(self: Any) -> Any:
            began = time.perf_counter()
            given = own(self)
            key = id(self)
            waits.since[key] = waits.since.get(key, 0.0) + time.perf_counter() - began
            waits.latest = key
            return given

        compile_ = self.torch.compile

        @functools.wraps(compile_)
        def compiled(*args: Any, **more: Any) -> Any:
            waits.compiled = True
            return compile_(*args, **more)

        iterator.__next__, self.torch.compile = timed, compiled

    def stepped(self, record: Record, without_workers: bool) -> None:
        """A step is about to be told; `without_workers`: its loader lost its own."""
        now = time.perf_counter()
        fed, curve = bool(self.since), record.curves["waits"]
        wait = self.since.get(self.latest) if fed else self.passed
        if fed:
            self.fed.add(record)
        if record.steps and wait is not None and now > self.ended and not without_workers and not record.alternates:
            curve.add(record.steps, min(1.0, wait / (now - self.ended)))
        else:
            curve.skip()

    def over(self, record: Record) -> None:
        """All that is done about a step is done; time runs for the next."""
        self.since.clear()
        self.passed = None
        self.stop()
        if record not in self.fed and not self.compiled and record.curves["waits"].wants():
            hook = self.torch.nn.modules.module.register_module_forward_pre_hook
            self.stops.append(hook(self._forward))
        self.ended = time.perf_counter()

    def _forward(self, *_: Any) -> None:
        self.passed = time.perf_counter() - self.ended
        self.stop()

    def stop(self) -> None:
        """No longer wait for a forward pass."""
        while self.stops:
            self.stops.pop().remove()


def lost_workers(loader: Any) -> bool:
    """Whether workers that the script asked for were taken away."""
    return loader in mlpilot_loading.WITHOUT

"""A short range test of learning rates in PyTorch, after the script has ended: at which rates does its loss fall?

After Smith ("Cyclical Learning Rates for Training Neural Networks", WACV 2017), in short runs of their own instead of
one ramp, so that what a rate does is not mixed with what those before it did. During the training only the first
weights and a few batches are copied, and only of trainings that are small; whatever runs, runs when the script is over,
and all is put back. Trainings that learnt are not tested.
"""

import collections
import contextlib
import io
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

from mlpilot_tensors import largest
from mlpilot_training import Record, short

MOST_NUMBERS, MOST_BATCHES, MOST_BYTES = 2_000_000, 6, 8_000_000
"""Of a model that is tried; of what is kept for it."""
STEPS, LEAST_STEPS = 10, 30
"""Updates with each rate; and those of a training below which nothing is tried."""
_LEARNT = 0.2
"""The share of the first loss that is left, below which a training needs no test."""
_SECONDS, _SHARE, _MOST_SECONDS = 0.5, 0.05, 2.0
"""What all tests together may take: so much, and of the trainings' time."""
_DECADES = tuple(10.0**power for power in (-3, -2, -1, -4, 0, -5, 1))
_HALF = math.sqrt(10)
_SAME, _SAME_BY_CHANCE = 1e-3, 0.5
_NEEDS_CLOSURE = ("LBFGS",)

Call = tuple[Callable[..., Any], Any, Any, tuple[Any, ...], dict[str, Any]]
"""A loss as it was computed: the function, what the model gave, the targets, the other arguments."""


class Trial:
    """What the test of one training needs: its first weights, and a few batches."""

    def __init__(self, torch: Any, record: Record, optimizer: Any, root: Any) -> None:
        self.torch, self.record, self.optimizer, self.root = torch, record, optimizer, root
        self.tensors = [*root.parameters(), *root.buffers()]
        self.first = [one.detach().clone() for one in self.tensors]
        self.modes = {module: module.training for module in root.modules()}
        self.norm = self._norm()
        """Of the gradients with which the script's first step was made: clipped, added up, or as they come."""
        self.batches: list[tuple[Any, Any, Call]] = []
        self.loss: float | None = None
        """Of the first batch, as the script computed it."""
        self._bytes = 0
        self.others_began = self.others_least = 0.0
        """Loss of batches that are not trained on, with the first weights, and the lowest with any rate."""

    def keep(self, args: Any, more: Any, output: Any, call: Call, loss: float) -> None:
        """Keep a batch, where its loss is a function of what the model gave, and of nothing else that is not kept."""
        function, given, targets, rest, named = call
        if len(self.batches) >= MOST_BATCHES or not _is_of(given, output):
            return
        parts = (args, more, targets, rest, named)
        self._bytes += sum(one.numel() * one.element_size() for one in _tensors(self.torch, parts))
        copied = _copied(self.torch, parts) if self._bytes <= MOST_BYTES else None
        if copied is None:
            return
        args, more, targets, rest, named = copied
        self.batches.append((args, more, (function, tuple(given.shape), targets, rest, named)))
        if self.loss is None:
            self.loss = loss

    def is_wanted(self) -> bool:
        """Whether the training was long enough to tell, and did not learn."""
        points = self.record.curves["losses"].as_json()
        if not self.batches or self.record.steps < LEAST_STEPS or len(points) < LEAST_STEPS:
            return False
        late = [value for _, value in points[-max(1, len(points) // 10) :]]
        left = sum(late) / len(late)
        return not left < _LEARNT * points[0][1]

    def run(self, seconds: float) -> dict[str, Any] | None:
        """What became of the loss with each rate: `steps`, `began` and `tried`, pairs of a rate and the loss after it.

        None where the training cannot be played again. Ends after `seconds`, with fewer rates.
        """
        groups, end = self.optimizer.param_groups, time.perf_counter() + seconds
        own = float(self.record.facts["learning_rate"])
        if not own > 0 or len({float(group["lr"]) for group in groups}) > 1:
            return None
        with _put_back(self.torch, self.tensors, self.optimizer, self.root):
            began = self._begun()
            if began is None:
                return None
            tried: dict[float, float] = {}
            for rate in (own, *_DECADES):
                self._with(rate, tried, end)
            best = min(tried, key=tried.__getitem__, default=own)
            for rate in (best / _HALF, best * _HALF):
                self._with(rate, tried, end)
        pairs = sorted((short(rate), short(loss)) for rate, loss in tried.items())
        told = {"steps": STEPS, "began": short(began), "tried": [list(pair) for pair in pairs]}
        return told | {"others_began": short(self.others_began), "others_least": short(self.others_least)}

    def _begun(self) -> float | None:
        """The loss of the batches with the first weights; None where that of the first, or its gradients, differ."""
        self._again()
        by_chance = any("Drop" in type(module).__name__ or "Noise" in type(module).__name__ for module in self.modes)
        for one in self.tensors:
            one.grad = None
        loss = self._loss(self.batches[0])
        loss.backward()
        near = _SAME_BY_CHANCE if by_chance else _SAME
        pairs = ((float(loss.detach()), self.loss), (self._norm(), self.norm))
        if any(was is None or not abs(now - was) <= near * abs(was) for now, was in pairs):
            return None
        self._again()
        value = self._mean(self.batches[::2])
        self.others_began = self.others_least = self._mean(self.batches[1::2])
        return value if math.isfinite(value) else None

    def _norm(self) -> float:
        found = [one.grad for one in self.tensors if one.grad is not None]
        return math.sqrt(sum(float(one.detach().float().pow(2).sum()) for one in found))

    def _again(self) -> None:
        """The state before the first step."""
        with self.torch.no_grad():
            for tensor, value in zip(self.tensors, self.first, strict=True):
                tensor.copy_(value)
        self.optimizer.state = collections.defaultdict(dict)
        for module, mode in self.modes.items():
            module.training = mode

    def _with(self, rate: float, tried: dict[float, float], end: float) -> None:
        """A few updates with this rate; the loss afterwards is infinite where it was not finite on the way."""
        if time.perf_counter() > end or any(abs(math.log(rate / other)) < 0.5 for other in tried):
            return
        self._again()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        trained, others = self.batches[::2], self.batches[1::2]
        for step in range(STEPS):
            for one in self.tensors:
                one.grad = None
            loss = self._loss(trained[step % len(trained)])
            if not math.isfinite(float(loss.detach())):
                tried[rate] = math.inf
                return
            loss.backward()
            self.optimizer.step()
            if time.perf_counter() > end:
                return
        value = self._mean(trained)
        tried[rate] = value if math.isfinite(value) else math.inf
        if others:
            value = self._mean(others)
            self.others_least = min(self.others_least, value if math.isfinite(value) else math.inf)

    def _mean(self, batches: list[Any]) -> float:
        """Their loss, with the same random numbers each time."""
        self.torch.manual_seed(0)
        with self.torch.no_grad():
            return sum(float(self._loss(one)) for one in batches) / max(1, len(batches))

    def _loss(self, batch: tuple[Any, Any, Any]) -> Any:
        args, more, (function, shape, targets, rest, named) = batch
        output = self.root(*args, **more)
        return function(_first(output).reshape(shape), targets, *rest, **named)


class Trials:
    """The Trials of a script's trainings."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self._of: dict[Record, Trial] = {}

    def begin(self, record: Record, optimizer: Any, called: list[tuple[Any, Any, Any]]) -> None:
        """A training begins, unless it is too large or cannot be tried: the first weights of what was called last."""
        if not called or type(optimizer).__name__ in _NEEDS_CLOSURE:
            return
        root = largest(called)[0]
        numbers = sum(one.numel() for one in (*root.parameters(), *root.buffers()))
        held = {id(one) for group in optimizer.param_groups for one in group["params"]}
        if numbers <= MOST_NUMBERS and held <= {id(one) for one in root.parameters()}:
            self._of[record] = Trial(self.torch, record, optimizer, root)

    def keep(self, record: Record, given: tuple[Any, Any], output: Any, call: Call, loss: float) -> None:
        """A batch of a training, where that is kept: what the model was `given` (arguments, and those with a name)."""
        trial = self._of.get(record)
        if trial is None:
            return
        trial.keep(*given, output, call, loss)
        if record.steps > LEAST_STEPS and not trial.is_wanted():
            del self._of[record]  # it learns: nothing is held any longer

    def run(self, records: list[Record]) -> None:
        """Test the learning rates of those that did not learn: the script is over."""
        wanted = [one for record, one in self._of.items() if record in records and one.is_wanted()]
        took = sum(float(record.as_json()["seconds"]) for record in records)
        for one in wanted:
            told = one.run(min(_MOST_SECONDS, _SECONDS + _SHARE * took) / len(wanted))
            if told is not None:
                one.record.facts["rates"] = told


@contextlib.contextmanager
def _put_back(torch: Any, tensors: list[Any], optimizer: Any, root: Any) -> Iterator[None]:
    """Weights, gradients, modes, the optimiser and PyTorch's random numbers as they were; nothing is printed."""
    values = [one.detach().clone() for one in tensors]
    gradients, modes = [one.grad for one in tensors], {module: module.training for module in root.modules()}
    rates, state = [group["lr"] for group in optimizer.param_groups], optimizer.state
    silent = io.StringIO()
    try:
        with (
            torch.random.fork_rng(),
            torch.enable_grad(),
            contextlib.redirect_stdout(silent),
            contextlib.redirect_stderr(silent),
        ):
            yield
    finally:
        with torch.no_grad():
            for tensor, value, gradient in zip(tensors, values, gradients, strict=True):
                tensor.copy_(value)
                tensor.grad = gradient
        for module, mode in modes.items():
            module.training = mode
        optimizer.state = state
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate


def _first(output: Any) -> Any:
    return output[0] if isinstance(output, tuple | list) else output


def _is_of(given: Any, output: Any) -> bool:
    """Whether what a loss was given is what the model gave, of another shape at most."""
    first = _first(output)
    same = hasattr(first, "data_ptr") and first.numel() == given.numel() and first.dtype == given.dtype
    return bool(same and first.data_ptr() == given.data_ptr() and first.is_contiguous() and given.is_contiguous())


def _tensors(torch: Any, value: Any) -> Iterator[Any]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _tensors(torch, one)


def _copied(torch: Any, value: Any) -> Any:
    """The same with tensors as they are now; None where other objects are among it, for they may change."""
    if not _is_plain(torch, value):
        return None
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: _copied(torch, one) for key, one in value.items()}
    return type(value)(_copied(torch, one) for one in value) if isinstance(value, list | tuple) else value


def _is_plain(torch: Any, value: Any) -> bool:
    if type(value) in (list, tuple, dict):
        return all(_is_plain(torch, one) for one in (value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, torch.Tensor | bool | int | float | str)

"""The part of the probe that watches what PyTorch draws its rows from: data sets, their order, masks, schedulers."""

import contextlib
import functools
import gc
import hashlib
import importlib
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from mlpilot_probe_names import is_nearly
from mlpilot_probe_reach import Reach
from mlpilot_probe_read import Given

_MOST_SETS, _FEWEST_ROWS, _MOST_ORDERS, _ROWS = 50, 8, 10_000, 3
_LOW = -1e3
"""What is filled in below that takes a place out of a softmax."""
_READ = "requires_grad"


def hook(watch: Any) -> "Sets":
    """Hooks on data sets, orders, masks and schedulers; `watch` is that of the models and optimisers."""
    return Sets(watch)


class Sets:
    """What is seen of them."""

    def __init__(self, watch: Any) -> None:
        self.watch, self.probe, self.torch = watch, watch.probe, watch.torch
        self.read: dict[int, Any] = {}
        self.learnt: Counter[int] = Counter()
        self.last: int | None = None
        self.orders: set[bytes] = set()
        self.parts: list[Any] = []
        self.masked: tuple[Any, bool] = None, False
        self.softened: Any = None
        torch = self.torch
        self._after(torch, "randperm", self._order)
        fetcher = importlib.import_module("torch.utils.data._utils.fetch")._MapDatasetFetcher
        self._after(fetcher, "fetch", self._fetched)
        self._after(torch.utils.data.Subset, "__init__", self._part)
        importlib.import_module("torch.optim.optimizer").register_optimizer_step_pre_hook(lambda *_: self._step())
        for owner in (torch.Tensor, torch, torch.nn.functional):
            self._after(owner, "softmax", self._soft)
        self._after(torch.Tensor, "masked_fill", self._mask)
        self._after(torch.nn.functional, "cross_entropy", self._entropy)
        self._after(torch, "masked_fill", self._mask)
        for name in ("__gt__", "__ge__", "gt", "ge"):
            self._after(torch.Tensor, name, self._bound)
        for kind in (torch.nn.MultiheadAttention, torch.nn.TransformerEncoder, torch.nn.TransformerEncoderLayer):
            self._after(kind, "forward", self._padded)
        self.reach = Reach(self)
        self.given = Given(self)
        self._plateau(torch.optim.lr_scheduler.ReduceLROnPlateau)

    def _after(self, owner: Any, name: str, note: Callable[..., None]) -> None:
        own = getattr(owner, name)

        @functools.wraps(own)
        def noted(*given: Any, **more: Any) -> Any:
            answer = own(*given, **more)
            with contextlib.suppress(Exception):
                note(answer, *given, **more)
            return answer

        setattr(owner, name, noted)

    def _order(self, order: Any, *_: Any, **__: Any) -> None:
        """Whether rows are drawn in an order in which as many were drawn before."""
        if len(order) < _FEWEST_ROWS or len(self.orders) > _MOST_ORDERS:
            return
        mark = hashlib.blake2b(order.cpu().numpy().tobytes(), digest_size=8).digest()
        self.probe.count("orders of rows")
        self.probe.count("orders of rows that came before", int(mark in self.orders))
        self.orders.add(mark)

    def _fetched(self, _: Any, one: Any, *__: Any) -> None:
        if len(self.read) < _MOST_SETS or id(one.dataset) in self.read:
            self.read[id(one.dataset)] = one.dataset
            self.last = id(one.dataset)
            self.probe.count("batches that are read")

    def _entropy(self, _: Any, *given: Any, **more: Any) -> None:
        """How many labels a loss leaves out, and how many it counts."""
        labels = given[1] if len(given) > 1 else more["target"]
        left_out = int((labels == more.get("ignore_index", given[4] if len(given) > 4 else -100)).sum())
        self.probe.count("labels that losses leave out", left_out)
        self.probe.count("labels that losses count", labels.numel() - left_out)

    def _step(self) -> None:
        if self.last is not None:
            self.learnt[self.last] += 1

    def _part(self, _: Any, part: Any, *__: Any, **___: Any) -> None:
        if len(self.parts) < _MOST_SETS:
            self.parts.append(part)

    def _soft(self, answer: Any, *given: Any, **_: Any) -> None:
        """Scores that were masked: did what was filled in take them out?"""
        self.probe.count("softmaxes over one number", int(answer.numel() > 0 and bool((answer == 1).all())))
        scores, in_vain = self.masked
        if given and scores is not None and given[0] is scores:
            self.probe.count("scores that are masked")
            self.probe.count("scores that are masked in vain", int(in_vain))
            self.masked = None, False
        self.softened = answer

    def _mask(self, answer: Any, *given: Any, **more: Any) -> None:
        value = float(more.get("value", given[2] if len(given) > 2 else 0.0))
        if self.softened is not None and given[0] is self.softened:
            self.probe.count("scores that are masked")
            self.probe.count("scores that are masked in vain", int(abs(value) > 1))
        else:
            self.masked = answer, value > _LOW

    def _padded(self, *_: Any, **more: Any) -> None:
        """Of a mask of padding: whether all that it leaves to be read is one word, which is the padding then."""
        mask = more.get("key_padding_mask", more.get("src_key_padding_mask"))
        tokens = next(reversed(self.watch.tokens.values()), None)
        if mask is None or tokens is None:
            return
        hidden = (mask if mask.dtype == self.torch.bool else mask < _LOW)[: len(tokens)]
        if hidden.shape == tokens.shape and bool(hidden.any()):
            read, left_out = (int(one.unique().numel()) for one in (tokens[~hidden], tokens[hidden]))
            self.probe.count("masks of padding")
            self.probe.count("masks of padding that leave out the words", int(read <= 1 < left_out))

    def _bound(self, _: Any, one: Any, other: Any, *__: Any) -> None:
        """Outputs that are compared with a bound between 0 and 1, and are not all between 0 and 1 themselves."""
        asked = sys._getframe(2).f_code.co_filename  # not by a library, nor by those who watch
        if "site-packages" in asked or asked.rpartition("/")[2].startswith("mlpilot_"):
            return
        if isinstance(other, float | int) and one.is_floating_point() and one.numel() > 1:
            raw = 0 < other < 1 and bool(((one < 0) | (one > 1)).any())
            self.probe.count("outputs that are compared with a bound")
            self.probe.count("raw outputs that are compared as probabilities", int(raw))
            inside = other <= 0 and bool(((one >= 0) & (one <= 1)).all())
            self.probe.count("probabilities that are compared with 0", int(inside))

    def _plateau(self, kind: Any) -> None:
        own, made = kind.step, kind.__init__

        @functools.wraps(made)
        def begun(one: Any, *given: Any, **more: Any) -> None:
            made(one, *given, **more)
            self.probe.count(f"schedulers that take {'more' if one.mode == 'max' else 'less'} for better")

        @functools.wraps(own)
        def stepped(one: Any, *given: Any, **more: Any) -> Any:
            before = [group["lr"] for group in one.optimizer.param_groups]
            answer = own(one, *given, **more)
            with contextlib.suppress(Exception):
                value = given[0] if given else more["metrics"]
                told = one.__dict__.setdefault("_told_of", [])
                told.append(float(value))
                self.probe.count("numbers that schedulers are told")
                if [group["lr"] for group in one.optimizer.param_groups] < before:
                    half = len(told) // 2
                    rise = sum(told[half:]) / (len(told) - half) - sum(told[:half]) / max(1, half)
                    wrong = rise > 0 if one.mode == "min" else rise < 0
                    self.probe.count("cuts of the learning rate while the number went the other way", int(wrong))
            return answer

        kind.__init__, kind.step = begun, stepped

    def kept_graphs(self) -> None:
        """How many tensors that are alive have a graph behind them; asked while rows are judged with gradients on."""
        tensor = self.torch.Tensor
        alive = sum(type(one) is tensor and one.grad_fn is not None for one in gc.get_objects())
        self.probe.most("tensors that keep their graphs", alive)

    def facts(self, roots: list[Any]) -> dict[str, int]:
        """The rest, at the end of the script."""
        told = {"settings that nothing reads": 0, "tensors that are kept as they are": 0}
        modules = {id(one): one for root in roots for one in root.modules()}
        tensors = {id(one): one for root in roots for one in root.parameters()}
        for one in tensors.values():
            told["tensors that are kept as they are"] += int(not one.requires_grad)
            told["settings that nothing reads"] += sum(is_nearly(name, _READ) for name in vars(one))
        for module in modules.values():
            names = [name for name in vars(module) if name == _READ or is_nearly(name, _READ)]
            told["settings that nothing reads"] += len(names)
        if self.read:
            told["data sets that are read"] = len(self.read)
            told["data sets that are learnt from"] = len(self.learnt)
            told["steps on the first data set"] = next(iter(self.learnt.values()), 0)
            judged = [one for key, one in self.read.items() if key not in self.learnt]
            told["data sets that are judged"] = len(judged)
            told["judged data sets that change at random"] = sum(map(self._changes, judged))
        if self.parts:
            held = [getattr(part.dataset, "transform", None) for part in self.parts]
            told["transforms of parts"] = len({id(one) for one in held if one is not None})
        told |= self.given.facts()
        return told

    def _changes(self, dataset: Any) -> bool:
        """Whether a row of a data set is another one when it is read again."""
        with contextlib.suppress(Exception), self.torch.random.fork_rng(devices=[]):
            for at in range(min(_ROWS, len(dataset))):
                pairs = [[dataset[at] for _ in range(2)] for _ in range(_ROWS)]
                if any(self._differ(one, other) for one, other in pairs):
                    return True
        return False

    def _differ(self, one: Any, other: Any) -> bool:
        parts = [item if isinstance(item, tuple | list) else (item,) for item in (one, other)]
        return any(
            isinstance(a, self.torch.Tensor) and (a.shape != b.shape or not self.torch.equal(a, b))
            for a, b in zip(*parts, strict=True)
        )

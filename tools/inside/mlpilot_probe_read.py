"""The part of the probe that tells the rows that PyTorch's loaders give: which are learnt from, and which are judged;
whether classes are chosen among one column, what is clipped, and whether steps go past the scaler of their losses."""

import functools
import importlib
import itertools
from typing import Any

_MOST_BYTES, _MOST_ROWS = 200_000_000, 200_000


class Given:
    """Hooks on loaders, on backward passes, on the choice of a class, and on scalers."""

    def __init__(self, sets: Any) -> None:
        self.probe, self.torch = sets.probe, sets.torch
        self.learnt: set[int] = set()
        self.judged: set[int] = set()
        self.batch: tuple[Any, ...] = ()
        self.in_order: dict[int, bool] = {}
        self.taken_back = self.scaled = self.through = False
        self.bytes = 0
        fetcher = importlib.import_module("torch.utils.data._utils.fetch")._MapDatasetFetcher
        sets._after(fetcher, "fetch", self._fetched)
        torch = self.torch
        sets._after(torch.Tensor, "backward", self._backward)
        for owner in (torch.Tensor, torch):
            for name in ("argmax", "max"):
                sets._after(owner, name, self._chosen)
        for name in ("clip_grad_norm_", "clip_grad_value_"):
            self._clipped(torch.nn.utils, name)
        self.weights: dict[str, Any] = {}
        self.rows: dict[str, Any] = {}
        for name in ("binary_cross_entropy_with_logits", "cross_entropy"):
            sets._after(torch.nn.functional, name, functools.partial(self._weighted, name))
        self._scalers(torch.amp.GradScaler)
        importlib.import_module("torch.optim.optimizer").register_optimizer_step_pre_hook(lambda *_: self._step())

    def _fetched(self, answer: Any, fetcher: Any, wanted: Any, *_: Any) -> None:
        self._settle()
        rows = answer[0] if isinstance(answer, list | tuple) else answer
        rows = next(iter(rows.values())) if isinstance(rows, dict) else rows
        last = fetcher.__dict__.get("_last_row", -1)
        places = [last, *wanted]
        fetcher.__dict__["_last_row"] = places[-1]
        ascending = all(one < other for one, other in itertools.pairwise(places))
        if self.bytes < _MOST_BYTES and len(self.learnt) + len(self.judged) < _MOST_ROWS:
            array = rows.detach().cpu().contiguous().numpy()
            self.bytes += array.nbytes
            self.batch = ascending, id(fetcher.dataset), {hash(row.tobytes()) for row in array}

    def _backward(self, *_: Any, **__: Any) -> None:
        self.taken_back = True

    def _settle(self) -> None:
        """The batch before was learnt from where a loss was taken back since, and judged otherwise."""
        if self.batch:
            ascending, dataset, rows = self.batch
            if self.taken_back:
                self.learnt |= rows
            else:
                self.judged |= rows
                self.in_order[dataset] = self.in_order.get(dataset, True) and ascending
        self.batch, self.taken_back = (), False

    def _chosen(self, _: Any, one: Any, *given: Any, **more: Any) -> None:
        axis = more.get("dim", given[0] if given else None)
        if isinstance(axis, int) and one.dim() > 1:
            self.probe.count("classes that are chosen")
            alone = one.shape[axis] == 1 and one.numel() > 1
            self.probe.count("classes that are chosen among one column", int(alone))

    def _weighted(self, name: str, _: Any, out: Any, target: Any, *given: Any, **more: Any) -> None:
        """The weights of classes that a loss has, and how many rows of each it was given."""
        binary = name != "cross_entropy"
        weight = more.get("pos_weight") if binary else more.get("weight", given[0] if given else None)
        if weight is None or (not binary and (target.is_floating_point() or weight.numel() != out.shape[1])):
            return
        target = target.detach()
        ones = [float((target <= 0.5).sum()), float((target > 0.5).sum())] if binary else None
        counts = self.torch.tensor(ones) if binary else self.torch.bincount(target.flatten(), minlength=weight.numel())
        value = self.torch.tensor([1.0, float(weight.detach().float().mean())]) if binary else weight.detach().float()
        self.weights[name] = value.cpu()
        self.rows[name] = self.rows.get(name, 0) + counts.float().cpu()

    def _rises(self) -> list[float]:
        """For each loss with weights whether they grow with the rows of their classes (above 0), or fall (below)."""
        found = []
        for name, weight in self.weights.items():
            rows = self.rows[name]
            found.append(float(((weight - weight.mean()) * (rows - rows.mean())).sum()))
        return found

    def _clipped(self, owner: Any, name: str) -> None:
        """Whether there is anything to clip: an iterator that was read before is empty."""
        own = getattr(owner, name)

        @functools.wraps(own)
        def clipped(parameters: Any, *given: Any, **more: Any) -> Any:
            parameters = parameters if isinstance(parameters, self.torch.Tensor) else list(parameters)
            nothing = not isinstance(parameters, self.torch.Tensor) and not parameters
            self.probe.count("clippings of nothing", int(nothing))
            return own(parameters, *given, **more)

        setattr(owner, name, clipped)

    def _scalers(self, kind: Any) -> None:
        scale, step, unscale = kind.scale, kind.step, kind.unscale_

        @functools.wraps(scale)
        def scaled(*given: Any, **more: Any) -> Any:
            self.scaled = True
            return scale(*given, **more)

        @functools.wraps(step)
        def stepped(*given: Any, **more: Any) -> Any:
            self.probe.count("steps that go through scalers")
            self.through = True
            try:
                return step(*given, **more)
            finally:
                self.scaled = self.through = False

        @functools.wraps(unscale)
        def unscaled(*given: Any, **more: Any) -> Any:
            self.scaled = False
            return unscale(*given, **more)

        kind.scale, kind.step, kind.unscale_ = scaled, stepped, unscaled

    def _step(self) -> None:
        self.probe.count("steps that go past scalers", int(self.scaled and not self.through))
        self.scaled = False

    def facts(self) -> dict[str, int]:
        """What is known at the end of the script."""
        self._settle()
        told = {}
        if self.weights:
            told["weights of classes that grow with their rows"] = sum(one > 0 for one in self._rises())
            told["weights of classes that fall with their rows"] = sum(one < 0 for one in self._rises())
        if not self.learnt and not self.judged:
            return told
        return told | {
            "different rows that are learnt from": len(self.learnt),
            "judged rows that were learnt from too": len(self.judged & self.learnt),
            "judged rows that were not learnt from": len(self.judged - self.learnt),
            "judged data sets in order": sum(self.in_order.values()),
            "judged data sets out of order": len(self.in_order) - sum(self.in_order.values()),
        }

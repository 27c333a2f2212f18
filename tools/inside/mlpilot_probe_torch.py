"""The part of the probe that watches PyTorch: losses, gradients, steps and modes."""

import contextlib
import functools
import importlib
import weakref
from collections.abc import Callable
from typing import Any

from mlpilot_probe import told_beforehand

_ROWS, _PLACES, _CHANGED = 8, 3, 1e-5
_FEW_PENDING = 2
_BATCHES, _PARTS, _NUMBERS = 20, 10, 5_000_000
_SIZED = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")


def hook(probe: Any) -> None:
    """Hooks on PyTorch's losses, backward, optimisers and modules."""
    probe.torch = _Watch(probe)


def _is_linear(out: Any) -> bool:
    """Whether a tensor is what a linear layer gave: raw, though all its values may lie between 0 and 1 by chance."""
    return type(out.grad_fn).__name__.rstrip("0123456789") in ("AddmmBackward", "MmBackward")


class _Watch:
    def __init__(self, probe: Any) -> None:
        import torch

        self.torch, self.probe = torch, probe
        self.depth = self.backwards = 0
        self.clipped = self.waiting = self.moved = False
        self.roots: dict[int, Any] = {}
        self.held: set[int] = set()
        self.pending: list[bool] = []
        self.tokens: dict[int, Any] = {}
        self.passed = _Pass()
        self.stepping: Any = weakref.WeakSet()
        self.first_rate = self.last_rate = 0.0
        self.known: set[int] = set()
        self.reached: set[int] = set()
        self.dropped = self.rows = self.taken = 0
        for name in ("cross_entropy", "binary_cross_entropy_with_logits", "kl_div", *_SIZED):
            self._around(torch.nn.functional, name, functools.partial(self._loss, name))
        self._around(torch.nn.functional, "dropout", self._dropout)
        self._around(torch.Tensor, "backward", self._backward)
        self._around(torch.nn.utils, "clip_grad_norm_", self._clip)
        self._around(torch.nn.utils, "clip_grad_value_", self._clip)
        self._around(torch.nn.Module, "zero_grad", self._cleared)
        self._around(torch.Tensor, "__eq__", self._compared)
        self._around(torch.utils.data, "random_split", self._divided)
        scheduler = torch.optim.lr_scheduler.LRScheduler
        self._around(scheduler, "step", self._scheduled)
        self.parts: list[set[int]] = []
        self._rows(torch.utils.data)
        self._loading()
        self._modules()
        self._optimisers()
        self.sets: Any = importlib.import_module("mlpilot_probe_sets").hook(self)

    def _around(self, owner: Any, name: str, note: Callable[..., None]) -> None:
        own = getattr(owner, name)

        @functools.wraps(own)
        def noted(*given: Any, **more: Any) -> Any:
            note(*given, **more)
            return own(*given, **more)

        setattr(owner, name, noted)

    def _loss(self, name: str, *given: Any, **more: Any) -> None:
        values = [*given[:2], *(more[key] for key in ("input", "target") if key in more)]
        if len(values) < 2 or not all(hasattr(one, "detach") for one in values[:2]):
            return
        out, target = (one.detach() for one in values[:2])
        if name in _SIZED:
            self._share("losses of different shapes", out.shape != target.shape)
        elif name == "kl_div":
            self._share("divergences of what is no logarithm", bool((out > 1e-6).any()) or bool((out >= 0).all()))
        else:
            inside = bool(((out >= 0) & (out <= 1)).all()) and not _is_linear(values[0])
            if name == "cross_entropy" and out.dim() > 1:
                inside = inside and bool(((out.sum(dim=1) - 1).abs() < 1e-3).all())
            self._share("losses of probabilities that are taken for raw outputs", inside)

    def _dropout(self, *given: Any, **more: Any) -> None:
        """One that is on, within a model that is called as a whole; which mode that is in is asked when it is left."""
        p = given[1] if len(given) > 1 else more.get("p", 0.5)
        on = given[2] if len(given) > 2 else more.get("training", True)
        self.dropped += int(bool(on) and float(p) > 0 and self.depth > 0)

    def _compared(self, one: Any, other: Any) -> None:
        if isinstance(other, self.torch.Tensor) and min(one.numel(), other.numel()) > 1:
            self.probe.count("comparisons of different shapes", int(one.shape != other.shape))
            if one.shape == other.shape and one.dim() == 1:
                self.passed.add(int(self.torch.eq(one, other).sum()), one.numel())

    def _scheduled(self, *_: Any, **__: Any) -> None:
        self.probe.count("schedulers' steps before any of an optimiser", int(not self.stepping))
        self.waiting = self.moved  # one that is made steps once before anything is trained

    def _divided(self, *given: Any, **more: Any) -> None:
        data: Any = given[0] if given else more.get("dataset")
        self.probe.most("rows split", len(data) if hasattr(data, "__len__") else 0)

    def _rows(self, data: Any) -> None:
        """Which rows parts of one data set hold, and whether a batch that is read changes those that are kept."""
        self._around(data.SubsetRandomSampler, "__init__", lambda _, indices, *__, **___: self._part(indices))
        self._around(data.Subset, "__init__", lambda *given, **more: self._part(more.get("indices", given[-1])))
        self._around(data.TensorDataset, "__init__", self._tables)
        fetcher = importlib.import_module("torch.utils.data._utils.fetch")._MapDatasetFetcher
        own = fetcher.fetch

        @functools.wraps(own)
        def read(one: Any, wanted: Any) -> Any:
            known = self.probe.counts.get("batches of data sets", 0) < _BATCHES
            data, rows_wanted = _behind_parts(one.dataset, wanted) if known else (None, wanted)
            before = _kept(self.torch, data) if known else []
            rows = _rows_of(self.torch, data, rows_wanted) if before else None
            answer = own(one, wanted)
            if before:
                self.probe.count("batches of data sets")
                self.probe.count("batches that change their data set", int(before != _kept(self.torch, data)))
                self.probe.count("batches that are not as they are kept", int(_differs(self.torch, rows, answer)))
            return answer

        fetcher.fetch = read

    def _tables(self, _: Any, *tensors: Any) -> None:
        if len(tensors) == 2 and all(hasattr(one, "detach") for one in tensors):
            data, target = (one.detach().cpu().numpy() for one in tensors)
            self.probe.count("columns that are the target", told_beforehand(data, target))
            self.probe.count("rows that are learnt from", len(data))

    def _part(self, indices: Any) -> None:
        with contextlib.suppress(Exception):
            rows = {int(one) for one in indices}
            if len(self.parts) < _PARTS and rows not in self.parts:
                self.parts.append(rows)

    def _loading(self) -> None:
        own, keys = self.torch.nn.Module.load_state_dict, self.torch.nn.Module.state_dict
        watch = self

        @functools.wraps(keys)
        def kept(module: Any, *given: Any, **more: Any) -> Any:
            answer = keys(module, *given, **more)
            with contextlib.suppress(AttributeError):
                answer._steps_then = watch.taken
            return answer

        self.torch.nn.Module.state_dict = kept

        @functools.wraps(own)
        def noted(module: Any, state: Any, *given: Any, **more: Any) -> Any:
            older = getattr(state, "_steps_then", watch.taken) < watch.taken
            alive = [module, *(watch.roots.values() if older else ())]
            mine = {value.data_ptr() for one in alive for value in keys(one).values()}
            same = sum(value.data_ptr() in mine for value in state.values())
            watch.probe.count("weights that were restored from themselves", same)
            answer = own(module, state, *given, **more)
            watch.probe.count("tensors that were not loaded", len(answer.missing_keys))
            return answer

        self.torch.nn.Module.load_state_dict = noted

    def _share(self, name: str, wrong: bool) -> None:
        self.probe.count(name, int(wrong))
        self.probe.count("losses")

    def _backward(self, *_: Any, **__: Any) -> None:
        self.backwards += 1
        self.pending = self.pending[:-1]  # what was computed last is what is taken back
        self._judged()
        self.clipped = False

    def _clip(self, *_: Any, **__: Any) -> None:
        self.probe.count("clippings")
        self.clipped = True

    def _cleared(self, *_: Any, **__: Any) -> None:
        self.backwards = 0

    def _modules(self) -> None:
        own = self.torch.nn.Module.__call__
        watch = self

        @functools.wraps(own)
        def noted(module: Any, *given: Any, **more: Any) -> Any:
            if watch.depth == 0 and given and hasattr(given[0], "shape") and len(given[0].shape):
                watch.probe.most("rows at once", int(given[0].shape[0]))
                watch.probe.count("rows in training", int(given[0].shape[0]) * watch.torch.is_grad_enabled())
            if watch.depth == 0 and any(True for _ in module.children()):
                watch.roots[id(module)] = module
                watch.known = {id(one) for one in module.modules()}
                watch._called(module)
                if given[0].dtype == watch.torch.long and len(given[0].shape) == 2:
                    watch.tokens[id(module)] = given[0][:_ROWS].detach().clone()
            if watch.depth == 0:
                watch.rows = int(given[0].shape[0]) if given and len(getattr(given[0], "shape", ())) else 0
            elif isinstance(module, watch.torch.nn.RNNBase):
                watch._recurrent(module, given)
            if watch.depth and id(module) not in watch.known:
                watch.probe.count("calls of layers that their model does not know", int(_learns(module)))
            watch.depth += 1
            try:
                return own(module, *given, **more)
            finally:
                watch.depth -= 1
                if watch.depth == 0:
                    watch._left(module)

        self.torch.nn.Module.__call__ = noted

    def _recurrent(self, module: Any, given: tuple[Any, ...]) -> None:
        """Whether a recurrent layer reads the rows that its model is given as steps."""
        shape = tuple(getattr(given[0], "shape", ())) if given else ()
        if len(shape) == 3 and shape[0] != shape[1]:
            self.probe.count("calls of recurrent layers")
            wrong = not module.batch_first and shape[0] == self.rows
            self.probe.count("recurrent layers that take rows for steps", int(wrong))

    def _left(self, module: Any) -> None:
        kind = "dropouts in training" if module.training else "dropouts while rows are judged"
        self.probe.count(kind, self.dropped)
        self.dropped = 0

    def _optimisers(self) -> None:
        from torch.optim import optimizer

        watch = self
        optimizer.register_optimizer_step_pre_hook(lambda one, *_: watch._step(one))
        optimizer.register_optimizer_step_post_hook(lambda *_: watch._stepped())
        own = optimizer.Optimizer.zero_grad

        @functools.wraps(own)
        def cleared(one: Any, *given: Any, **more: Any) -> Any:
            watch.backwards = 0
            return own(one, *given, **more)

        optimizer.Optimizer.zero_grad = cleared

    def _step(self, one: Any) -> None:
        parameters = [p for group in one.param_groups for p in group["params"]]
        self.held.update(map(id, parameters))
        count = self.probe.count
        count("steps")
        self.taken += 1
        count("optimisers that step", int(one not in self.stepping))
        self.stepping.add(one)
        rate = max(float(group["lr"]) for group in one.param_groups)
        self.first_rate = self.first_rate or rate
        count("changes of the learning rate", int(rate not in (self.last_rate, self.first_rate)))
        self.last_rate = rate
        count("steps at a thousandth of the first learning rate", int(rate <= 1e-3 * self.first_rate))
        count("schedulers' steps between those of optimisers", int(self.waiting))
        self.waiting, self.moved = False, True
        count("steps on gradients that were never cleared", int(self.backwards > 1))
        count("steps on gradients that were not clipped", int(not self.clipped))
        self.reached |= {id(p) for p in parameters if id(p) not in self.reached and p.grad is not None
                         and bool(p.grad.any())}  # fmt: skip
        count("steps without a gradient", int(all(p.grad is None or not bool(p.grad.any()) for p in parameters)))
        mine = [m for m in self.roots.values() if {id(p) for p in m.parameters()} & set(map(id, parameters))]
        judging = any(not m.training for m in mine)
        count("steps in evaluation mode", int(judging))
        count("steps in training mode", int(not judging))
        self.probe.most("tensors that are trained", len(self.held))

    def _stepped(self) -> None:
        self.clipped = False
        self.passed = _Pass()

    def _called(self, module: Any) -> None:
        kinds = (self.torch.nn.modules.dropout._DropoutNd, self.torch.nn.modules.batchnorm._BatchNorm)
        moody = any(isinstance(one, kinds) and one.training for one in module.modules())
        self.pending.append(moody)
        if len(self.pending) > _FEW_PENDING and len(self.pending) & (len(self.pending) - 1) == 0:
            self.sets.kept_graphs()
        if not self.torch.is_grad_enabled():
            self._judged()

    def _judged(self) -> None:
        """What was computed and is not taken back was judged."""
        self.probe.count("predictions", len(self.pending))
        self.probe.count("predictions in training mode", sum(self.pending))
        self.pending = []

    def facts(self, names: dict[str, Any]) -> dict[str, Any]:
        """The rest, at the end of the script."""
        self._judged()
        tensor = self.torch.Tensor
        networks = {name: id(one) for name, one in names.items() if isinstance(one, self.torch.nn.Module)}
        kept = [name for name, one in names.items() if isinstance(one, tensor) and one.dim() == 0 and one.grad_fn]
        unheld = {id(p) for m in self.roots.values() for p in m.parameters() if p.requires_grad} - self.held
        told = {"sums that keep their graphs": sorted(kept), "tensors that no optimiser holds": len(unheld)}
        told["tensors that no gradient reached"] = len(self.held - self.reached)
        others = {key for name, key in networks.items() if "best" not in name.lower()}
        told["networks that are kept"] = len(set(networks.values()))
        told["best networks that are no copies"] = sum("best" in n.lower() and k in others for n, k in networks.items())
        parts = [part for module in self.roots.values() for part in module.modules()]
        own = {id(value) for part in parts for value in vars(part).values()
               if isinstance(value, tensor) and value.is_leaf and value.requires_grad}  # fmt: skip
        told["tensors to learn that their model does not know"] = len(own)
        lists = [list(part.children()) for part in parts if isinstance(part, self.torch.nn.ModuleList)]
        whole = [len(part) for part in parts if isinstance(part, self.torch.nn.ModuleList)]
        told["layers that stand several times in a list"] = sum(whole) - sum(map(len, lists))
        if len(self.parts) > 1:
            pairs = [(one, other) for at, one in enumerate(self.parts) for other in self.parts[:at]]
            told["rows that parts share"] = sum(len(one & other) for one, other in pairs)
            told["rows of all parts"] = len(set().union(*self.parts))
            told["rows of the smallest part"] = min(map(len, self.parts))
        told |= self.sets.facts(list(self.roots.values()))
        told |= {name: count for name, count in self.probe.counts.items() if name.startswith("predictions")}
        return told | self.passed.facts() | self._places()

    def _places(self) -> dict[str, int]:
        """Of models that say something of each place of a sequence: in how many what comes after changes that."""
        found = [self._sees_after(self.roots[key], tokens) for key, tokens in self.tokens.items()]
        known = [one for one in found if one is not None]
        return {"models of places": len(known), "models whose places see those after": sum(known)} if known else {}

    def _sees_after(self, module: Any, tokens: Any) -> bool | None:
        """Whether another last word changes what is said of the places before it; None where that is not to be had."""
        if tokens.shape[1] < _PLACES or int(tokens.max()) == int(tokens.min()):
            return None
        other = tokens.clone()
        other[:, -1] = self.torch.where(tokens[:, -1] == tokens.max(), tokens.min(), tokens.max())
        modes = [(one, one.training) for one in module.modules()]
        said: list[Any] = []
        self.depth += 1
        with contextlib.suppress(Exception):  # a model that wants more than its sequence
            module.eval()
            with self.torch.no_grad(), self.torch.random.fork_rng(devices=[]):
                said = [module(one) for one in (tokens, other)]
        self.depth -= 1
        for one, mode in modes:
            one.training = mode
        said = [one[0] if isinstance(one, tuple) else one for one in said]
        if not said or not all(hasattr(one, "shape") and one.shape[:2] == tokens.shape for one in said):
            return None
        return bool((said[0][:, :-1] - said[1][:, :-1]).abs().max() > _CHANGED)


def _behind_parts(dataset: Any, wanted: Any) -> tuple[Any, Any]:
    """The data set that parts of it (`Subset`) draw from, and which of its rows are wanted."""
    while hasattr(dataset, "indices") and hasattr(dataset, "dataset"):
        wanted, dataset = [dataset.indices[at] for at in wanted], dataset.dataset
    return dataset, wanted


def _kept(torch: Any, dataset: Any) -> list[float]:
    """A sum for each table of numbers that a data set of the script's own keeps; nothing where they are too large."""
    if type(dataset).__module__.startswith("torch"):
        return []
    tables = [one for one in getattr(dataset, "__dict__", {}).values() if hasattr(one, "sum") and hasattr(one, "dtype")]
    if sum(int(one.numel() if isinstance(one, torch.Tensor) else one.size) for one in tables) > _NUMBERS:
        return []
    return [float(one.sum()) for one in tables]


def _rows_of(torch: Any, dataset: Any, wanted: Any) -> Any:
    """The rows of a batch as the data set keeps them, copied: of its first table of two dimensions or more."""
    with contextlib.suppress(Exception):
        for one in getattr(dataset, "__dict__", {}).values():
            if hasattr(one, "dtype") and len(one.shape) > 1 and len(one) >= len(dataset):
                return torch.as_tensor(one)[list(wanted)].detach().clone().flatten().float()
    return None


def _differs(torch: Any, rows: Any, answer: Any) -> bool:
    """Whether a batch is not what was kept, as long as both hold as many numbers."""
    given = answer[0] if isinstance(answer, list | tuple) else answer
    if rows is None or not isinstance(given, torch.Tensor) or given.numel() != rows.numel():
        return False
    return not torch.equal(given.detach().flatten().float(), rows)


def _learns(module: Any) -> bool:
    return any(one.requires_grad for one in module.parameters(recurse=False))


class _Pass:
    """Predictions that were compared with labels since the last step."""

    def __init__(self) -> None:
        self.hits = self.rows = self.batches = 0

    def add(self, hits: int, rows: int) -> None:
        self.hits, self.rows, self.batches = self.hits + hits, self.rows + rows, self.batches + 1

    def facts(self) -> dict[str, int]:
        if self.batches < 2:
            return {}
        return {"hits of the last pass": self.hits, "rows of the last pass": self.rows}

"""What a loop of PyTorch leaves undone: gradients that reach nothing, weights that nobody has, modes that stay.

Asked at the close looks and where dropout and batch normalisation are called; nothing of the script's changes.
"""

import functools
import weakref
from collections.abc import Callable
from typing import Any

from mlpilot_again import Again
from mlpilot_judging import Judging
from mlpilot_shared import Loaded
from mlpilot_tensors import array
from mlpilot_training import Book, Record, scale

_AGAIN = 5
"""So often the same row comes through dropout where many answers are drawn for it, on purpose."""
_MOST_NAMES, _THROUGH = 4, 6
_SHAPES = ("View", "Reshape", "Squeeze", "Unsqueeze", "Alias", "Slice", "Select", "Flatten", "Transpose", "ToCopy")


class Loop:
    """The watch over what is around losses and steps."""

    def __init__(self, torch: Any, book: Book, compiled: Callable[[], bool]) -> None:
        """`compiled`: whether something was, so that hooks that come and go would have it compiled again."""
        self.torch, self.book, self.compiled = torch, book, compiled
        self.held: set[int] = set()
        """Parameters that an optimiser was given."""
        self.loaded: set[int] = set()
        """Parameters that were loaded before anything was trained."""
        self.left: dict[Record, dict[int, tuple[str, int, int]]] = {}
        """Parameter → its name, its numbers, and at how many looks it had a gradient and no optimiser."""
        self.batches: dict[Record, list[tuple[Any, ...]]] = {}
        self.again, self.judging = Again(torch), Judging(book)
        self.loaded_sets = Loaded()
        self.known: Any = weakref.WeakKeyDictionary()
        """Model → its training."""
        self.over = False
        self.optimizers = self.backwards = 0
        self.began: int | None = None
        self.heard: dict[str, Any] = {}
        """What was heard of dropout and normalisation since the last backward."""

    def start(self) -> None:
        """Put the hooks in place."""
        functional, load = self.torch.nn.functional, self.torch.nn.Module.load_state_dict
        functional.dropout = self._moody(functional.dropout, 2, "p")
        functional.batch_norm = self._moody(functional.batch_norm, 5, "running_mean")

        @functools.wraps(load)
        def loaded(module: Any, *args: Any, **more: Any) -> Any:
            if not self.book.records:
                self.loaded.update(id(one) for one in module.parameters())
            return load(module, *args, **more)

        self.torch.nn.Module.load_state_dict = loaded
        self.judging.start(self.torch, self.known, lambda: self.over or self.compiled())

    def _moody(self, function: Callable[..., Any], place: int, needed: str) -> Callable[..., Any]:
        """The function, heard: its argument `training` stands at `place`, and what it `needed` to do anything at 1."""

        @functools.wraps(function)
        def heard(input: Any, *args: Any, **more: Any) -> Any:
            if not self.torch.compiler.is_compiling():
                on = args[place - 1] if len(args) >= place else more.get("training", needed == "p")
                works = args[0] if args else more.get(needed, 0.5)
                if works is not None and (needed != "p" or works > 0):
                    self.book.safely(self._hear, bool(on), input)
            return function(input, *args, **more)

        return heard

    def _hear(self, on: bool, given: Any) -> None:
        heard = self.heard
        if not heard:
            heard.update(line=self.book.line(), on=0, off=0, rows=0, seen={})
        heard["on" if on else "off"] += 1
        heard["rows"] = max(heard["rows"], len(given))
        if on and not self.torch.is_grad_enabled() and len(heard["seen"]) < 200:
            first = float(given[0].float().sum())
            heard["seen"][first] = heard["seen"].get(first, 0) + 1

    def made(self, optimizer: Any) -> None:
        """An optimiser was made."""
        self.optimizers += 1
        self.held.update(id(one) for group in optimizer.param_groups for one in group["params"])

    def backward(self) -> None:
        """A loss goes backwards."""
        self.heard = {}
        if not self.book.records and self.optimizers:
            self.backwards += 1
            self.began = self.began or self.book.line()

    def looked(self, record: Record, optimizer: Any, called: list[tuple[Any, Any, Any]], batch: Any) -> None:
        """A close look at a step that was just made; `called`: modules with what they were given and gave."""
        facts = record.facts
        parameters = [one for group in optimizer.param_groups for one in group["params"]]
        facts["looks"] = facts.get("looks", 0) + 1
        facts["empty_looks"] = facts.get("empty_looks", 0) + int(not any(_is_reached(one) for one in parameters))
        self._leaves(record, called)
        kinds = self.torch.nn.modules
        moody = [one for one, _, _ in called if isinstance(one, kinds.batchnorm._BatchNorm)]
        moody += [one for one, _, _ in called if isinstance(one, kinds.dropout._DropoutNd) and one.p > 0]
        own = [p for one, _, _ in called for p in one.parameters(recurse=False)]
        if moody and all(p.requires_grad and id(p) not in self.loaded for p in own):  # what is frozen may rest
            rests = facts.setdefault("resting", [])
            rests.append(not any(one.training for one in moody))
            del rests[:-12]
        if batch is not None:
            facts["last_targets"], facts["last_outputs"] = scale(array(batch[2])), scale(array(batch[1]))

    def _leaves(self, record: Record, called: list[tuple[Any, Any, Any]]) -> None:
        """Weights with a gradient that no optimiser was given so far."""
        left = self.left.setdefault(record, {})
        for module, _, _ in called:
            for name, one in module.named_parameters(recurse=False):
                if one.requires_grad and id(one) not in self.held | self.loaded and _is_reached(one):
                    _, _, looks = left.get(id(one), ("", 0, 0))
                    left[id(one)] = f"{type(module).__name__}.{name}", one.numel(), looks + 1

    def loads(self, dataset: Any) -> Any:
        """A loader begins to read a data set, which is given back."""
        if not self.torch.is_grad_enabled():
            self.loaded_sets.judged(dataset)
        return dataset

    def fed(self, record: Record, root: Any, args: Any, dataset: Any, batch: Any) -> None:
        """What a model was given at a look, the data set that it came from, and the loss of it."""
        self.again.keep(record, root, args, batch)
        self.known[root] = record
        if dataset is not None and hasattr(dataset, "__len__"):
            self.loaded_sets.trained(record, dataset)
        first = next((one for one in args if hasattr(one, "is_floating_point")), None)
        rows = len(dataset) if hasattr(dataset, "__len__") else 0
        if first is not None and rows > len(first):
            kept = self.batches.setdefault(record, [])
            kept.append((tuple(first.shape), float(first.double().sum()), float(first[0].double().sum()), rows))
            del kept[1:-12]

    def finish(self, last: Record | None, optimizers: list[Any]) -> None:
        """The script has ended; `last`: the training that stepped last."""
        self.over = True
        for one in optimizers:
            self.held.update(id(p) for group in one.param_groups for p in group["params"])
        for record in self.book.records:
            left = [told for key, told in self.left.get(record, {}).items() if key not in self.held]
            if left:
                record.facts["unheld"] = {
                    "names": [name for name, _, _ in left[:_MOST_NAMES]],
                    "tensors": len(left),
                    "numbers": sum(count for _, count, _ in left),
                    "looks": max(looks for _, _, looks in left),
                }
            kept = self.batches.get(record, [])
            if kept:
                alike = sum(one == kept[0] for one in kept)
                record.facts["repeats"] = {"looks": len(kept), "alike": alike, "rows": kept[0][-1]}
        if last is not None and self.heard.get("on") and not self.heard["off"] and self.heard["line"]:
            often = max(self.heard["seen"].values(), default=0)
            told = {key: self.heard[key] for key in ("line", "rows")} | {"calls": self.heard["on"]}
            if often < _AGAIN:
                last.facts["judged_moody"] = told
        self.again.run(self.book.records)
        self.book.safely(self.loaded_sets.tell)
        if not self.book.records and self.backwards:
            record = self.book.open("torch", "torch")
            record.facts.update(line=self.began, backwards=self.backwards)


def ending(outputs: Any) -> str:
    """What outputs went through last, as PyTorch's graph says: "Softmax", "Sigmoid", "Relu", "Addmm", or ""."""
    node = getattr(outputs, "grad_fn", None)
    for _ in range(_THROUGH):
        name = type(node).__name__.rstrip("0123456789").removesuffix("Backward").strip("_")
        if node is None or not name.removeprefix("Unsafe").startswith(_SHAPES):
            return "" if node is None else name
        node = next((one for one, _ in node.next_functions), None)
    return ""


def _is_reached(parameter: Any) -> bool:
    gradient = parameter.grad
    return gradient is not None and (gradient.is_sparse or bool((gradient != 0).any()))

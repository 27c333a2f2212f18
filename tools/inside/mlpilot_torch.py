"""Observes trainings in PyTorch through its own hooks: of optimisers, of modules, and of a loss's `backward`.

A training is all the steps of one optimiser. At most steps only the loss is read; at the sampled ones hooks of modules
and functions see the layers, and are taken away again. No random number is drawn, and nothing of the script's changes.
"""

import functools
import importlib
import inspect
import sys
import time
import weakref
from collections.abc import Callable
from typing import Any

import mlpilot_rates
from mlpilot_labels import MOST_ROWS, Sureness, contradictions
from mlpilot_loop import Loop, ending
from mlpilot_tensors import (
    ACTIVATIONS,
    LOSSES,
    THRESHOLDS,
    Scaled,
    activated,
    array,
    is_spatial,
    kernels_of,
    largest,
    right_share,
)
from mlpilot_training import Book, Record, classes, scale
from mlpilot_waiting import Waits, lost_workers


class Watch:
    """The observer of one script."""

    def __init__(self, book: Book, torch: Any) -> None:
        self.book, self.torch, self.functional = book, torch, torch.nn.functional
        self.records: Any = weakref.WeakKeyDictionary()
        self.made: Any = weakref.WeakKeyDictionary()
        self.close: list[Callable[[], None]] = []
        """What ends a close look; empty while there is none."""
        self.called: dict[int, tuple[Any, Any, Any]] = {}
        self.named: dict[int, dict[str, Any]] = {}
        """Arguments by name, of what was called."""
        self.call: mlpilot_rates.Call | None = None
        """How the loss of that batch was computed."""
        self.trials, self.waits = mlpilot_rates.Trials(torch), Waits(torch)
        self.lost_workers, self.dataset = False, None
        """Of the loader that began last."""
        self.over, self.began = False, 0.0
        self.activated: dict[int, dict[str, Any]] = {}
        self.recent: Any = None
        self.loss: list[tuple[float, int | None]] = []
        self.batch: tuple[str, Any, Any] | None = None
        self.ending = ""
        """What the outputs of that batch went through last."""
        self.mean: Any = None
        """The loss of that batch, where it is a mean over the rows."""
        self.unseen: list[tuple[float, float | None, int]] = []
        """Of data computed without gradients: loss, accuracy, rows."""
        self.last: Record | None = None
        self.trained: list[Any] = []
        """Parameters of the optimiser that stepped last, while it is looked at closely."""
        self.stepped: Any = None
        """The training that stepped last."""
        self.roots: Any = weakref.WeakKeyDictionary()
        """Model → the training that it was first seen in."""
        self.kept: Any = None
        """The training whose gradients were there before this step's backward."""
        self.loader: tuple[int, int] = (0, 0)
        self.before: dict[int, list[Any]] = {}
        self.epoch: dict[Record, tuple[tuple[int, int], list[float]]] = {}
        """Which loader feeds a training, in which pass, and the losses of that pass."""
        self.scaled, self.sureness = Scaled(torch), Sureness()
        self.loop = Loop(torch, book, lambda: self.waits.compiled)

    def start(self) -> None:
        """Put the hooks in place."""
        torch, watch = self.torch, self
        optimizer = torch.optim.Optimizer
        made, backward = optimizer.__init__, torch.Tensor.backward
        iterate = torch.utils.data.DataLoader.__iter__

        @functools.wraps(made)
        def noted(self: Any, *args: Any, **more: Any) -> None:
            made(self, *args, **more)
            watch.made[self] = watch.book.line()
            watch.loop.made(self)
            watch.book.safely(watch.look)

        @functools.wraps(backward)
        def back(self: Any, *args: Any, **more: Any) -> Any:
            watch.book.safely(watch.told, self)
            return backward(self, *args, **more)

        @functools.wraps(iterate)
        def iterated(self: Any) -> Any:
            watch.loader = (id(self), watch.loader[1] + 1)
            watch.lost_workers = lost_workers(self)
            watch.dataset = watch.loop.loads(self.dataset)
            return iterate(self)

        optimizer.__init__, torch.Tensor.backward, torch.utils.data.DataLoader.__iter__ = noted, back, iterated
        self.waits.start()
        self.scaled.start()
        self.loop.start()
        for name in LOSSES:
            setattr(self.functional, name, self._of_loss(getattr(self.functional, name), name))
        hooks = importlib.import_module("torch.optim.optimizer")
        hooks.register_optimizer_step_pre_hook(lambda one, *_: watch.book.safely(watch.before_step, one))
        hooks.register_optimizer_step_post_hook(lambda one, *_: watch.book.safely(watch.after_step, one))

    def told(self, loss: Any) -> None:
        """A loss goes backwards; gradients that are there already are those of the step before."""
        if self.over:
            return
        self.loop.backward()
        if self.close and self.last is not None and not self.loss and self.last.steps:
            left = next((one for one in self.trained if one.grad is not None), None)
            if left is not None and bool((left.grad != 0).any()):
                self.kept = self.last
        if loss.numel() == 1:
            self.loss.append((float(self.scaled.plain(loss).detach()), self.book.line()))

    def _of_loss(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def noted(input: Any, target: Any, *args: Any, **more: Any) -> Any:
            given = function(input, target, *args, **more)
            if not self.torch.compiler.is_compiling():
                call = function, input, target, args, more
                self.book.safely(self.compared, name, call, given, more.get("reduction", "mean") == "mean")
            return given

        return noted

    def compared(self, name: str, call: mlpilot_rates.Call, loss: Any, is_mean: bool) -> None:
        """A loss was computed; without gradients it is of data that is not trained on."""
        _, outputs, targets, *_ = call
        if self.over:
            return
        if self.torch.is_grad_enabled() and loss.requires_grad:
            if self.batch is None:
                self.batch = name, outputs.detach(), targets.detach()
                self.ending = ending(outputs) if self.close else self.ending
                self.call = call if self.close and loss.numel() == 1 else None
                self.mean = loss.detach() if is_mean and loss.numel() == 1 else None
        elif loss.numel() == 1 and self.last is not None:
            self.sureness.add(outputs, targets)
            self.unseen.append((float(loss), right_share(name, outputs, targets), len(outputs)))

    def look(self) -> None:
        """Begin a close look, unless there is one."""
        if self.close:
            return
        self.began = time.perf_counter()
        module = self.torch.nn.modules.module
        register = module.register_module_forward_hook
        tells = {"with_kwargs": True} if "with_kwargs" in inspect.signature(register).parameters else {}
        self.close.append(register(self.forward, **tells).remove)
        for holder in (self.functional, self.torch):
            for name, kind in ACTIVATIONS.items():
                function = getattr(holder, name, None)
                if function is not None:
                    setattr(holder, name, self._of_activation(function, kind))
                    self.close.append(functools.partial(setattr, holder, name, function))

    def stop_looking(self) -> None:
        """End the close look."""
        for close in reversed(self.close):
            close()
        self.close.clear()
        self.called.clear()
        self.named.clear()
        self.before.clear()
        self.recent = None

    def forward(self, module: Any, args: Any, *more: Any) -> None:
        """A module was called; `more`: the arguments with a name, where PyTorch tells them, and what it gave."""
        if not self.torch.is_grad_enabled() or self.torch.compiler.is_compiling():
            return
        self.called.setdefault(id(module), (module, args, more[-1]))
        if len(more) > 1:
            self.named.setdefault(id(module), more[0])
        if next(module.parameters(recurse=False), None) is not None:
            self.recent = module

    def _of_activation(self, function: Callable[..., Any], kind: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def noted(input: Any, *args: Any, **more: Any) -> Any:
            given = function(input, *args, **more)
            if self.recent is not None and self.torch.is_grad_enabled() and not self.torch.compiler.is_compiling():
                self.book.safely(self.activate, kind, given.detach())
            return given

        return noted

    def activate(self, kind: str, output: Any) -> None:
        """An activation was applied, to what the last layer with weights gave."""
        self.activated[id(self.recent)] = activated(kind, output, is_spatial(self.recent, output))

    def before_step(self, optimizer: Any) -> None:
        """The gradients are there."""
        if self.over:
            return
        if optimizer not in self.records:
            self.records[optimizer] = self._begin(optimizer)
            self.book.safely(self.trials.begin, self.records[optimizer], optimizer, self._mine(optimizer))
        record: Record = self.records[optimizer]
        self._validated()
        self.last = record
        if self.kept is record:  # another's may stay until its own turn
            record.facts["kept_gradients"] = record.facts.get("kept_gradients", 0) + 1
        self.kept = None
        if self.close and record.schedule.due(record.steps):
            for module, _, _ in self.called.values():
                self.before[id(module)] = [one.detach().clone() for one in kernels_of(module)]

    def _begin(self, optimizer: Any) -> Record:
        record = self.book.open("torch", "torch")
        group = optimizer.param_groups[0]
        momentum = group.get("momentum", group.get("betas", [None])[0])
        record.facts.update(
            optimizer=type(optimizer).__name__,
            optimizer_line=self.made.get(optimizer),
            learning_rate=float(group["lr"]),
            momentum=None if momentum is None else float(momentum),
        )
        self.epoch[record] = (self.loader, [])
        return record

    def after_step(self, optimizer: Any) -> None:
        """The weights were updated."""
        if self.over:
            return
        record = self.records[optimizer]
        self.waits.stepped(record, self.lost_workers)
        record.rate(float(optimizer.param_groups[0]["lr"]))
        if self.loss and record.facts.get("line") is None:  # a closure computes it within the step
            record.facts["line"] = self.loss[-1][1]
        value = sum(one for one, _ in self.loss) / len(self.loss) if self.loss else None
        if self.batch is not None and "loss" not in record.facts:
            mean = float(self.mean) if self.mean is not None and len(self.loss) == 1 else None
            same = value is not None and mean is not None and abs(value - mean) <= 1e-4 * abs(mean)
            negated = bool(value and mean and mean > 0 and abs(value + mean) <= 1e-4 * mean)
            record.facts.update(loss=self.batch[0], is_mean=same, ending=self.ending, negated=negated)
        if value is not None:
            self._epochs(record, value)
            record.curves["losses"].add(record.steps, value)
            if value - value != 0:
                self._blame(record, value)
        if self.batch is not None:
            self._right(record, *self.batch)
        if self.close and record.schedule.due(record.steps):
            self._sample(record, optimizer)
        if record.steps and self.stepped is not record:  # it comes back after another
            self.stepped.facts["alternates"] = record.facts["alternates"] = True
        record.stepped()
        self.stepped = record
        self.loss.clear()
        self.activated.clear()
        self.batch = self.call = None
        live = {record} | {one for one in self.records.values() if one.facts.get("alternates")}
        if any(one.schedule.due(one.steps) for one in live & {*self.book.records}):
            self.look()
        elif self.close:
            self.stop_looking()
        self.trained = [one for group in optimizer.param_groups for one in group["params"]] if self.close else []
        self.waits.over(record)

    def _epochs(self, record: Record, loss: float) -> None:
        """An epoch ends when the loader that feeds the training begins again."""
        loader, seen = self.epoch[record]
        if self.loader != loader and self.loader[0] == loader[0]:
            record.epoch(sum(seen) / max(1, len(seen)))
            seen.clear()
            self.epoch[record] = (self.loader, seen)
        if loader[0]:
            seen.append(loss)

    def _right(self, record: Record, name: str, outputs: Any, targets: Any) -> None:
        """The share of the batch that is right, and, now and then, the classes."""
        curve = record.curves["accuracies"]
        if not curve.wants() or not (name in THRESHOLDS or (outputs.ndim == 2 and not targets.is_floating_point())):
            curve.skip()
            return
        right = classes(record, array(outputs), array(targets), THRESHOLDS.get(name, 0.0))
        if right is not None:
            curve.add(record.steps, right)

    def _blame(self, record: Record, value: float) -> None:
        if "bad" not in record.facts:
            if self.batch is not None and self.batch[2].is_floating_point() and not bool(
                self.torch.isfinite(self.batch[2]).all()
            ):  # fmt: skip
                record.bad("targets", value)
            record.bad("loss", value)

    def _sample(self, record: Record, optimizer: Any) -> None:
        """A close look at the layers of this optimiser."""
        mine = self._mine(optimizer)
        self.book.safely(self.loop.looked, record, optimizer, [*self.called.values()], self.batch)
        for one in mine:
            del self.called[id(one[0])]  # what is left is for the optimisers of others
        if not mine:
            record.schedule.looked(record.steps, time.perf_counter() - self.began)
            return
        root, args, output = largest(mine)
        if self.call is not None and id(root) in self.named and len(self.loss) == 1:
            self.trials.keep(record, (args, self.named[id(root)]), output, self.call, self.loss[0][0])
        if self.roots.setdefault(root, record) is not record:
            record.facts["continues"] = True
        record.facts.setdefault("model", type(root).__name__)
        if not self.named.get(id(root)):
            self.book.safely(self.loop.fed, record, root, args, self.dataset, self.batch)
        if "inputs" not in record.facts:
            self._scales(record, args, output)
            self.book.safely(self._labels, record, args)
        names = {id(module): name for name, module in root.named_modules()}
        values = {}
        for module, _, given in mine:
            kernels = kernels_of(module)
            if kernels and id(module) in names:
                values[names[id(module)] or type(module).__name__] = self._layer(record, module, kernels, given)
        record.sample(values)
        record.schedule.looked(record.steps, time.perf_counter() - self.began)

    def _mine(self, optimizer: Any) -> list[tuple[Any, Any, Any]]:
        """What was called and has weights of this optimiser."""
        held = {id(one) for group in optimizer.param_groups for one in group["params"]}
        return [one for one in self.called.values() if any(id(own) in held for own in one[0].parameters())]

    def _layer(self, record: Record, module: Any, kernels: list[Any], given: Any) -> dict[str, Any]:
        count = sum(one.numel() for one in kernels)
        gradients = [one.grad.detach() for one in kernels if one.grad is not None]
        gradient = (sum(float(one.float().pow(2).sum()) for one in gradients) / count) ** 0.5
        norm = sum(float(one.detach().float().pow(2).sum()) for one in kernels) ** 0.5
        name = type(module).__name__
        for what, value in (("gradients", gradient), ("weights", norm)):
            if value - value != 0:
                record.bad(f"{what} of {name}", value)
        values = {"kind": name, "gradients": gradient, "weights": norm / count**0.5}
        old = self.before.get(id(module))
        if old and norm > 0:
            moved = sum(float((a.detach() - b).float().pow(2).sum()) for a, b in zip(kernels, old, strict=True)) ** 0.5
            values["updates"] = moved / norm
        first = given[0] if isinstance(given, tuple) else given
        if hasattr(first, "shape") and first.ndim > 1:
            values["units"] = first.shape[1] if is_spatial(module, first) else first.shape[-1]
        values["parameters"] = sum(one.numel() for one in module.parameters(recurse=False) if one.requires_grad)
        return values | self.activated.get(id(module), {})

    def _scales(self, record: Record, args: Any, output: Any) -> None:
        given = next((one for one in args if hasattr(one, "is_floating_point")), None)
        if given is not None:
            record.facts["inputs"] = scale(array(given[:256]))
            record.facts["batch_size"] = len(given)
            if not record.facts["inputs"]["finite"]:
                record.bad("inputs", float("nan"))
        if self.batch is not None:
            record.facts["targets"] = scale(array(self.batch[2]))
            record.facts["outputs"] = scale(array(self.batch[1]))
        elif hasattr(output, "is_floating_point"):
            record.facts["outputs"] = scale(array(output[:256]))

    def _labels(self, record: Record, args: Any) -> None:
        """Rows with the same inputs and other classes: of the whole table where a loader has it, else of the batch."""
        tensors = getattr(self.dataset, "tensors", ())
        if len(tensors) != 2 and self.batch is not None:
            tensors = *args[:1], self.batch[2]
        if len(tensors) == 2 and all(isinstance(one, self.torch.Tensor) for one in tensors):
            record.facts["labels"] = contradictions(*(array(one[:MOST_ROWS]) for one in tensors))

    def _validated(self) -> None:
        """What was computed without gradients since the last step is one point of validation."""
        rows = sum(one[2] for one in self.unseen)
        if self.last is not None and rows:
            loss = sum(one[0] * one[2] for one in self.unseen) / rows
            self.last.curves["validation_losses"].add(self.last.steps, loss)
            right = [(one[1], one[2]) for one in self.unseen if one[1] is not None]
            if right:
                share = sum(one * count for one, count in right) / sum(count for _, count in right)
                self.last.curves["validation_accuracies"].add(self.last.steps, share)
            self.sureness.of(self.last)
        self.unseen.clear()

    def finish(self) -> None:
        """The script ended."""
        self._validated()
        for record, (_, seen) in self.epoch.items():
            if seen:
                record.epoch(sum(seen) / len(seen))
        self.stop_looking()
        self.over = True
        self.book.safely(self.loop.finish, self.stepped, [*self.made])
        for record in self.book.records:
            self.sureness.tell(record)
        if not isinstance(sys.exc_info()[1], KeyboardInterrupt | MemoryError):  # then there is no time, or no memory
            self.trials.run(self.book.records)

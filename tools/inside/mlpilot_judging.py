"""How large the numbers are that trained models are asked about, beside those that they learnt from."""

import functools
from collections.abc import Callable
from typing import Any

from mlpilot_rows import some_rows
from mlpilot_training import Book, Record, scale

_MOST, _MOST_ENTERED, _ROWS, _LEAST_ROWS = 12, 2000, 64, 5


class Judging:
    """The watch over judgements: of models in PyTorch while gradients are off, of models in Keras by name."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._entered = 0
        self._stop: Any = None

    def judged(self, record: Record, rows: Any, line: int | None) -> None:
        """Rows (numpy, of floats) that the model of a training is asked about."""
        kept = record.facts.setdefault("judged", [])
        if len(kept) < _MOST and len(rows) >= _LEAST_ROWS and rows.dtype.kind == "f":
            kept.append(scale(rows) | {"line": line or 0})

    def listened(self, method: Callable[..., Any], models: Any, is_quiet: Callable[[], bool]) -> Callable[..., Any]:
        """A method of Keras; what the script gives it, outside of trainings, is looked at. `models`: → training."""

        @functools.wraps(method)
        def noted(model: Any, *args: Any, **more: Any) -> Any:
            if not is_quiet() and model in models:
                self.book.safely(self._asked, models[model], args[0] if args else more.get("x"))
            return method(model, *args, **more)

        return noted

    def _asked(self, record: Record, x: Any) -> None:
        rows = some_rows(x, None, 0.0) if getattr(x, "ndim", 0) > 1 else None
        if rows is not None:
            self.judged(record, rows[0], self.book.line())

    def start(self, torch: Any, known: Any, is_over: Any) -> None:
        """Listen while gradients are off; `known`: model → its training."""
        for kind in (torch.no_grad, torch.inference_mode):
            self._around(torch, kind, known, is_over)

    def _around(self, torch: Any, kind: Any, known: Any, is_over: Any) -> None:
        enter, leave, judging = kind.__enter__, kind.__exit__, self

        def entered(self: Any) -> Any:
            judging._entered += 1
            wanted = len(known) and judging._stop is None and judging._entered < _MOST_ENTERED and not is_over()
            if wanted:
                hook = torch.nn.modules.module.register_module_forward_pre_hook
                judging._stop = hook(lambda *given: judging.book.safely(judging._called, torch, known, *given))
            return enter(self)

        def left(self: Any, *given: Any) -> Any:
            judging._quiet()
            return leave(self, *given)

        kind.__enter__, kind.__exit__ = entered, left

    def _called(self, torch: Any, known: Any, module: Any, args: Any) -> None:
        """The first module that is called: the model, as a rule."""
        self._quiet()
        record = known.get(module)
        first = next((one for one in args if isinstance(one, torch.Tensor)), None)
        if record is not None and first is not None and first.is_floating_point() and first.ndim > 1:
            self.judged(record, first[:_ROWS].detach().float().cpu().numpy(), self.book.line())

    def _quiet(self) -> None:
        if self._stop is not None:
            self._stop.remove()
            self._stop = None

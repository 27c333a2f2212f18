"""Asks models of PyTorch once more when the script is over: do a row's answers depend on rows or words beside it?

In evaluation mode, of a few rows that the training was seen to use; modes and random numbers are put back.
"""

import contextlib
import io
from typing import Any

from mlpilot_training import Record

_ROWS, _LEAST_ROWS, _MOST_NUMBERS, _MOST_PLACES = 32, 8, 5_000_000, 200
_CHANGED, _NEXT = 1e-2, 0.95
"""Of the deviation of what is said; the share of labels that are the next words, in a model that tells these."""


class Again:
    """The models and rows of a script's trainings."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self._of: dict[Record, tuple[Any, list[Any], bool]] = {}

    def keep(self, record: Record, root: Any, args: Any, batch: Any) -> None:
        """Keep a few of the rows that a model was called with, where its loss has a label for each of them."""
        tensor = self.torch.Tensor
        if record in self._of or batch is None or not args or not all(isinstance(one, tensor) for one in args):
            return
        rows, targets = len(args[0]) if args[0].ndim > 1 else 0, batch[2]
        numbers = sum(one.numel() for one in (*root.parameters(), *args))
        if rows < _LEAST_ROWS or numbers > _MOST_NUMBERS or any(not one.ndim or len(one) != rows for one in args):
            return
        if any(one.ndim > 1 and one.shape[1] == rows for one in args[1:]) or self._is_one_sequence(root, args[0]):
            return
        tokens = args[0]
        of_places = tokens.ndim == 2 and not tokens.is_floating_point() and targets.numel() == tokens.numel()
        told = of_places and targets.reshape(tokens.shape)[:, :-1].eq(tokens[:, 1:]).float().mean() > _NEXT
        if told or (targets.ndim and len(targets) == rows):
            self._of[record] = root, [one[:_ROWS].detach().clone() for one in args], bool(told)

    def _is_one_sequence(self, root: Any, given: Any) -> bool:
        """Whether rows may be the steps of one sequence: recurrent layers and attention take a table for that."""
        kinds = (self.torch.nn.RNNBase, self.torch.nn.MultiheadAttention)
        return given.ndim == 2 and given.is_floating_point() and any(isinstance(one, kinds) for one in root.modules())

    def run(self, records: list[Record]) -> None:
        """Ask them: the script is over."""
        for record, (root, args, tells_next) in self._of.items():
            if record in records:
                with self._apart(root):
                    mixed = self._mixed(root, args)
                    if mixed is not None:
                        record.facts["mixed"] = mixed
                    if tells_next and len(args) == 1:
                        record.facts["peeks"] = self._peeks(root, args[0])

    @contextlib.contextmanager
    def _apart(self, root: Any) -> Any:
        """In evaluation mode, with nothing printed; what a model cannot be asked is left out."""
        modes = {one: one.training for one in root.modules()}
        silent = io.StringIO()
        try:
            with (
                contextlib.suppress(Exception),
                contextlib.redirect_stdout(silent),
                contextlib.redirect_stderr(silent),
                self.torch.random.fork_rng(),
                self.torch.no_grad(),
            ):
                root.eval()
                yield
        finally:
            for module, mode in modes.items():
                module.training = mode

    def _said(self, root: Any, args: list[Any]) -> Any:
        given = root(*[one.clone() for one in args])
        return (given[0] if isinstance(given, tuple | list) else given).float()

    def _mixed(self, root: Any, args: list[Any]) -> dict[str, int] | None:
        """Of how many rows, the last, the answer is another one where those before them are left out."""
        rows = len(args[0]) // 2
        whole, again = self._said(root, args), self._said(root, args)
        half = self._said(root, [one[-rows:] for one in args])
        is_same = whole.shape == again.shape and bool(self.torch.equal(whole, again))
        if not is_same or whole.shape[:1] != (len(args[0]),) or half.shape != whole[-rows:].shape:
            return None  # by chance, or one that keeps a state, or says something else than one answer for each row
        apart = (whole[-rows:] - half).abs().reshape(rows, -1).amax(1)
        scale = float(whole.std())
        differ = int((apart > _CHANGED * scale).sum()) if scale > 0 else 0
        return {"rows": rows, "differ": differ}

    def _peeks(self, root: Any, tokens: Any) -> dict[str, int] | None:
        """At how many places the answer is another one where the last word, which comes after them, is."""
        tokens = tokens[:, :_MOST_PLACES]
        other = tokens.clone()
        low, high = tokens.min(), tokens.max()
        other[:, -1] = self.torch.where(tokens[:, -1] == high, low, high)
        whole, changed = self._said(root, [tokens]), self._said(root, [other])
        if whole.shape != changed.shape or whole.numel() % tokens.numel() or whole.numel() < 2 * tokens.numel():
            return None
        apart = (whole - changed).abs().reshape(*tokens.shape, -1).amax(-1)[:, :-1]
        return {"places": apart.numel(), "differ": int((apart > _CHANGED * float(whole.std())).sum())}

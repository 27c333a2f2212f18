"""PyTorch's loaders within the walls: rows are loaded by the script's own process, whatever `num_workers` says.

Workers hand tensors over through sockets, which code inside may not open, and the script would wait for ever.
"""

import functools
import inspect
import sys
import weakref
from typing import Any

_OF_WORKERS = ("num_workers", "prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout")
WITHOUT: "weakref.WeakSet[Any]" = weakref.WeakSet()
"""Loaders that lost their workers."""


def in_this_process() -> None:
    """From here on PyTorch has no workers, whether it is imported already or will be."""
    if "torch" in sys.modules:
        without_workers(sys.modules["torch"])
    else:
        from mlpilot_watching import Finder

        sys.meta_path.insert(0, Finder({"torch": without_workers}, lambda begin, torch: begin(torch)))


def without_workers(torch: Any) -> None:
    """Make every `DataLoader` one without workers; asked twice, it is done once."""
    loader = torch.utils.data.DataLoader
    own = loader.__init__
    if getattr(own, "without_workers", False):
        return
    names = list(inspect.signature(own).parameters)

    @functools.wraps(own)
    def made(self: Any, *given: Any, **more: Any) -> None:
        asked = {**dict(zip(names[1:], given, strict=False)), **more}
        if len(given) < len(names) and asked.get("num_workers"):
            kept = {name: value for name, value in asked.items() if name not in _OF_WORKERS}
            own(self, **kept)
            WITHOUT.add(self)
        else:
            own(self, *given, **more)

    made.without_workers = True  # type: ignore[attr-defined]
    loader.__init__ = made

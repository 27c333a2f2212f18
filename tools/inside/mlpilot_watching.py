"""Puts the observers of trainings in place when a script imports their framework, and not before."""

import functools
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from mlpilot_training import Book


class Watching:
    """The observers of one script."""

    def __init__(self, path: str) -> None:
        """`path`: the script's file."""
        self.book = Book(path)
        self._finishing: list[Callable[[], None]] = []

    def start(self) -> None:
        """From here on each framework is observed, once it is imported."""
        starts = {"torch": self._torch, "keras": self._keras, "sklearn.base": self._sklearn}
        waited = {}
        for name, begin in starts.items():
            if name in sys.modules:
                self.book.safely(begin, sys.modules[name])
            else:
                waited[name] = begin
        sys.meta_path.insert(0, Finder(waited, self.book.safely))

    def _torch(self, torch: Any) -> None:
        import mlpilot_loading
        import mlpilot_torch

        mlpilot_loading.without_workers(torch)

        watch = mlpilot_torch.Watch(self.book, torch)
        watch.start()
        self._finishing.append(watch.finish)

    def _keras(self, keras: Any) -> None:
        import mlpilot_keras

        if not hasattr(keras, "ops"):
            raise RuntimeError("Keras 2 is not observed, only Keras 3")
        mlpilot_keras.Watch(self.book, keras).start()

    def _sklearn(self, base: Any) -> None:
        import mlpilot_models

        models = mlpilot_models.Models(self.book)
        models.start(base)
        self._finishing.append(lambda: self.book.models.extend(models.as_json()))

    def as_bytes(self, ended: bool) -> bytes:
        """The facts as JSON; `ended`: whether the script ran to its end."""
        for finish in self._finishing:
            self.book.safely(finish)
        told: bytes = self.book.as_bytes(ended)
        return told


class Finder(importlib.abc.MetaPathFinder):
    """Finds what the others find, and is called again when that was imported."""

    def __init__(self, waited: dict[str, Callable[[Any], None]], safely: Callable[..., object]) -> None:
        """`waited`: module → what is done with it; `safely` does that."""
        self._waited, self._safely = waited, safely

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        begin = self._waited.get(name)  # until it is imported: others only ask whether it is there
        if begin is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec, spec.loader, functools.partial(self._imported, name, begin))
                return spec
        return None

    def _imported(self, name: str, begin: Callable[[Any], None], module: ModuleType) -> None:
        if self._waited.pop(name, None) is not None:
            self._safely(begin, module)


class _Loader(importlib.abc.Loader):
    """Loads as the module's own loader does, steps aside, and puts the observer in place."""

    def __init__(self, spec: Any, own: Any, imported: Callable[[ModuleType], None]) -> None:
        self._spec, self._own, self._imported = spec, own, imported

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._own.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        self._spec.loader = module.__loader__ = self._own
        self._own.exec_module(module)
        self._imported(module)

"""The part of the probe that watches XGBoost and LightGBM where they are used by themselves: `train` and `Booster`.

Their data sets are made of rows once, and handed on: what each was made of is remembered.
"""

import contextlib
import functools
import importlib
from collections.abc import Callable
from typing import Any

_MOST_KEPT = 100
_KINDS = {"xgboost": ("DMatrix", "QuantileDMatrix"), "lightgbm": ("Dataset",)}

Note = Callable[[Any, Any, Any], None]


def watch(probe: Any, modules: tuple[str, ...], fitted: Note, judged: Note) -> None:
    """Hooks on the modules; `fitted` and `judged` are told (probe, booster, rows) of what the script itself asks."""
    for module in modules:
        if module in _KINDS:
            _Booster(probe, importlib.import_module(module), _KINDS[module], fitted, judged)


class _Booster:
    def __init__(self, probe: Any, module: Any, kinds: tuple[str, ...], fitted: Note, judged: Note) -> None:
        self.probe, self.fitted, self.judged = probe, fitted, judged
        self.rows: dict[int, tuple[Any, Any]] = {}
        for name in kinds:
            self._made(getattr(module, name))
        self._trained(module)
        self._asked(module.Booster)

    def _of(self, given: Any) -> Any:
        return self.rows.get(id(given), (None, given))[1]

    def _made(self, kind: Any) -> None:
        own = kind.__init__

        @functools.wraps(own)
        def noted(made: Any, data: Any = None, *given: Any, **more: Any) -> None:
            own(made, data, *given, **more)
            if len(self.rows) < _MOST_KEPT and hasattr(data, "shape"):
                self.rows[id(made)] = made, data

        kind.__init__ = noted

    def _trained(self, module: Any) -> None:
        own = module.train

        @functools.wraps(own)
        def noted(params: Any, data: Any, *given: Any, **more: Any) -> Any:
            answer = own(params, data, *given, **more)
            with contextlib.suppress(Exception):
                if self.probe.depth == 0:
                    self.fitted(self.probe, answer, self._of(data))
            return answer

        module.train = noted

    def _asked(self, kind: Any) -> None:
        own = kind.predict

        @functools.wraps(own)
        def noted(booster: Any, data: Any, *given: Any, **more: Any) -> Any:
            with contextlib.suppress(Exception):
                if self.probe.depth == 0:
                    self.judged(self.probe, booster, self._of(data))
            return own(booster, data, *given, **more)

        kind.predict = noted

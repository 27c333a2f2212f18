"""The part of the probe that asks under which names the counts of a confusion matrix are taken, and of default values
that calls have changed."""

import contextlib
import dis
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

_ORDER = ("tn", "fp", "fn", "tp")
_MOST = 500


def noting(count: Callable[[str, int], None]) -> Callable[[Any], Any]:
    """What makes of a table of counts one that notes to which names its four numbers are given."""
    import numpy as np

    class Counts(np.ndarray):
        def __iter__(self) -> Iterator[Any]:
            if self.shape == (4,):
                with contextlib.suppress(Exception):
                    frame = sys._getframe(1)
                    names = [name.lower()[:2] for name in _names_at(frame.f_code, frame.f_lasti)]
                    if sorted(names) == sorted(_ORDER):
                        count("counts of a confusion matrix by name", 4)
                        wrong = sum(one != other for one, other in zip(names, _ORDER, strict=True))
                        count("counts of a confusion matrix under another's name", wrong)
            return super().__iter__()

        def __repr__(self) -> str:
            return repr(self.view(np.ndarray))

    def made(table: Any) -> Any:
        plain = type(table) is np.ndarray and table.shape == (2, 2)
        return table.view(Counts) if plain else table

    return made


def _names_at(code: CodeType, place: int) -> list[str]:
    """The names that what is unpacked at a place of the code is stored under."""
    names: list[str] = []
    for one in dis.get_instructions(code):
        if one.offset <= place or one.opname == "CACHE":
            continue
        if not one.opname.startswith("STORE_") or len(names) >= len(_ORDER):
            break
        names += list(one.argval) if isinstance(one.argval, tuple) else [str(one.argval)]
    return names


def thrown_away() -> bool:
    """Whether the script, which is on the way to here, throws away what its present call gives."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") != "__main__":
        frame = frame.f_back
    if frame is None:
        return False
    later = (one for one in dis.get_instructions(frame.f_code) if one.offset > frame.f_lasti and one.opname != "CACHE")
    return next((one.opname == "POP_TOP" for one in later), False)


def into_a_copy() -> bool:
    """Whether the script, which is on the way to here, sets something in what it has just taken: `a[b][c] = d`."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") != "__main__":
        frame = frame.f_back
    if frame is None:
        return False
    before = [
        one for one in dis.get_instructions(frame.f_code) if one.offset <= frame.f_lasti and one.opname != "CACHE"
    ]
    if len(before) < 3 or not before[-1].opname.startswith("STORE_SUBSCR"):
        return False
    taken = before[-3]  # the last but one gives the key, if that is a name or a constant
    return before[-2].opname.startswith("LOAD_") and (
        taken.opname.startswith("BINARY_SUBSCR") or (taken.opname == "BINARY_OP" and taken.argrepr == "[]")
    )


def changed_defaults(names: dict[str, Any]) -> dict[str, int]:
    """Functions of the script, and how many of their default values are lists or tables that hold something."""
    functions = [one for one in list(names.values())[:_MOST] if isinstance(one, FunctionType)]
    classes = [one for one in list(names.values())[:_MOST] if isinstance(one, type) and one.__module__ == "__main__"]
    functions += [one for kind in classes for one in vars(kind).values() if isinstance(one, FunctionType)]
    held = [one for function in functions for one in (function.__defaults__ or ()) if type(one) in (dict, list, set)]
    return {"functions of the script": len(functions), "default values that hold something": sum(map(bool, held))}

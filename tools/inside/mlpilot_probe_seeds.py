"""The part of the probe that moves seeds: the functions that take one are given another, whoever wrote it and where.

The script's own text is changed for what it writes in plain numbers (`with_seeds` on the host); this is for a seed that
comes from a dictionary, an argument or a file. Without it a script that draws by chance could look as if it did not.
"""

import contextlib
import functools
import sys
from typing import Any

_OF = {
    "random": ("random", "seed"),
    "numpy": ("numpy.random", "seed"),
    "numpy generator": ("numpy.random", "default_rng"),
    "torch": ("torch", "manual_seed"),
    "keras": ("keras.utils", "set_random_seed"),
    "tensorflow": ("tensorflow.random", "set_seed"),
    "sklearn": ("sklearn.utils", "check_random_state"),
}


def move(more: int) -> None:
    """Make every whole number that is given as a seed larger by `more`; of what was imported before."""
    for module, name in _OF.values():
        with contextlib.suppress(Exception):
            _move(sys.modules[module], name, more)


def _move(module: Any, name: str, more: int) -> None:
    own = getattr(module, name)

    @functools.wraps(own)
    def moved(*given: Any, **named: Any) -> Any:
        if given and _is_seed(given[0]):
            given = ((int(given[0]) + more) % 2**32, *given[1:])
        named = {
            key: (int(value) + more) % 2**32 if key in ("seed", "a") and _is_seed(value) else value
            for key, value in named.items()
        }
        return own(*given, **named)

    for other in list(sys.modules.values()):  # those that imported it by name
        with contextlib.suppress(Exception):
            if vars(other).get(name) is own:
                setattr(other, name, moved)


def _is_seed(value: Any) -> bool:
    return isinstance(value, int) or (type(value).__module__ == "numpy" and hasattr(value, "__index__"))

"""What a bare message means where it was raised: the same words of Python mean different things in different places."""

import re

from mlpilot.tools.diagnose.model import Diagnosis

_LAST_FRAMES = 3000
"""Characters at the end of a traceback that hold its innermost frames."""


def at_place(text: str, traceback: str, source: str, line: int | None) -> Diagnosis | None:
    """A finding where the place says more than the message; None elsewhere."""
    lines = source.split("\n")
    code = lines[line - 1] if line is not None and 0 < line <= len(lines) else ""
    key = re.match(r"KeyError: (.{1,80})", text)
    if key is None:
        return None
    for where, pattern, kind, message, remedy in _KEYS:
        place = code if where == "line" else traceback[-_LAST_FRAMES:]
        if re.search(pattern, place) and (where != "index" or re.fullmatch(r"-?\d{1,12}", key[1].strip())):
            return Diagnosis(kind, message.format(key[1]), text[:1000], line, remedy)
    return None


_KEYS = (
    (
        "line",
        r"environ",
        "environment-missing",
        "the variable {0} of the environment is not set",
        "set it before the program starts, or give it a default: os.environ.get(name, default)",
    ),
    (
        "frames",
        r"(?:serialization|numpy_pickle|pickle|_legacy_load)\w{0,20}\.py",
        "unreadable-file",
        "the file is not whole, or no saved model",
        "look at what it begins with; save or download the whole file again, and load it by the function that matches",
    ),
    (
        "index",
        r"torch.utils.data|dataloader\.py|_utils.fetch\.py",
        "missing-label",
        "row {0} is asked of a table by its label, and there is no such label (or column)",
        "write a Dataset whose __getitem__ takes positions: frame.iloc[i], or reset_index(drop=True) first; "
        "a DataFrame "
        "itself is no Dataset",
    ),
    (
        "index",
        r"pandas",
        "missing-label",
        "the index has no label {0}",
        "use .iloc[...] for positions; after a filter labels are missing: reset_index(drop=True)",
    ),
    (
        "frames",
        r"numpy.lib._npyio_impl|npyio",
        "missing-key",
        "the file holds no array named {0}",
        "look at the names there are: data.files",
    ),
    (
        "frames",
        r"in _?apply|apply_standard|apply_series",
        "missing-column",
        "there is no column or row {0}: apply hands over one column at a time",
        "say axis=1 to be handed rows; look at df.columns",
    ),
)
"""(where to look, what stands there, kind, message, remedy); "index": among the frames, for keys that are numbers."""
PLACE_REMEDIES = frozenset(remedy for *_, remedy in _KEYS)

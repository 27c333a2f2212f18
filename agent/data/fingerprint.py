"""Hashes of data by content: the same in every process, on every machine."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def column_digest(values: NDArray[Any]) -> bytes:
    """sha256 of a canonical column: numbers and booleans as floats, dates as nanoseconds, strings by content."""
    sha = hashlib.sha256()
    if values.dtype == object:
        array = pa.array(values, pa.large_string(), from_pandas=True)
        lengths = np.diff(np.frombuffer(array.buffers()[1], dtype=np.int64, count=len(array) + 1))
        sha.update(b"strings")
        sha.update(np.where(array.is_null().to_numpy(zero_copy_only=False), -1, lengths).tobytes())
        sha.update(memoryview(array.buffers()[2] or b""))
    elif values.dtype.kind == "M":
        sha.update(b"dates")
        sha.update(values.astype("datetime64[ns]", copy=False).view(np.int64).tobytes())
    else:
        sha.update(b"numbers")
        sha.update((values.astype(np.float64) + 0.0).tobytes())
    return sha.digest()


def combined(digests: Iterable[tuple[str, bytes]]) -> str:
    """sha256, hexadecimal, of named digests in order."""
    sha = hashlib.sha256()
    for name, digest in digests:
        encoded = name.encode("utf-8", "surrogatepass")
        sha.update(len(encoded).to_bytes(8, "little") + encoded + len(digest).to_bytes(8, "little") + digest)
    return sha.hexdigest()


def labels_digest(target: str, y: NDArray[Any], rows: NDArray[np.int64]) -> str:
    """sha256, hexadecimal, of labelled rows by their place in the file: the same whatever features are used."""
    return combined([("target", target.encode()), ("y", column_digest(y)), ("rows", column_digest(rows))])

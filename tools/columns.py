"""Lays a table out as plain columns that a sandbox can map into memory: no pickle, no parser, no label."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def write_columns(frame: pd.DataFrame, rows: NDArray[np.int64], folder: Path) -> None:
    """Write `frame.iloc[rows]` to `folder`, whole or not at all.

    Numbers, booleans and dates become one `.npy` each; text becomes int32 codes (-1 is missing) and a list of words.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        schema = {
            "rows": len(rows),
            "columns": [_write(frame[name], rows, draft / str(n)) for n, name in enumerate(frame)],
        }
        (draft / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
        for path in (draft, *draft.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(column: "pd.Series[Any]", rows: NDArray[np.int64], stem: Path) -> dict[str, str]:
    values = column.to_numpy()
    if values.dtype.kind in "fiubM":
        np.save(stem.with_suffix(".npy"), values[rows], allow_pickle=False)
        return {"name": str(column.name), "kind": "plain"}
    codes, words = pd.factorize(values[rows], use_na_sentinel=True)
    np.save(stem.with_suffix(".npy"), codes.astype(np.int32), allow_pickle=False)
    stem.with_suffix(".json").write_text(json.dumps([str(word) for word in words]), encoding="utf-8")
    return {"name": str(column.name), "kind": "text"}

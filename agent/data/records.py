"""JSON tables: one record a line, a list of records, or an object of columns."""

import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mlpilot.agent.data.delimited import MAX_COLUMNS, scan, too_many_columns
from mlpilot.agent.data.files import open_bytes, read_whole
from mlpilot.agent.data.phrases import few, shown
from mlpilot.sandbox.errors import UserError

Columns = dict[str, list[Any]]


def read_json_lines(path: Path) -> tuple[Columns, list[str]]:
    """Columns of a file with one JSON object a line; a key that a record lacks is missing. Raises `UserError`."""
    encoding = scan(path).encoding
    with open_bytes(path) as raw:
        stream = io.TextIOWrapper(raw, encoding="utf-8-sig" if encoding == "utf-8" else encoding)
        return _gather(path, _parsed_lines(path, stream))


def read_json(path: Path) -> tuple[Columns, list[str]]:
    """Columns of a .json file: a list of objects, an object of equally long lists, or lines. Raises `UserError`."""
    encoding = scan(path).encoding
    try:
        content = json.loads(read_whole(path).getvalue().decode("utf-8-sig" if encoding == "utf-8" else encoding))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # several documents, as in JSON Lines under another name
            return read_json_lines(path)
        raise UserError(f"{path} is not JSON: line {error.lineno}, {error.msg}") from None
    except (RecursionError, ValueError) as error:
        raise _unreadable(path, error) from None
    if isinstance(content, dict) and content and all(isinstance(value, list) for value in content.values()):
        return _from_lists(path, content)
    if isinstance(content, dict):
        return _gather(path, iter([content]))
    if not isinstance(content, list):
        raise UserError(f"{path} holds no table: give a list of objects, one for each row")
    return _gather(path, content)


def _parsed_lines(path: Path, stream: Iterable[str]) -> Iterator[Any]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except json.JSONDecodeError as error:
            raise UserError(f"{path}: line {number} is not JSON ({error.msg}); mend or remove it") from None
        except (RecursionError, ValueError) as error:
            raise _unreadable(path, error, f"line {number} ") from None


def _unreadable(path: Path, error: Exception, where: str = "it ") -> UserError:
    if isinstance(error, RecursionError):
        return UserError(f"{path}: {where}is nested too deeply for a table; flatten it first")
    return UserError(f"{path}: {where}cannot be read: {str(error).splitlines()[0][:120]}")


def _gather(path: Path, records: Iterable[Any]) -> tuple[Columns, list[str]]:
    """Columns from records; nested values are kept as JSON text."""
    columns: Columns = {}
    nested: set[str] = set()
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise UserError(f"{path}: record {number} is not an object; each row must be {{name: value, ...}}")
        for name, value in record.items():
            if name not in columns:
                columns[name] = [None] * (number - 1)
                if len(columns) > MAX_COLUMNS:
                    raise too_many_columns(path, len(columns))
            if isinstance(value, dict | list):
                nested.add(name)
                value = json.dumps(value, ensure_ascii=False)
            columns[name].append(value)
        if len(record) < len(columns):
            for values in columns.values():
                if len(values) < number:
                    values.append(None)
    return columns, few([f"{shown(name)}: nested values kept as text" for name in sorted(nested)], "such columns")


def _from_lists(path: Path, content: dict[str, list[Any]]) -> tuple[Columns, list[str]]:
    if len(content) > MAX_COLUMNS:
        raise too_many_columns(path, len(content))
    if len({len(values) for values in content.values()}) > 1:
        raise UserError(f"{path}: its lists differ in length; give a list of objects, one for each row")
    return _gather(path, (dict(zip(content, row, strict=True)) for row in zip(*content.values(), strict=True)))

"""Delimited text (CSV, TSV): encoding, delimiter and decimal sign found, parsed by Arrow, oddities named by line."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv

from mlpilot.agent.data.files import chunks, is_gzip, memory, open_bytes, refuse_other_formats
from mlpilot.sandbox.errors import UserError

DELIMITERS = (",", ";", "\t", "|")
MISSING = ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "nan", "NaN", "NAN", "null", "NULL", "Null")
"""Missing beyond doubt; "-", "?" and "none" may be a label, and are settled when the column is understood."""
BLOCK = 8 * 2**20
"""The longest row that is read, in bytes; Arrow parses block by block."""
SAMPLE = 4 * 2**20
ROWS_FOR_CODES = 2000
MAX_COLUMNS = 20_000
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b") | {127})
_UNDEFINED_IN_CP1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")


@dataclass(frozen=True)
class Text:
    """What one pass over the bytes told."""

    encoding: str
    sample: str
    """The first megabytes, decoded, without a byte-order mark; ends with a whole line unless `whole`."""
    whole: bool
    """True when the sample is the whole file."""
    lines: int
    quotes: int


def read_delimited(path: Path) -> tuple[list[str], list[pa.ChunkedArray], list[str]]:
    """Names, columns and notes of a delimited file. Raises `UserError`."""
    text = scan(path)
    blank, names, delimiter = _layout(path, text)
    if len(names) > MAX_COLUMNS:
        raise too_many_columns(path, len(names))
    if text.lines * len(names) * 8 > memory() // 2:
        raise UserError(f"{path}: {text.lines:,} rows × {len(names)} columns do not fit in memory; take a sample")
    if text.whole and len(text.sample.strip().splitlines()) == 1:
        raise UserError(f"{path} has a header and no rows")
    columns = _parse(path, text, blank, len(names), delimiter)
    if text.quotes % 2:
        _refuse_open_quote(path, text, delimiter, columns)
    latin = text.encoding in ("cp1252", "latin-1")
    return names, columns, [f"not UTF-8: read as {text.encoding} (Western European)"] if latin else []


def too_many_columns(path: Path, count: int) -> UserError:
    """The error for a table that is too wide."""
    return UserError(f"{path} has {count:,} columns; mlpilot reads at most {MAX_COLUMNS:,}: keep those that matter")


def scan(path: Path) -> Text:
    """One pass over the bytes: encoding, size, and whether it is text at all. Raises `UserError`."""
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    head, size, lines, quotes, returns, cp1252 = b"", 0, 0, 0, 0, True
    wide = False
    with open_bytes(path) as stream:
        for chunk in chunks(path, stream):
            if not head:
                refuse_other_formats(path, chunk)
                head = chunk
                wide = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            if not wide and (b"\0" in chunk or _is_binary(chunk)):
                raise UserError(f"{path} is not a text table: it holds binary data")
            size += len(chunk)
            lines += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            quotes += chunk.count(b'"')
            decoder = decoder if decoder and not wide and _decodes(decoder, chunk) else None
            cp1252 = cp1252 and (decoder is not None or not any(byte in chunk for byte in _UNDEFINED_IN_CP1252))
    if wide:
        encoding = "utf-16"
    elif decoder:
        encoding = "utf-8"
    else:
        encoding = "cp1252" if cp1252 else "latin-1"
    sample = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head).lstrip("\ufeff")
    whole = size == len(head)
    if not whole:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1]
    if not sample.strip():
        raise UserError(f"{path} holds no table" if whole else f"{path}: its first line is longer than 4 MiB")
    return Text(encoding, sample, whole, max(lines, returns), quotes)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _is_binary(chunk: bytes) -> bool:
    """More than one control character in a thousand: no text that a person would save."""
    return len(chunk) - len(chunk.translate(None, _CONTROL)) > len(chunk) / 1000


def _layout(path: Path, text: Text) -> tuple[int, list[str], str]:
    """Blank lines before the header, the header's names, and the delimiter that makes the rows agree with it best."""
    stripped = text.sample.lstrip("\r\n")
    head = text.sample[: len(text.sample) - len(stripped)]
    blank = max(head.count("\n"), head.count("\r"))
    best: tuple[float, int] = (-1.0, 0)
    names, delimiter = [""], ","
    for candidate in ("\t", *DELIMITERS) if ".tsv" in path.suffixes else DELIMITERS:
        records = _first_records(stripped, candidate)
        header = records[0] if records else [""]
        if len(header) < 2:
            continue
        agreeing = sum(len(record) == len(header) for record in records) / len(records)
        if (agreeing, len(header)) > best:
            best, names, delimiter = (agreeing, len(header)), header, candidate
    if best[0] < 0:
        records = _first_records(stripped, ",")
        if not records:
            raise UserError(f"{path}: its first line cannot be read as column names")
        names = records[0]
    return blank, names, delimiter


def _first_records(sample: str, delimiter: str, count: int = 100) -> list[list[str]]:
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if record:
                records.append(record)
            if len(records) == count:
                break
    except csv.Error:  # a field beyond csv's own limit: what came before tells enough
        pass
    return records


def _parse(path: Path, text: Text, blank: int, width: int, delimiter: str) -> list[pa.ChunkedArray]:
    options: dict[str, Any] = {
        "read_options": arrow_csv.ReadOptions(
            column_names=[str(position) for position in range(width)],
            skip_rows=blank,
            skip_rows_after_names=1,
            block_size=BLOCK,
        ),
        "parse_options": arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=text.quotes > 0),
        "convert_options": arrow_csv.ConvertOptions(
            null_values=MISSING,
            strings_can_be_null=True,
            true_values=["true", "True", "TRUE"],
            false_values=["false", "False", "FALSE"],
            decimal_point="," if _decimal_comma(text.sample, delimiter) else ".",
            column_types={str(position): pa.string() for position in _codes(text.sample, delimiter, width)},
        ),
    }
    try:
        stream = pa.input_stream(str(path), compression="gzip" if is_gzip(path) else None)
        if text.encoding != "utf-8":
            stream = pa.transcoding_input_stream(stream, text.encoding, "utf-8")
        return list(arrow_csv.read_csv(stream, **options).columns)
    except (pa.ArrowInvalid, UnicodeError, OSError) as error:
        reason = _first_bad_line(path, text, delimiter, width) or str(error).splitlines()[0][:200]
        raise UserError(f"{path}: {reason}") from None


def _decimal_comma(sample: str, delimiter: str) -> bool:
    """Unmistakable only where the comma does not delimit, numbers hold one, and none holds a point."""
    if delimiter == ",":
        return False
    fields = {field.strip() for record in _first_records(sample, delimiter) for field in record}
    commas = sum(bool(re.fullmatch(r"[+-]?\d+,\d+", field)) for field in fields)
    points = sum(bool(re.fullmatch(r"[+-]?\d*\.\d+", field)) for field in fields)
    grouped = sum(bool(re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", field)) for field in fields)
    return commas > grouped and not points


def _codes(sample: str, delimiter: str, width: int) -> set[int]:
    """Columns of digits with leading zeros (00501): codes, not numbers, and Arrow would drop the zeros."""
    records = _first_records(sample.lstrip("\r\n"), delimiter, ROWS_FOR_CODES)[1:]
    return {
        position
        for record in records
        for position, field in enumerate(record[:width])
        if field.startswith("0") and len(field) > 1 and field.isdecimal()
    }


def _first_bad_line(path: Path, text: Text, delimiter: str, width: int) -> str:
    last = 0
    try:
        for first, last, row in _records(path, text, delimiter):
            if not row or len(row) == width:
                continue
            if last > first and text.quotes % 2:
                return _open_quote(first)
            fields = f"{len(row)} field{'s' * (len(row) != 1)} where the header has {width}"
            if last > first:
                return f"lines {first} to {last} are one row of {fields}; mend or remove them"
            return f"line {first} has {fields}; mend or remove that line"
    except UnicodeError:
        return f"line {last + 1} is no valid {text.encoding} text; save the table as UTF-8"
    except (csv.Error, ValueError):
        too_long = f"line {last + 1} holds a field that is too long; shorten or remove it"
        return _open_quote(last + 1) if text.quotes % 2 else too_long
    return ""


def _open_quote(line: int) -> str:
    return f"the quote opened in line {line} is never closed; close or remove it"


def _records(path: Path, text: Text, delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and fields of each record; a quoted field may hold line breaks."""
    with open_bytes(path) as raw:
        stream = io.TextIOWrapper(raw, "utf-8-sig" if text.encoding == "utf-8" else text.encoding, newline="")
        rows, last = csv.reader(_bounded_lines(stream), delimiter=delimiter), 0
        for row in rows:
            yield last + 1, rows.line_num, row
            last = rows.line_num


def _bounded_lines(stream: io.TextIOWrapper) -> Iterator[str]:
    while line := stream.readline(BLOCK):
        if len(line) == BLOCK:
            raise ValueError("line too long")
        yield line


def _refuse_open_quote(path: Path, text: Text, delimiter: str, columns: list[pa.ChunkedArray]) -> None:
    """An odd number of quotes, and a last row that swallowed lines: a quote was opened and never closed."""
    for column in columns:
        last = column[-1].as_py() if len(column) and pa.types.is_string(column.type) else None
        if last and "\n" in last:
            raise UserError(f"{path}: {_open_quote(_last_record(path, text, delimiter))}")


def _last_record(path: Path, text: Text, delimiter: str) -> int:
    """The line in which the last record begins."""
    first = last = 0
    try:
        for first, last, _ in _records(path, text, delimiter):  # noqa: B007 - the last one counts
            pass
    except (csv.Error, ValueError):  # it is too long for this reader, and so it is the last
        return last + 1
    return first

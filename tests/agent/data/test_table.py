"""Reading files: every format, every oddity that is no reason to stop, and every one that is."""

import gzip
import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpilot.agent.data.table import read_table, unique_names
from mlpilot.sandbox.errors import UserError

CSV = "a,b,c\n1,x,0.5\n2,y,\n3,x,2.5\n"


def write(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def refusal(path: Path | str) -> str:
    """The one line that a file is refused with."""
    with pytest.raises(UserError) as caught:
        read_table(path)
    message = str(caught.value)
    assert "\n" not in message and len(message) < 500
    return message


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """A minimal .xlsx with inline strings."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        parts = "".join(
            f'<Override PartName="/xl/worksheets/s{i}.xml" ContentType="{kind}.worksheet+xml"/>'
            for i in range(len(sheets))
        )
        book.writestr(
            "[Content_Types].xml",
            f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.'
            f'openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{kind}.sheet.main+xml"/>{parts}</Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="r" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(f'<sheet name="{n}" sheetId="{i + 1}" r:id="r{i}"/>' for i, n in enumerate(sheets))
        book.writestr(
            "xl/workbook.xml", f'{head}<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="worksheets/s{i}.xml"/>'
            for i in range(len(sheets))
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{head}<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        )
        for i, rows in enumerate(sheets.values()):
            body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
            book.writestr(
                f"xl/worksheets/s{i}.xml", f'{head}<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
            )
    return path


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
    return f"<c><v>{value}</v></c>"


# --- formats


def test_csv(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "t.csv", CSV))
    assert list(table.frame) == ["a", "b", "c"] and table.notes == ()
    assert table.frame["a"].tolist() == [1, 2, 3] and table.frame["b"].tolist() == ["x", "y", "x"]
    assert table.frame["c"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("name", ["t.csv", "t.txt"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str, name: str) -> None:
    frame = read_table(write(tmp_path, name, CSV.replace(",", delimiter))).frame
    assert frame.shape == (3, 3) and frame["c"].iloc[2] == 2.5


def test_semicolons_with_decimal_commas(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, "t.csv", "a;b\n1,5;x\n2,25;y\n-3,0;z\n")).frame
    assert frame["a"].tolist() == [1.5, 2.25, -3.0]


def test_commas_in_quotes_do_not_delimit(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, "t.csv", 'name,n\n"Owen, Mr.",1\n"a ""b""",2\n"two\nlines",3\n')).frame
    assert frame["name"].tolist() == ["Owen, Mr.", 'a "b"', "two\nlines"]


def test_one_column(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "t.csv", "only\n1\n2\n")).frame["only"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "text", [CSV.replace("\n", "\r\n"), CSV.replace("\n", "\r"), "\n\n" + CSV, CSV.rstrip(), CSV + "\n"]
)
def test_line_endings_and_blank_lines(tmp_path: Path, text: str) -> None:
    assert read_table(write(tmp_path, "t.csv", text)).frame["a"].tolist() == [1, 2, 3]


def test_header_with_a_line_break(tmp_path: Path) -> None:
    assert list(read_table(write(tmp_path, "t.csv", '"a\nb",c\n1,2\n')).frame) == ["a b", "c"]


def test_types_that_change_late(tmp_path: Path) -> None:
    text = "a,b\n" + "1,2\n" * 3_000_000 + "1.5,x\n"
    frame = read_table(write(tmp_path, "t.csv", text)).frame
    assert frame["a"].iloc[-1] == 1.5 and frame["b"].iloc[-1] == "x" and frame["b"].iloc[0] == "2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode(tmp_path: Path, encoding: str) -> None:
    table = read_table(write(tmp_path, "t.csv", "größe,城市\n1,東京\n2,Zürich\n", encoding))
    assert list(table.frame) == ["größe", "城市"] and table.frame["城市"].tolist() == ["東京", "Zürich"]
    assert table.notes == ()


def test_text_that_is_cut_short(tmp_path: Path) -> None:
    assert "line 2 is no valid utf-16" in refusal(write(tmp_path, "t.csv", "ä,b\n1,2\n".encode("utf-16")[:-1]))


def test_western_european(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "t.csv", "straße,n\ncafé – €,1\n", "cp1252"))
    assert table.frame["straße"].tolist() == ["café – €"] and "cp1252" in table.notes[0]
    table = read_table(write(tmp_path, "l.csv", b"a,n\ncaf\xe9\x81,1\n"))
    assert "latin-1" in table.notes[0]


def test_parquet_keeps_types(tmp_path: Path) -> None:
    made = pd.DataFrame(
        {
            "i": pd.array([1, None, 3], dtype="Int64"),
            "b": pd.array([True, None, False], dtype="boolean"),
            "d": pd.to_datetime(["2024-01-01", None, "9999-01-01"], format="ISO8601").tz_localize("UTC"),
            "c": pd.Categorical(["x", "y", None]),
            "l": [[1], [2, 3], None],
        }
    )
    made.to_parquet(tmp_path / "t.parquet")
    frame = read_table(tmp_path / "t.parquet").frame
    assert frame["i"].dropna().tolist() == [1, 3] and frame["b"].dropna().tolist() == [True, False]
    assert frame["c"].dropna().tolist() == ["x", "y"] and frame["l"].dropna().tolist() == ["[1]", "[2, 3]"]
    (tmp_path / "t.parquet.gz").write_bytes(gzip.compress((tmp_path / "t.parquet").read_bytes()))
    assert read_table(tmp_path / "t.parquet.gz").frame.shape == (3, 5)


RECORDS = [{"a": 1, "b": "x", "f": True}, {"a": 2, "c": {"d": 1}, "f": None}, {"a": 3.5, "b": "NA", "f": False}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.jsonl", "\n".join(map(json.dumps, RECORDS))),
        ("t.ndjson", "\n\n".join(map(json.dumps, RECORDS)) + "\n"),
        ("t.json", json.dumps(RECORDS, indent=1)),
        ("lines.json", "\n".join(map(json.dumps, RECORDS))),
        (
            "columns.json",
            json.dumps(
                {"a": [1, 2, 3.5], "b": ["x", None, None], "f": [True, None, False], "c": [None, {"d": 1}, None]}
            ),
        ),
    ],
)
def test_json(tmp_path: Path, name: str, text: str) -> None:
    table = read_table(write(tmp_path, name, text))
    assert table.frame["a"].tolist() == [1.0, 2.0, 3.5]
    assert table.frame["b"].isna().tolist() == [False, True, True]
    assert table.frame["f"].dropna().tolist() == [True, False]
    assert table.frame["c"].dropna().tolist() == ['{"d": 1}'] and "c: nested values kept as text" in table.notes


def test_excel(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["größe", "n", "ok", "size"],
        ["a", 1, True, 0.5],
        [None, 2, False, 3],
        ["c", 3, True, None],
    ]
    path = workbook(tmp_path / "t.xlsx", {"First": rows, "Second": [["z"]]})
    table = read_table(path)
    assert table.frame["n"].tolist() == [1, 2, 3] and table.frame["n"].dtype == np.int64
    assert table.frame["ok"].tolist() == [True, False, True] and table.frame["size"].dropna().tolist() == [0.5, 3.0]
    assert table.frame["größe"].isna().tolist() == [False, True, False]
    assert table.notes == ("first sheet (First) of 2 read",)
    (tmp_path / "t.xlsx.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert read_table(tmp_path / "t.xlsx.gz").frame.shape == (3, 4)


def test_ods(tmp_path: Path) -> None:
    names = {"office": "office", "table": "table", "text": "text"}
    space = " ".join(f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{v}:1.0"' for k, v in names.items())
    header = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{n}</text:p></table:table-cell>' for n in ("a", "d")
    )
    body = "".join(
        f'<table:table-row><table:table-cell office:value-type="float" office:value="{i}"/><table:table-cell '
        f'office:value-type="date" office:date-value="2024-01-0{i}"/></table:table-row>'
        for i in (1, 2)
    )
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        book.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {space}><office:body><office:spreadsheet><table:table '
            f'table:name="S"><table:table-row>{header}</table:table-row>{body}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )
    frame = read_table(tmp_path / "t.ods").frame
    assert frame["a"].tolist() == [1, 2] and frame["d"].str.startswith("2024-01-0").all()


@pytest.mark.parametrize(
    ("name", "text"),
    [("t.csv.gz", CSV), ("t.tsv.gz", CSV.replace(",", "\t")), ("t.jsonl.gz", '{"a": 1}\n{"a": 2}\n{"a": 3}')],
)
def test_gzip(tmp_path: Path, name: str, text: str) -> None:
    assert read_table(write(tmp_path, name, gzip.compress(text.encode(), mtime=0))).frame["a"].tolist() == [1, 2, 3]


# --- names


def test_names_are_made_unique_and_noted() -> None:
    names, notes = unique_names(["x", "x", "", "x.1", None, "x", " padded \n name "])
    assert names == ["x", "x.2", "column_3", "x.1", "column_5", "x.3", "padded name"]
    assert len(set(names)) == len(names) and len(notes) == 3
    assert unique_names(["a", "a"]) == (["a", "a.1"], ["another column called a: now a.1"])


def test_names_are_kept_without_what_acts_on_a_terminal(tmp_path: Path) -> None:
    assert list(read_table(write(tmp_path, "t.csv", "\x1b[31mred\x1b[0m,b\n1,2\n")).frame) == ["red", "b"]
    assert unique_names(["\x1b]0;title\x07b", "\x9b2Jc"]) == (["b", "c"], [])


def test_names_that_occur_twice_are_told(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "t.csv", "a,b, a ,,\n1,2,3,4,5\n")).repeated == {"a"}


def test_duplicate_and_empty_names_in_a_file(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "t.csv", "x,,x\n1,2,3\n"))
    assert list(table.frame) == ["x", "column_2", "x.1"] and table.frame["x.1"].tolist() == [3]


# --- what is refused, in one line


def test_no_such_file_suggests_a_near_name(tmp_path: Path) -> None:
    write(tmp_path, "churn.csv", CSV)
    message = refusal(tmp_path / "chrun.csv")
    assert "no such file" in message and "churn.csv" in message
    assert "no such file" in refusal(tmp_path / "nowhere" / "t.csv")
    (tmp_path / "orders").mkdir()
    assert "did you mean" not in refusal(tmp_path / "order")
    refusal(tmp_path / ("x" * 5000))
    refusal("a\0b.csv")
    refusal("~no-such-person/t.csv")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "no file name"),
        ("-", "standard input"),
        ("https://example.com/t.csv", "download"),
        ("s3://b/t.csv", "download"),
    ],
)
def test_what_is_no_file_at_all(given: str, says: str) -> None:
    assert says in refusal(given)


def test_not_a_plain_file(tmp_path: Path) -> None:
    assert "folder" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    assert "regular file" in refusal(tmp_path / "pipe.csv")
    assert "regular file" in refusal("/dev/null")


def test_unreadable(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", CSV)
    path.chmod(0)
    child = os.fork()
    if not child:  # root reads everything, so another user tries
        code = 1
        try:
            if os.geteuid() == 0:
                os.setresuid(65534, 65534, 65534)
            code = 0 if "permissions" in refusal(path) else 1
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("name", ["t.csv", "t.json", "t.jsonl", "t.parquet", "t.xlsx", "t.csv.gz"])
def test_empty(tmp_path: Path, name: str) -> None:
    assert "empty" in refusal(write(tmp_path, name, b""))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "a,b\n"),
        ("t.csv", "a,b"),
        ("t.csv", "\n\n  \n"),
        ("t.json", "[]"),
        ("t.jsonl", "\n\n"),
        ("t.csv.gz", gzip.compress(b"a,b\n", mtime=0)),
        ("t.csv.gz", gzip.compress(b"", mtime=0)),
    ],
)
def test_no_rows(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert "no rows" in (message := refusal(write(tmp_path, name, content))) or "no table" in message


def test_header_only_workbook_and_parquet(tmp_path: Path) -> None:
    assert "no rows" in refusal(workbook(tmp_path / "t.xlsx", {"S": [["a", "b"]]}))
    assert "empty" in refusal(workbook(tmp_path / "e.xlsx", {"S": []}))
    pd.DataFrame({"a": []}).to_parquet(tmp_path / "t.parquet")
    assert "no rows" in refusal(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 fields"),
        ("a,b\n1,2\n3,4\n5\n", "line 4 has 1 field "),
        ("a,b\n\n1,2,\n", "line 3"),
    ],
)
def test_ragged_rows_are_named(tmp_path: Path, text: str, line: str) -> None:
    assert line in refusal(write(tmp_path, "t.csv", text))
    assert line in refusal(write(tmp_path, "t.csv.gz", gzip.compress(text.encode(), mtime=0)))


MANY = "".join(f"{number},x\n" for number in range(30_000))


@pytest.mark.parametrize(
    "text",
    [
        'a,b\n1,2\n1,"abc\n2,x\n3,y\n',
        'a,b\n1,2\n"1,abc\n2,x\n3,y\n',
        'a,b\n1,2\n1,"abc\n' + MANY,
        'a,b\n1,2\n"1,abc\n' + MANY,
    ],
    ids=["in the last column", "in the first", "in the last, far from the end", "in the first, far from the end"],
)
def test_a_quote_that_never_closes_is_found_where_it_opens(tmp_path: Path, text: str) -> None:
    assert "the quote opened in line 3 is never closed" in refusal(write(tmp_path, "t.csv", text))


def test_a_row_of_several_lines_is_named_by_all_of_them(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, "t.csv", 'a,b\n1,"p\nq"\n1,"x\ny",5\n3,4\n'))
    assert "lines 4 to 5 are one row of 3 fields where the header has 2" in message


def test_a_stray_quote_is_no_reason_to_stop(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "t.csv", 'a,b\n1,5" pipe\n2,x\n')).frame["b"].iloc[0] == '5" pipe'


@pytest.mark.parametrize("name", ["t.pkl", "t.pickle", "t.joblib", "t.npy", "t.npz", "t.h5", "t.feather", "t.pkl.gz"])
def test_formats_that_can_run_code(tmp_path: Path, name: str) -> None:
    assert "CSV or Parquet" in refusal(write(tmp_path, name, b"x"))


def test_unknown_format(tmp_path: Path) -> None:
    assert ".parquet" in refusal(write(tmp_path, "t.doc", "x"))


class Bomb:
    """Leaves a file behind if it is ever unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.json", "t.parquet", "t.xlsx", "t.ods", "t.xls"])
def test_a_pickle_in_disguise(tmp_path: Path, name: str, protocol: int) -> None:
    trap = tmp_path / "trap"
    path = write(tmp_path, name, pickle.dumps(Bomb(trap), protocol=protocol))
    if protocol == 0 and name == "t.csv":  # plain text, and read as such
        assert read_table(path).frame.shape[1] == 1
    else:
        refusal(path)
    assert not trap.exists()


@pytest.mark.parametrize(
    "content",
    [
        np.random.default_rng(0).bytes(100_000),
        np.random.default_rng(0).bytes(50),
        b"a,b\n1,\0\n",
        b"\x93NUMPY\x01\x00v\x00",
        zipfile.ZipFile.__doc__.encode() + b"\x01\x02" * 50,  # type: ignore[union-attr]
        gzip.compress(CSV.encode(), mtime=0),
    ],
)
def test_binary_junk(tmp_path: Path, content: bytes) -> None:
    assert "not a text table" in refusal(write(tmp_path, "t.csv", content))
    assert "not a text table" in refusal(write(tmp_path, "t.jsonl", content))
    refusal(write(tmp_path, "t.xlsx", content))
    refusal(write(tmp_path, "t.parquet", content))
    refusal(write(tmp_path, "t.csv.gz", content)) if content[:2] != b"\x1f\x8b" else None


def test_a_gzip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as out:
        out.write(b"a,b\n")
        for _ in range(300):
            out.write(b"1,1\n" * 2**18)
    assert "decompress" in refusal(path)


def test_a_gzip_cut_short(tmp_path: Path) -> None:
    whole = gzip.compress(os.urandom(50_000).hex().encode())
    assert "gzip" in refusal(write(tmp_path, "t.csv.gz", whole[:1000]))
    assert "gzip" in refusal(write(tmp_path, "p.parquet.gz", whole[:1000]))
    assert "gzip" in refusal(write(tmp_path, "p.csv.gz", CSV))


def test_a_workbook_that_asks_for_billions_of_cells(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", {"S": [["a"]]})
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for item in old.namelist():
            data = old.read(item)
            if item.endswith("s0.xml"):
                data = data.replace(b"</row>", b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
            new.writestr(item, data)
    assert "spreadsheet" in refusal(write(tmp_path, "b.xlsx", content.getvalue()))


def test_wide_and_gigantic(tmp_path: Path) -> None:
    names = ",".join(f"c{i}" for i in range(100_000))
    row = ",".join("1" * 100_000)
    assert "100,000 columns" in refusal(write(tmp_path, "t.csv", f"{names}\n{row}\n"))
    refusal(write(tmp_path, "f.csv", "a,b\n1," + "x" * 20_000_000 + "\n"))
    refusal(write(tmp_path, "h.csv", "x" * 20_000_000))
    frame = read_table(write(tmp_path, "m.csv", "a,b\n1," + "x" * 1_000_000 + "\n")).frame
    assert len(frame["b"].iloc[0]) == 1_000_000
    assert "columns" in refusal(write(tmp_path, "w.json", json.dumps([{f"c{i}": 1 for i in range(30_000)}])))


def test_json_that_is_no_table(tmp_path: Path) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    assert "nested" in refusal(write(tmp_path, "d.json", deep))
    assert "nested" in refusal(write(tmp_path, "d.jsonl", '{"a": ' + deep + "}\n"))
    assert "line 2" in refusal(write(tmp_path, "b.jsonl", '{"a": 1}\n{oops\n'))
    assert "line 1" in refusal(write(tmp_path, "b.json", "[{oops}]"))
    refusal(write(tmp_path, "n.json", "3"))
    refusal(write(tmp_path, "l.json", "[1, 2]"))
    refusal(write(tmp_path, "u.json", '{"a": [1, 2], "b": [1]}'))
    refusal(write(tmp_path, "i.json", '[{"a": ' + "1" * 10_000 + "}]"))
    read_table(write(tmp_path, "big.json", '[{"a": ' + "1" * 1_000 + '}, {"a": 2}]'))

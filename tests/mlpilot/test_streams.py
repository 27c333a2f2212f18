"""Text from strangers cannot act on the terminal, and no terminal is too old."""

import io
import json
import sys

import pytest

from mlpilot import streams

HOSTILE = {
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07name",
    "C1 CSI": "\x9b2Jname",
    "clipboard": "\x1b]52;c;ZXZpbA==\x1b\\name",
    "backspaces": "name\b\b\b\bevil",
    "return": "name\revil",
    "reordered": "na\u202eme",
    "zero width": "na\u200bme",
    "surrogate": "na\udcffme",
    "null": "na\x00me",
    "line break": "na\nme",
    "line separator": "na\u2028me",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_clean_leaves_one_printable_line(text):
    cleaned = streams.clean(text)
    assert cleaned.isprintable() and cleaned.encode()
    assert "owned" not in cleaned and "ZXZp" not in cleaned and "[31m" not in cleaned


def test_clean_keeps_names_as_people_write_them():
    for name in ("naïve café", "客户流失", "Größe (m²)", "a  b".replace("  ", " "), "[bold]x[/bold]", "😀"):
        assert streams.clean(name) == name


def test_clean_leaves_no_pile_of_marks():
    """Hundreds of marks upon one letter would cover the lines above and below."""
    piled = streams.clean("e" + "\u0301" * 500 + "x")
    assert piled == "e" + "\u0301" * 4 + "x"
    for name in ("Vie\u0323\u0302t", "ש\u05c1\u05b8", "ที่"):
        assert streams.clean(name) == name


def test_clean_block_keeps_lines():
    assert streams.clean_block("a\tb\r\n\x1b[2Jc\x07\n") == "a\tb\nc\n"


def test_json_is_one_object_without_nan(capsys):
    streams.answer_json({"a": float("nan"), "b": [float("inf"), 1.5], "c": {"d": (1, None)}, "é": "客\udcff"})
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed) == {"a": None, "b": [None, 1.5], "c": {"d": [1, None]}, "é": "客\udcff"}


def test_ascii_terminals_get_stand_ins(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    streams.prepare()
    streams.answer(".410 – .430 · ▁▇ 客 \udcff")
    assert raw.getvalue() == b".410 - .430 | _# ? ?\n"


def test_closed_streams_are_no_reason_to_fail(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    streams.prepare()
    streams.answer("nobody reads this")


@pytest.mark.parametrize(("variable", "value"), [("TERM", "dumb"), ("CI", "true")])
def test_no_repainting_where_it_makes_no_sense(monkeypatch, variable, value):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    assert streams.is_terminal(Terminal())
    monkeypatch.setenv(variable, value)
    assert not streams.is_terminal(Terminal())

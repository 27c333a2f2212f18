"""What a person may write as a value, and what it means."""

import pytest

from mlpilot import values
from mlpilot.sandbox.errors import UserError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", 90),
        ("10m", 600),
        ("1h", 3600),
        ("1h30m", 5400),
        ("1h 30m 5s", 5405),
        ("1.5m", 90),
        ("45", 45),
        (30, 30),
        ("2H", 7200),
    ],
)
def test_seconds(text, expected):
    assert values.seconds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "0s",
        "-5m",
        "",
        "m",
        "ten",
        "1d",
        "30m1h",
        "1m1m",
        "nan",
        "inf",
        "1e3",
        "５m",
        float("nan"),
        float("inf"),
        0,
        -1,
        True,
        None,
        [],
        "9" * 400,
        "9999h",
    ],
)
def test_seconds_refuses(text):
    with pytest.raises(UserError) as error:
        values.seconds(text)
    assert "90s" in str(error.value)


@pytest.mark.parametrize(("text", "least", "expected"), [("0", 0, 0), ("1", 1, 1), (" 7 ", 0, 7), (12, 1, 12)])
def test_whole(text, least, expected):
    assert values.whole(text, least) == expected


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "", "٣", 0, 1.0, True, None, "99999999999999999999"])
def test_whole_refuses(text):
    with pytest.raises(UserError):
        values.whole(text, 1)


@pytest.mark.parametrize("text", ["99999999999999999999999", "9" * 5000, str(2**31), 2**31])
def test_whole_says_what_is_too_large(text):
    with pytest.raises(UserError, match="is too large: a whole number from 1 to 2147483647") as error:
        values.whole(text, 1)
    assert len(str(error.value)) < 200
    assert values.whole("2147483647") == 2**31 - 1


def test_money():
    assert values.money("$0.50") == 0.5 and values.money("0") == 0
    for wrong in ("-1", "nan", "free", None, True):
        with pytest.raises(UserError):
            values.money(wrong)


def test_gpus():
    assert values.gpus("all") == "all" and values.gpus("2") == "2" and values.gpus(1) == "1"
    with pytest.raises(UserError):
        values.gpus("some")


def test_url():
    assert values.url("http://localhost:8000/v1") == "http://localhost:8000/v1"
    for wrong in ("localhost", "ftp://x", "http://", "http:// x", 5, "http://x:99999", "http://:80", "http://[::1"):
        with pytest.raises(UserError):
            values.url(wrong)

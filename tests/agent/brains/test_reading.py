"""The reader of replies: what leaves no doubt is read, all else is refused in words, nothing else is raised."""

import json
import time
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlpilot.agent.brains.llm.reading import (
    Unreadable,
    field_list,
    field_text,
    field_whole,
    read_code,
    read_object,
)
from mlpilot.evals.malformed import check
from mlpilot.tools.contract import problem

GOOD = "import numpy as np\n\n\n"
GOOD += 'def fit(X, y, params):\n    """Fit.\n\n    ```\n    fit(X, y, {})\n    ```\n    """\n    return 1\n'
GOOD += "\n\ndef predict(model, X):\n    return np.full(len(X), model)\n"
OTHER = GOOD.replace("return 1", "return 2")
SMALL = "def fit(X, y, params):\n    return 1\n\n\ndef predict(model, X):\n    return 2\n"


def refusal(text: str, finish: str = "stop") -> str:
    with pytest.raises(Unreadable) as raised:
        read_code(text, finish=finish)
    return str(raised.value)


def object_refusal(text: str, finish: str = "stop") -> str:
    with pytest.raises(Unreadable) as raised:
        read_object(text, finish=finish)
    return str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\ufeff{GOOD}".replace("\n", "\r\n"),
        f"Hi.\n```python\n{GOOD}```\nBye.",
        f"~~~~py\n{GOOD}~~~~",
        f"```python\n{GOOD}",
        f"```text\n{GOOD}```",
        f"Here it is, isn't it:\n\n{GOOD}\nThis uses the mean.\nDone",
        f"<think>\n```python\n{OTHER}```\n</think>\n```python\n{GOOD}```",
        f"a draft: ```python\n{OTHER}```</think>\n```python\n{GOOD}```",
        f"```markdown\n# Solution\n```python\n{GOOD}```\n```\nMore.",
        f"```python\n{GOOD.rstrip()}```\nBye.",
        f"```python\n{GOOD}```\nThe same:\n```python\n{GOOD}```",
        f"```bash\npip install numpy\n```\n```python\n{GOOD}```\n```json\n{{}}\n```",
        f"```python\n{GOOD}```\nThen:\n```python\nmodel = fit(X, y, {{}})\n```",
        f"```python\n{GOOD}```<|im_end|>",
        "1. So:\n" + "".join(f"   {line}\n" for line in f"```python\n{GOOD}```".split("\n")),
    ],
)
def test_a_module_that_leaves_no_doubt_comes_out_letter_by_letter(text: str) -> None:
    assert read_code(text) == GOOD


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("I cannot.", "no Python block"),
        ('```json\n{"a": 1}\n```', "no Python block (only json)"),
        (f"```python\n{GOOD}```\n```python\n{OTHER}```", "2 Python blocks that each define fit() and predict()"),
        (f"{SMALL}\nOr rather:\n\n{SMALL.replace('1', '3')}", "where it begins and ends is not clear"),
        (
            f"```python\n{SMALL}```\nBetter:\n```python\ndef predict(m, X):\n    return 9\n```",
            "defines predict() in one block",
        ),
        (f"```python\n{SMALL}```\n```python\nimport", "second Python block that is never closed"),
        (f"```python\n{SMALL.split('def predict')[0]}```", "defines no predict()"),
        ("```python\ndef fit(X, y, params):\n    return (1\n```", "'(' was never closed (line 2: return (1)"),
        ("```python\ndef fit(X, y, params):\n    return (1", "never closed: it looks cut off"),
        ("```r\nfit <- function(X) 1\n```", "R code; a Solution is a Python module"),
        ("function fit(X, y) {\n  return 1;\n}", "JavaScript code"),
        (f"<think>\n```python\n{SMALL}```", "only thinking"),
        (f"```diff\n{SMALL}```", "no Python block"),
        ("```python\n" + "x = 1\n" * 12_000 + SMALL + "```", "at most 60,000"),
        ("```python\n" + SMALL.replace("1", "'\0'") + "```", "does not parse"),
        ("```python\n" + SMALL.replace("1", "-" * 20_000 + "1") + "```", "nested too deeply"),
        ("x" * 1_000_001, "at most 1,000,000 are read"),
        (SMALL.replace("import", "") + "SPACE = {'a': Float(2, 1)}\n", "SPACE"),
        (f"x = = 1\n{SMALL}", "where it begins and ends is not clear"),
    ],
)
def test_what_is_refused_is_refused_in_words(text: str, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize("text", [f"```python\n{SMALL}", SMALL, f"```python\n{SMALL}```\n```python\nimp"])
def test_code_that_was_cut_off_is_never_read(text: str) -> None:
    assert "cut off" in refusal(text, finish="length")


def test_a_cut_in_the_prose_after_the_block_does_no_harm() -> None:
    assert read_code(f"```python\n{SMALL}```\nThis is wh", finish="length") == SMALL


def test_blocks_that_only_define_are_joined_and_others_are_not() -> None:
    fit, predict = SMALL.split("\n\n\n")
    blocks = ["import numpy as np\n", fit + "\n", predict]
    text = "and\n".join(f"```python\n{block}```\n" for block in blocks)
    assert read_code(text) == "\n\n".join(blocks)
    assert "none of your 4" in refusal(text + "```python\nmodel = fit(X, y, {})\n```")
    assert "none of your 4" in refusal(text + "```python\ndef fit(X, y, params): return 3\n```")


def test_typographic_characters_are_mended_outside_of_strings_only() -> None:
    written = SMALL.replace("    return 1", "\u00a0\u00a0\u00a0\u00a0return “it’s\u00a0a”").replace(
        "model, X", "model,\u200b X"
    )
    assert read_code(f"```python\n{written}```") == SMALL.replace("return 1", 'return "it’s\u00a0a"')
    sound = SMALL.replace("return 1", 'return "“a” \u200b"')
    assert read_code(sound) == sound


def test_nothing_is_run_and_no_warning_is_shown() -> None:
    code = SMALL.replace("return 1", 'return "\\d"') + "\nraise SystemExit('ran')\n"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_code(f"```python\n{code}```") == code


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Sure: {"a": 1, // one\n "b": [1, 2,], # two\n /* three */ }', {"a": 1, "b": [1, 2]}),
        ("```json\n{'a': True, b: None, “c”: “d”}\n```", {"a": True, "b": None, "c": "d"}),
        ('Use {x} of {0}: {"a": {"b": {}}} {', {"a": {"b": {}}}),
        ('```python\nPARAMS = {"a": 2}\n```\n{"a": 1}', {"a": 1}),
        ('```python\n{"a": 1}\n```', {"a": 1}),
        ('<think>{"a": 2}</think>{"a": 1}', {"a": 1}),
        ('{"a": 1}\nagain:\n```json\n{"a":1}\n```', {"a": 1}),
        ('{"a": "<think> x\ny"}', {"a": "<think> x\ny"}),
        ('{"a": "\\ud83d\\ude00\\ud83d"}', {"a": "😀\ufffd"}),
        ("{}", {}),
        ('{{"a": 1}}', {"a": 1}),
    ],
)
def test_an_object_that_leaves_no_doubt_comes_out(text: str, want: dict[str, object]) -> None:
    assert read_object(text) == want


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("Nothing.", "no JSON object"),
        ('{"a": 1} or {"a": 2}', "2 different JSON objects"),
        ('[{"a": 1}]', "a list of objects"),
        ('"idea": {"a": 1}', "a key and an object without braces"),
        ('{"a": 1}, "b": 2}', "more after the end of its object"),
        ('{"a": 1, "a": 1}', "holds the key `a` twice"),
        ('{"a": NaN}', "`NaN`, and numbers must be finite"),
        ('{"a": 1e999}', "`1e999`, and numbers must be finite"),
        ('{"a": 1\n"b": 2}', 'needs a comma or `}` before `"b": 2}` (line 2 of the object)'),
        ('{"a": maybe}', "text needs quotes"),
        ('{"a": "\\d"}', "`\\d`, which JSON does not have"),
        ('{"a": {"b": 1}, "c": ', "cut off"),
        ('{"a": ' * 30, "nested deeper than 20"),
        ('{"a": "' + "x" * 100_000 + '"}', "longer than 100,000"),
        ('{"a": ' + "1" * 5000 + "}", "a number of 5,000 characters"),
        ("{//" * 999, "too many braces"),
    ],
)
def test_an_object_in_doubt_is_refused_in_words(text: str, said: str) -> None:
    assert said in object_refusal(text)


def test_an_object_cut_off_anywhere_is_never_closed_by_guess() -> None:
    text = 'So: {"a": {"b": [1, {"c": "d"}]}, "e": {"f": 2}}'
    for end in range(len(text)):
        assert "JSON object" in object_refusal(text[:end])


def test_fields_are_of_their_kind_or_named_in_the_refusal() -> None:
    found = read_object('{"n": "#3", "t": "\\u001b[31ma\\u202e\\n b", "l": [1], "bad": "#3x"}')
    assert [field_whole({"n": n}, "n") for n in (3, 3.0, "3", "#3", " 3 ", "3.0")] == [3] * 6
    assert field_text(found, "t") == "a b"
    assert field_text({"t": "long " * 99}, "t", most=10) == "long long…"
    assert field_list(found, "l") == [1]
    for read, said in (
        (lambda: field_whole(found, "bad"), '`bad` must be a whole number; you sent "#3x"'),
        (lambda: field_whole({"n": True}, "n"), "you sent true"),
        (lambda: field_whole({"n": 2.5}, "n"), "you sent 2.5"),
        (lambda: field_whole({}, "n"), "`n` is missing; it must be a whole number"),
        (lambda: field_text({"t": "\u200b \n"}, "t"), "`t` is empty"),
        (lambda: field_text({"t": 3}, "t"), "`t` must be a text in quotes; you sent 3"),
        (lambda: field_list(found, "t"), "`t` must be a list"),
        (lambda: field_list({"l": [1, 2]}, "l", most=1), "`l` has 2 items"),
    ):
        with pytest.raises(Unreadable) as raised:
            read()
        assert said in str(raised.value)


def test_generated_replies_are_read_or_refused_and_never_guessed() -> None:
    outcome = check(3000, seed=20)
    assert (outcome["escaped"], outcome["unsafe"]) == (0, 0), outcome["examples"]
    assert outcome["wanted"] > 1000
    assert outcome["missed"] <= 0.02 * outcome["wanted"], outcome["examples"]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.text(st.characters(exclude_categories=[])),
        st.lists(
            st.sampled_from(
                ["```", "python\n", "\n", "{", "}", '"', "a", ":", "1", SMALL, "<think>", "</think>", '"""']
            )
        ).map("".join),
    ),
    st.sampled_from(["stop", "length"]),
)
def test_arbitrary_text_gives_something_sound_or_a_refusal(text: str, finish: str) -> None:
    try:
        assert problem(read_code(text, finish=finish)) is None
    except Unreadable as refused:
        str(refused).encode()
    try:
        json.dumps(read_object(text, finish=finish), allow_nan=False).encode()
    except Unreadable as refused:
        str(refused).encode()


@pytest.mark.parametrize(
    "unit",
    [
        "\n",
        " ",
        "```\n",
        "```python\n```\n",
        '{"a":',
        "{//",
        "[",
        "<think>",
        "x</think>y",
        '\\"""',
        '{"a": ' + "1" * 999_993 + "x",
        "“",
        "for in ",
        f"```python\n{SMALL}```\n",
    ],
)
def test_a_million_characters_do_not_hang_it(unit: str) -> None:
    text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    began = time.monotonic()
    for read in (read_code, read_object):
        with pytest.raises(Unreadable):
            read(text)
    assert time.monotonic() - began < 10

"""SPACE is read without running anything."""

import pytest

from mlpilot.tools.contract import problem
from mlpilot.tools.space import Choice, Float, Int, SpaceError, defaults, read_space, tunable


def test_the_example_of_the_contract() -> None:
    source = (
        'SPACE = {"C": Float(1e-3, 1e3, log=True, default=1.0), "depth": Int(2, 12), '
        '"kernel": Choice(["rbf", "linear"]), "max_iter": 500}'
    )
    space = read_space(source)
    assert space == {
        "C": Float(1e-3, 1e3, True, 1.0),
        "depth": Int(2, 12),
        "kernel": Choice(("rbf", "linear")),
        "max_iter": 500,
    }
    assert defaults(space) == {"C": 1.0, "depth": 7, "kernel": "rbf", "max_iter": 500}
    assert set(tunable(space)) == {"C", "depth", "kernel"}


def test_the_middle_of_a_log_range_is_geometric() -> None:
    assert defaults({"a": Float(1e-4, 1e2, log=True), "n": Int(10, 1000, log=True)}) == {
        "a": pytest.approx(0.1),
        "n": 100,
    }


def test_no_space_is_an_empty_space() -> None:
    assert read_space("x = 1") == {}


@pytest.mark.parametrize(
    "space",
    [
        '{"a": open("/etc/passwd")}',
        '{"a": Float(*range(2))}',
        '{"a": Float(2, 1)}',
        '{"a": Float(0, 1, log=True)}',
        '{"a": Int(1, 5, default=9)}',
        '{"a": Choice([])}',
        '{"a": [1, 2]}',
        "{1: 2}",
        "dict(a=1)",
        '{"a": Float(1e-3)}',
        "{**other}",
        '{"a": Float(0, 1e999)}',
        '{"a": Int(1, 5, default=1e999)}',
        '{"a": Int(1, 1e999)}',
        '{"a": Int(1.0, 1.7e308)}',
        f'{{"a": Float(0, {hex(10**400)})}}',
        '{"a": 1e999}',
        f'{{"a": 0x{"f" * 5000}}}',
        f'{{"a": {2**63}}}',
        '{"a": Choice([1, -1e999])}',
    ],
)
def test_what_is_not_a_literal_or_makes_no_sense_is_refused(space: str) -> None:
    with pytest.raises(SpaceError):
        read_space(f"SPACE = {space}")


def test_whole_numbers_of_64_bits_are_read() -> None:
    assert read_space(f"SPACE = {{'a': {2**63 - 1}, 'b': {-(2**63)}}}") == {"a": 2**63 - 1, "b": -(2**63)}


def test_a_syntax_error_names_its_line_and_no_file() -> None:
    found = problem("x = 1\ndef fit(:\n")
    assert found is not None
    assert found.message.endswith(" (line 2)")
    assert "<unknown>" not in found.message


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("def fit(:", "SyntaxError"),
        ("def fit(X, y): ...", "ContractError"),
        ("SPACE = {'a': f()}\ndef fit(): ...\ndef predict(): ...", "SpaceError"),
        ("\0", "SyntaxError"),
        ("(" * 5000, "SyntaxError"),
    ],
)
def test_a_source_that_is_no_solution_is_named_without_running_it(source: str, kind: str) -> None:
    found = problem(source)
    assert found is not None
    assert found.kind in (kind, "ValueError", "MemoryError")
    assert problem("def fit(X, y, *, params, seed, report): ...\ndef predict(model, X): ...") is None

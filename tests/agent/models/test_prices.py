"""Prices by the names of models, and those that a person sets."""

import pytest

from mlpilot.agent.models.prices import KNOWN, UNKNOWN, VARIABLE, price_of
from mlpilot.agent.models.protocol import Price
from mlpilot.sandbox.errors import UserError


@pytest.fixture(autouse=True)
def own_prices(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv(VARIABLE, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("gpt-5", "gpt-5"),
        ("gpt-5-2025-08-07", "gpt-5"),
        ("GPT-5-mini", "gpt-5-mini"),
        ("gpt-5-pro-2025-10-06", "gpt-5-pro"),
        ("openai/gpt-5.2:nitro", "gpt-5.2"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("o3-pro", "o3-pro"),
        ("o3-2025-04-16", "o3"),
        ("anthropic/claude-opus-4-1-20250805", "claude-opus-4-1"),
        ("claude-opus-4-20250514", "claude-opus-4-2"),
        ("claude-opus-4-5", "claude-opus"),
        ("models/gemini-2.5-flash-lite", "gemini-2.5-flash"),
    ],
)
def test_the_longest_beginning_counts(model: str, known: str) -> None:
    assert price_of(model) == KNOWN[known]


@pytest.mark.parametrize("model", ["", "llama-3.3-70b", "my-gpt-5", "/", "gpt"])
def test_what_is_not_known_is_not_guessed(model: str) -> None:
    assert price_of(model) is None


def test_the_unknown_cost_as_much_as_the_dearest_of_the_usual_ones() -> None:
    usual = [price for name, price in KNOWN.items() if price.completion <= 25.0]
    assert max(price.prompt for price in usual if price.prompt <= 5.0) == UNKNOWN.prompt
    assert max(price.completion for price in usual) == UNKNOWN.completion
    dearer = {name for name, price in KNOWN.items() if price.completion > UNKNOWN.completion}
    assert all("pro" in name or name == "o1" or name.startswith("claude-opus-4-") for name in dearer)


@pytest.mark.parametrize(
    "text", ["my-model=0.5/2.0", " other=1/1, My-Model = 0.5 / 2 ,", "my-model=9/9,my-model=0.5/2"]
)
def test_a_person_sets_prices(own_prices: pytest.MonkeyPatch, text: str) -> None:
    own_prices.setenv(VARIABLE, text)
    assert price_of("my-model") == price_of("MY-MODEL") == price_of("maker/my-model") == Price(0.5, 2.0)
    assert price_of("gpt-5") == KNOWN["gpt-5"]


def test_a_persons_price_goes_before_a_known_one_and_may_be_nothing(own_prices: pytest.MonkeyPatch) -> None:
    own_prices.setenv(VARIABLE, "gpt-5=0/0,maker/gpt-5=1/2")
    assert price_of("gpt-5") == Price(0.0, 0.0)
    assert price_of("maker/gpt-5") == Price(1.0, 2.0)


@pytest.mark.parametrize(
    "text", ["gpt-5", "gpt-5=1", "gpt-5=1/2/3", "=1/2", "gpt-5=-1/2", "gpt-5=nan/1", "gpt-5=inf/1", "a=1/2;b=3/4"]
)
def test_what_is_no_price_is_said(own_prices: pytest.MonkeyPatch, text: str) -> None:
    own_prices.setenv(VARIABLE, text)
    with pytest.raises(UserError, match=VARIABLE):
        price_of("gpt-5")


def test_what_a_call_costs() -> None:
    assert Price(2.0, 8.0).of(1_000_000, 500_000) == pytest.approx(6.0)
    assert Price(0.0, 0.0).of(10**9, 10**9) == 0.0

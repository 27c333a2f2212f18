"""The limits on tokens and dollars are hard: over random sequences of calls, by the server's own truthful count."""

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpilot.agent.calls import Calls, Spent
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.allowance import LEAST_REPLY, Allowance, charged, most_tokens, most_usage, price_for
from mlpilot.agent.models.breaker import Breaker
from mlpilot.agent.models.chat import ChatClient, Patience
from mlpilot.agent.models.prices import UNKNOWN
from mlpilot.agent.models.protocol import Endpoint, Message, Price, Unreadable, Usage, tokens
from mlpilot.agent.models.switchboard import Line, NoAnswer, Prompt, Question, Switchboard
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import TaskSpec
from mlpilot.evals.faults import FAULTS
from mlpilot.evals.scripted import MODEL, Fault, Peer, ScriptedServer

REMOTE = Endpoint(MODEL, "https://far.example/v1", "far.example", local=False, price=Price(1.25, 10.0))
LOCAL = Endpoint(MODEL, "http://127.0.0.1:1/v1", "Near", local=True)
ASKED = [Message("system", "You count."), Message("user", "How many? " * 20)]
PROMPT = most_tokens(ASKED)
Serve = Callable[..., ScriptedServer]


def allowance(tokens: int | None, cost: float | None, spent: Spent | None = None) -> Allowance:
    return Allowance(tokens, cost, lambda: spent or Spent())


def test_without_limits_all_that_is_wanted_is_allowed() -> None:
    assert allowance(None, None).reply_tokens(REMOTE, PROMPT, 3000) == 3000


@pytest.mark.parametrize("spent", [0, 1, 500, 2000, 2500, 3000, 10**9])
def test_what_the_tokens_still_allow(spent: int) -> None:
    got = allowance(3000, None, Spent(1, spent, 0)).reply_tokens(REMOTE, PROMPT, 1200)
    left = 3000 - spent - PROMPT
    assert got == (min(1200, left) if left >= LEAST_REPLY else 0)


@pytest.mark.parametrize("price", [Price(1.25, 10.0), Price(0.0, 10.0), Price(5.0, 0.0), Price(1e-9, 1e-9), None])
@pytest.mark.parametrize("spent", [0.0, 0.004, 0.0099, 0.01, 0.011, 1e300, float("inf")])
def test_what_the_dollars_still_allow(price: Price | None, spent: float) -> None:
    endpoint = Endpoint(MODEL, REMOTE.base_url, "far.example", local=False, price=price)
    got = allowance(None, 0.01, Spent(1, 0, 0, spent)).reply_tokens(endpoint, PROMPT, 1200)
    assert got == 0 or LEAST_REPLY <= got <= 1200
    if got:
        assert spent + most_usage(endpoint, PROMPT, got).cost_usd <= 0.01
    else:
        # Nothing is refused that could be paid for.
        assert spent + most_usage(endpoint, PROMPT, LEAST_REPLY + 2).cost_usd > 0.01


def test_what_is_here_is_free_whatever_was_spent() -> None:
    assert price_for(LOCAL) == Price(0.0, 0.0)
    assert allowance(None, 0.01, Spent(9, 0, 0, 5.0)).reply_tokens(LOCAL, PROMPT, 1200) == 1200
    assert charged(LOCAL, Usage(10**6, 10**6)).cost_usd == 0.0


def test_an_unknown_price_is_the_dearest_unless_the_endpoint_says_what_it_took() -> None:
    unknown = Endpoint(MODEL, REMOTE.base_url, "far.example", local=False)
    assert price_for(unknown) == UNKNOWN
    assert charged(unknown, Usage(1000, 100)).cost_usd == UNKNOWN.of(1000, 100) > 0
    assert charged(unknown, Usage(1000, 100, 0.5)).cost_usd == 0.5
    free = Endpoint(MODEL, REMOTE.base_url, "far.example", local=False, price=Price(0.0, 0.0))
    assert charged(free, Usage(1000, 100)).cost_usd == 0.0
    assert allowance(None, 0.01, Spent(9, 0, 0, 5.0)).reply_tokens(free, PROMPT, 1200) == 1200


@pytest.mark.parametrize(
    ("limits", "spent", "said"),
    [
        ((3000, 1.0), Spent(1, 2000, 800, 0.001), "--max-tokens 3,000 leaves too little for a call: 2,800 are spent"),
        ((3000, 0.01), Spent(1, 20, 8, 0.0099), "--max-cost 0.01 leaves too little for a call: $0.0099 are spent"),
        ((None, 0.5), Spent(1, 20, 8, 0.75), "--max-cost 0.5 leaves too little for a call: $0.75 are spent"),
        ((300, None), Spent(), "--max-tokens 300 leaves too little for a call: 0 are spent"),
        ((300, 1.0), Spent(), "--max-tokens 300 leaves too little for a call: 0 are spent"),
    ],
)
def test_the_limit_that_stands_in_the_way_is_named(
    limits: tuple[int | None, float | None], spent: Spent, said: str
) -> None:
    one = allowance(*limits, spent)
    assert one.reply_tokens(REMOTE, PROMPT, 1200) == 0
    assert one.used_up(REMOTE, PROMPT) == said


@given(
    wanted=st.integers(1, 5000),
    max_tokens=st.none() | st.integers(0, 20_000),
    max_cost=st.none() | st.floats(0, 2, allow_subnormal=False),
    spent=st.builds(Spent, st.just(3), st.integers(0, 20_000), st.integers(0, 20_000), st.floats(0, 3)),
    price=st.none() | st.builds(Price, st.floats(0, 200), st.floats(0, 800)),
    asked=st.text(max_size=300),
)
@settings(max_examples=150, deadline=None)
def test_a_call_that_is_allowed_stays_within_both_limits(
    wanted: int, max_tokens: int | None, max_cost: float | None, spent: Spent, price: Price | None, asked: str
) -> None:
    endpoint = Endpoint(MODEL, REMOTE.base_url, "far.example", local=False, price=price)
    prompt = most_tokens([Message("user", asked)])
    got = Allowance(max_tokens, max_cost, lambda: spent).reply_tokens(endpoint, prompt, wanted)
    assert 0 <= got <= wanted
    if got:
        most = most_usage(endpoint, prompt, got)
        if max_tokens is not None:
            assert spent.tokens + most.prompt_tokens + most.completion_tokens <= max_tokens
        if max_cost is not None and most.cost_usd:
            assert spent.cost_usd + most.cost_usd <= max_cost
    else:
        assert Allowance(max_tokens, max_cost, lambda: spent).used_up(endpoint, prompt)


# Through the real client, over a socket


def told(**usage: object) -> Fault:
    """A good reply with a usage that the endpoint makes up."""
    return Fault(str(usage), "server", lambda peer: peer.completion({"content": "3"}, usage=usage))


def chatter(peer: Peer) -> None:
    """More text than was allowed, counted truthfully."""
    size = 3 * int(peer.request["max_tokens"])
    prompt = sum(tokens(one["content"]) for one in peer.request["messages"])
    peer.completion({"content": "9 " * size}, usage={"prompt_tokens": prompt, "completion_tokens": size})


ODD = {
    "larger than estimated": told(prompt_tokens=150, completion_tokens=200),
    "missing": Fault("missing", "server", lambda peer: peer.completion({"content": "3"})),
    "negative": told(prompt_tokens=-10_000, completion_tokens=-10_000, cost=-5),
    "absurd": told(prompt_tokens=10**18, completion_tokens=10**18, cost=1e18),
    "no numbers": told(prompt_tokens="many", completion_tokens=None, cost="free"),
    "not finite": told(prompt_tokens=float("inf"), completion_tokens=float("nan"), cost=float("nan")),
    "zero": told(prompt_tokens=0, completion_tokens=0),
    "too long": Fault("too long", "server", chatter),
}


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    with Journal.open(tmp_path / "state") as journal:
        journal.start("run", TaskSpec("t.csv", "y"), RunOptions())
        yield Calls(journal, "run")


def question(number: int, asked: str = "How many?") -> Question[int]:
    def read(text: str, finish: str) -> int:
        if not text.strip().isdecimal() or finish == "length":
            raise Unreadable("it is no number")
        return int(text)

    return Question(f"write {number}", lambda _: Prompt([Message("user", asked)], "count 1"), read, str, 500)


@pytest.mark.parametrize("odd", ODD, ids=lambda name: name)
@pytest.mark.parametrize("limit", ["tokens", "cost"])
def test_whatever_usage_is_told_the_asking_ends(calls: Calls, serve: Serve, odd: str, limit: str) -> None:
    """Nothing that an endpoint says makes what was spent less; and beyond a limit nothing more is asked."""
    server = serve(fault=lambda *_: ODD[odd])
    endpoint = Endpoint(MODEL, server.base_url, "far.example", local=False, price=Price(1.0, 8.0))
    max_tokens, max_cost = (1350, None) if limit == "tokens" else (None, 0.006)
    clock = iter(range(0, 10**9, 10_000))
    line = Line(ChatClient(endpoint, patience=Patience(moment=0.01)), "full", Breaker(lambda: float(next(clock))))
    board = Switchboard([line], calls, Allowance(max_tokens, max_cost, calls.spent), lambda _: None)
    before, refused = calls.spent(), 0
    for number in range(300):
        asked = len(server.asked)
        over = before.tokens > (max_tokens or 10**18) or before.cost_usd > (max_cost or 1e99)
        try:
            board.consult(question(number))
        except NoAnswer as error:
            refused += "leaves too little for a call" in str(error)
        now = calls.spent()
        assert now.tokens >= before.tokens and now.cost_usd >= before.cost_usd
        assert not (over and len(server.asked) > asked), "it was asked beyond the limit"
        if len(server.asked) > asked:
            assert now.tokens > before.tokens, "no call is free of tokens"
        before = now
        if refused > 2:
            break
    assert refused > 2, "it never ended"
    if odd in ("missing", "negative", "no numbers", "not finite", "zero", "larger than estimated") and max_tokens:
        assert before.tokens <= max_tokens


def truthful(dice: random.Random, counted: list[tuple[int, int]]) -> Callable[[int, dict[str, Any]], Fault]:
    """Faults, cut replies and good ones, by chance; what would be on its bill is in `counted`."""

    def act(peer: Peer) -> None:
        asked = "".join(one["content"] for one in peer.request["messages"])
        prompt, most = max(1, len(asked.encode()) // dice.choice([2, 3, 4])), int(peer.request["max_tokens"])
        written = dice.choice([1, most // 2, most])
        usage = {"prompt_tokens": prompt, "completion_tokens": written}
        counted.append((prompt, written))
        text = dice.choice(["3", "three", ""])
        how = dice.choice(["whole", "whole", "whole", "no usage", "cut", "fault"])
        if how == "whole":
            peer.completion({"content": text}, dice.choice(["stop", "length"]), usage=usage)
        elif how == "no usage":
            counted[-1] = (0, 0)  # what cannot be known cannot be held against it
            peer.completion({"content": text})
        elif how == "cut" and peer.streams:
            peer.head(200, "text/event-stream")
            peer.chunk({"role": "assistant", "content": text})
        else:
            counted[-1] = (0, 0)
            dice.choice([fault for fault in FAULTS if fault.name.startswith(("429 rate", "50", "empty"))]).act(peer)

    return lambda _number, _request: Fault("by chance", "server", act)


@given(seed=st.integers(0, 10**9), max_tokens=st.integers(300, 4000), price=st.floats(0.5, 60))
@settings(max_examples=12, deadline=None)
def test_by_the_servers_own_count_no_limit_is_ever_exceeded(seed: int, max_tokens: int, price: float) -> None:
    dice, counted = random.Random(seed), list[tuple[int, int]]()
    max_cost = dice.uniform(0.0005, 0.02)
    clock = iter(range(0, 10**9, 10_000))
    with (
        tempfile.TemporaryDirectory() as folder,
        ScriptedServer(fault=truthful(dice, counted)) as server,
        Journal.open(Path(folder)) as journal,
    ):
        journal.start("run", TaskSpec("t.csv", "y"), RunOptions())
        calls = Calls(journal, "run")
        endpoint = Endpoint(MODEL, server.base_url, "far.example", local=False, price=Price(price, 4 * price))
        client = ChatClient(endpoint, patience=Patience(moment=0.001))
        line = Line(client, "full", Breaker(lambda: float(next(clock))))
        board = Switchboard([line], calls, Allowance(max_tokens, max_cost, calls.spent), lambda _: None, lambda: 12.0)
        for number in range(12):
            with suppress(NoAnswer):
                board.consult(question(number, "How many? " * dice.choice([1, 10, 60])))
            used = [sum(column) for column in zip(*counted, strict=True)] if counted else [0, 0]
            assert sum(used) <= max_tokens
            assert endpoint.price and endpoint.price.of(*used) <= max_cost * (1 + 1e-12)
            assert calls.spent().tokens <= max_tokens and calls.spent().cost_usd <= max_cost * (1 + 1e-12)

"""Who is asked, how often, and what is journaled: the switchboard over real clients, real sockets and a real Journal.

The endpoints are scripted servers: fakes of the network peer, with replies written here.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mlpilot.agent.calls import Calls
from mlpilot.agent.events import Answered, Asking, Event, Switched
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.allowance import Allowance
from mlpilot.agent.models.breaker import FIRST, LASTING, LONGEST, Breaker
from mlpilot.agent.models.chat import ChatClient, Patience
from mlpilot.agent.models.hosted import HostedClient
from mlpilot.agent.models.protocol import Endpoint, Message, ModelError, Price, Unreadable, tokens
from mlpilot.agent.models.switchboard import (
    BUILT_IN,
    ROUNDS,
    Line,
    NoAnswer,
    Privacy,
    Prompt,
    Question,
    Switchboard,
    Terms,
)
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import TaskSpec
from mlpilot.evals import faults
from mlpilot.evals.faults import status
from mlpilot.evals.scripted import MODEL, ScriptedServer

HASTY = Patience(connect=1.0, silence=0.7, tail=0.3, moment=0.02)
ASKED = "Which number is it?"
Serve = Callable[..., ScriptedServer]


@dataclass
class Clock:
    """The breakers' time, which passes when a test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """A Journal, a clock, and what was told."""

    journal: Journal
    clock: Clock = field(default_factory=Clock)
    events: list[Event] = field(default_factory=list)
    left: float | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    terms: list[Terms] = field(default_factory=list)

    @property
    def calls(self) -> Calls:
        return Calls(self.journal, "run")

    def line(self, server: ScriptedServer | str, name: str = "Scripted", **more: Any) -> Line:
        """An endpoint with its breaker on the world's clock."""
        privacy: Privacy = more.pop("privacy", "schema")
        more = {"local": True, "context": None, "price": None, **more}
        url = server if isinstance(server, str) else server.base_url
        client = ChatClient(Endpoint(MODEL, url, name, **more), patience=HASTY)
        return Line(client, privacy, Breaker(self.clock))

    def board(self, *lines: Line) -> Switchboard:
        """A switchboard, as a Run or a resumed Run makes one."""
        allowance = Allowance(self.max_tokens, self.max_cost, self.calls.spent)
        return Switchboard(lines, self.calls, allowance, self.events.append, lambda: self.left)

    def question(self, place: str = "propose 2", **more: Any) -> Question[int]:
        """Asks for a whole number."""

        def compose(terms: Terms) -> Prompt:
            self.terms.append(terms)
            return Prompt([Message("system", "You count."), Message("user", ASKED)], "system 1, count 1")

        return Question(place, more.pop("compose", compose), more.pop("read", whole), str.upper, 500)

    @property
    def switched(self) -> list[tuple[str, str]]:
        """Who took over from whom, as it was told; the Journal says the same."""
        told = [(one.before, one.after, one.why) for one in self.events if isinstance(one, Switched)]
        assert self.calls.switches()[-len(told) :] == told if told else True
        assert all(why for _, _, why in told)
        return [(before, after) for before, after, _ in told]


def whole(text: str, finish: str) -> int:
    """A whole number, or what is wrong."""
    if finish == "length":
        raise Unreadable("it was cut")
    if not text.strip().isdecimal():
        raise Unreadable(f"{text[:20]!r} is no number")
    return int(text)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Journal.open(tmp_path / "state") as journal:
        journal.start("run", TaskSpec("t.csv", "y"), RunOptions())
        yield World(journal)


def named(line: Line) -> str:
    return line.endpoint.name


def rows(world: World) -> list[tuple[str, str]]:
    """(status, trouble) of each call, as the Journal has it."""
    import sqlalchemy as sa

    from mlpilot.agent.tables import calls

    with world.journal.transaction() as connection:
        return [(row.status, row.trouble) for row in connection.execute(sa.select(calls).order_by(calls.c.number))]


# Rounds


def test_a_reply_that_can_be_read_is_one_call_and_all_of_it_is_told_and_journaled(world: World, serve: Serve) -> None:
    board = world.board(world.line(serve(reply=lambda _: "42")))
    assert board.consult(world.question()) == 42
    asking, answered = world.events
    assert isinstance(asking, Asking) and asking.purpose == "propose"
    assert isinstance(answered, Answered) and answered.completion_tokens == tokens("42")
    assert rows(world) == [("read", "")]
    assert world.calls.spent().tokens == answered.prompt_tokens + answered.completion_tokens
    assert not world.switched


def test_a_model_is_told_what_was_wrong_twice_and_the_prompt_does_not_grow(world: World, serve: Serve) -> None:
    wrong = ["é" * 5000, "漢" * 5000, "x" * 9000]
    replies = iter(wrong)
    server = serve(reply=lambda _: next(replies))
    with pytest.raises(NoAnswer, match="nothing usable in 3 tries"):
        world.board(world.line(server)).consult(world.question())
    first, second, third = ([one["content"] for one in request.json["messages"]] for request in server.asked)
    assert first == ["You count.", ASKED]
    for conversation, before in ((second, wrong[0]), (third, wrong[1])):
        assert conversation[:2] == first
        assert conversation[2] and before.startswith(conversation[2])
        assert conversation[3] == f"{before[:20]!r} is no number".upper(), "exactly what was wrong with the last one"
        assert len(conversation) == 4
        assert sum(map(tokens, conversation)) < sum(map(tokens, first)) + 1000
    assert [one for one, _ in rows(world)] == ["unreadable"] * ROUNDS
    assert [trouble for _, trouble in rows(world)] == [f"{text[:20]!r} is no number" for text in wrong]


def test_a_corrected_reply_counts(world: World, serve: Serve) -> None:
    server = serve(reply=lambda request: "7" if len(request["messages"]) > 2 else "seven")
    assert world.board(world.line(server)).consult(world.question()) == 7
    assert len(server.asked) == 2
    assert [one for one, _ in rows(world)] == ["unreadable", "read"]


def test_an_empty_reply_is_corrected_too(world: World, serve: Serve) -> None:
    server = serve(reply=lambda request: "7" if len(request["messages"]) > 2 else "")
    assert world.board(world.line(server)).consult(world.question()) == 7
    assert server.asked[1].json["messages"][2]["content"] == "(nothing)"


def test_a_reply_that_was_cut_gets_more_room_as_far_as_there_is_some(world: World, serve: Serve) -> None:
    """Models that think spend tokens that nobody sees."""

    def cut(_number: int, request: dict[str, Any]) -> faults.Fault | None:
        short = request["max_tokens"] < 1500
        return faults.Fault("cut", "server", lambda peer: peer.completion({"content": ""}, "length")) if short else None

    server = serve(reply=lambda _: "9", fault=cut)
    assert world.board(world.line(server)).consult(world.question()) == 9
    assert [one.json["max_tokens"] for one in server.asked] == [500, 1000, 2000]
    small = world.line(server, "small", context=1200)
    with pytest.raises(NoAnswer, match="it was cut"):
        world.board(small).consult(world.question("propose 3"))
    assert all(one.json["max_tokens"] < 1000 for one in server.asked[3:])


# What was journaled is not asked for again


def test_a_journaled_reply_is_read_and_not_asked_for_again(world: World, serve: Serve) -> None:
    server = serve(reply=lambda _: "5")
    assert world.board(world.line(server)).consult(world.question()) == 5
    assert world.board(world.line(server)).consult(world.question()) == 5
    assert world.board().consult(world.question()) == 5, "also where no endpoint is configured any more"
    assert len(server.asked) == 1
    assert world.board(world.line(server)).consult(world.question("propose 3")) == 5
    assert world.board(world.line(server)).consult(world.question("write 2")) == 5
    assert len(server.asked) == 3, "other places have replies of their own"


def test_an_interrupted_conversation_goes_on_where_it_was(world: World, serve: Serve) -> None:
    """Of three tries two were had: the third is the only one that is left, with what was wrong with the second."""
    replies = iter(["one", "two", "3", "4"])
    server = serve(reply=lambda _: next(replies))
    line = world.line(server)

    def interrupt(event: Event) -> None:
        if isinstance(event, Asking) and len(server.asked) == 2:
            raise KeyboardInterrupt

    board = Switchboard([line], world.calls, Allowance(None, None, world.calls.spent), interrupt)
    with pytest.raises(KeyboardInterrupt):
        board.consult(world.question())
    assert [one for one, _ in rows(world)] == ["unreadable", "unreadable", "sent"]
    assert world.board(world.line(server)).consult(world.question()) == 3
    assert len(server.asked) == 3
    assert server.asked[2].json["messages"][3]["content"] == "'TWO' IS NO NUMBER"


def test_tries_are_not_won_by_being_interrupted(world: World, serve: Serve) -> None:
    server = serve(reply=lambda _: "no")
    for _ in range(3):
        with pytest.raises(NoAnswer, match="nothing usable in 3 tries: 'no' is no number"):
            world.board(world.line(server)).consult(world.question())
    assert len(server.asked) == ROUNDS


KILLED = """
import os, signal, sys
from pathlib import Path
from mlpilot.agent.calls import Calls
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.allowance import Allowance
from mlpilot.agent.models.chat import ChatClient
from mlpilot.agent.models.protocol import Endpoint, Message
from mlpilot.agent.models.switchboard import Line, Prompt, Question, Switchboard

def die(text, finish):
    os.kill(os.getpid(), signal.SIGKILL)

url, home = sys.argv[1:]
with Journal.open(Path(home)) as journal:
    calls = Calls(journal, "run")
    endpoint = Endpoint("scripted-1", url, "Scripted", True)
    board = Switchboard([Line(ChatClient(endpoint), "full")], calls, Allowance(None, None, calls.spent), print)
    prompt = Prompt([Message("user", "Which number is it?")], "count 1")
    board.consult(Question("propose 2", lambda terms: prompt, die, str, 500))
"""


def test_kill_minus_nine_between_answer_and_use_costs_nothing(world: World, serve: Serve, tmp_path: Path) -> None:
    server = serve(reply=lambda _: "8")
    words = [sys.executable, "-c", KILLED, server.base_url, str(tmp_path / "state")]
    assert subprocess.run(words, capture_output=True).returncode == -9
    assert world.board(world.line(server)).consult(world.question()) == 8
    assert len(server.asked) == 1


def test_kill_minus_nine_in_the_middle_of_a_call_counts_it_in_full(world: World, serve: Serve, tmp_path: Path) -> None:
    arrived, hold = threading.Event(), threading.Event()

    def slow(_: dict[str, Any]) -> str:
        arrived.set()
        hold.wait(20)
        return "8"

    server = serve(reply=slow)
    words = [sys.executable, "-c", KILLED, server.base_url, str(tmp_path / "state")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert arrived.wait(20)
        process.kill()
        process.communicate()
    hold.set()
    spent = world.calls.spent()
    assert (spent.calls, spent.completion_tokens) == (1, 500), "all that it might have cost"
    assert spent.prompt_tokens >= tokens(ASKED)
    assert world.board(world.line(server)).consult(world.question()) == 8
    assert len(server.asked) == 2


# Fallback, and the way back


def test_the_second_takes_over_while_the_first_is_down_and_the_switch_back_is_told(world: World, serve: Serve) -> None:
    remote, local = serve(reply=lambda _: "1"), serve(reply=lambda _: "2")
    lines = [world.line(remote, "far.example", local=False), world.line(local, "Near")]
    board, first, second = world.board(*lines), named(lines[0]), named(lines[1])
    assert board.consult(world.question("write 1")) == 1
    remote.stop()
    assert board.consult(world.question("write 2")) == 2
    assert world.switched == [(first, second)]
    asked = len(remote.asked)
    remote.start()
    assert board.consult(world.question("write 3")) == 2, "it is left alone for a while"
    assert len(remote.asked) == asked
    world.clock.now += FIRST + 0.1
    assert board.consult(world.question("write 4")) == 1
    assert world.switched == [(first, second), (second, first)]
    assert world.calls.switches()[1][2] == "it answers"
    assert "nothing listens" in world.calls.switches()[0][2]


def test_with_nobody_left_the_built_in_brain_takes_over_once_and_says_why(world: World, serve: Serve) -> None:
    remote, local = serve(fault=lambda *_: status(401, "Bad key", "key")), serve()
    local.stop()
    board = world.board(world.line(remote, "far.example", local=False), world.line(local, "Near"))
    for number in range(4):
        with pytest.raises(NoAnswer, match=r"asks for a key.*; nothing listens"):
            board.consult(world.question(f"write {number}"))
    assert [after for _, after in world.switched] == [BUILT_IN]
    assert len(remote.asked) == 1 and not board.able
    local.start()
    world.clock.now += FIRST + 0.1
    assert board.able
    local.reply = lambda _: "2"
    assert board.consult(world.question("write 9")) == 2
    assert world.switched[-1][1] == f"{MODEL} (Near, on this machine)"
    assert world.calls.switches()[-1][2] == "it answers", "not why the other one does not"


def test_a_resumed_run_knows_who_spoke(world: World, serve: Serve) -> None:
    server = serve(reply=lambda _: "1")
    server.stop()
    line = world.line(server)
    with pytest.raises(NoAnswer):
        world.board(line).consult(world.question("write 1"))
    server.start()
    assert world.board(world.line(server)).consult(world.question("write 2")) == 1
    assert world.switched == [(named(line), BUILT_IN), (BUILT_IN, named(line))]


def test_a_resumed_run_without_its_endpoint_says_so(world: World, serve: Serve) -> None:
    line = world.line(serve(reply=lambda _: "1"))
    world.board(line).consult(world.question("write 1"))
    with pytest.raises(NoAnswer, match="no endpoint is configured any more"):
        world.board().consult(world.question("write 2"))
    assert world.switched == [(named(line), BUILT_IN)]


def test_repeated_unusable_replies_lead_to_the_next_endpoint(world: World, serve: Serve) -> None:
    bad, good = serve(reply=lambda _: "no"), serve(reply=lambda _: "2")
    board = world.board(world.line(bad, "Bad"), world.line(good, "Good"))
    assert board.consult(world.question()) == 2
    assert (len(bad.asked), len(good.asked)) == (ROUNDS, 1)
    ((_, after, why),) = world.calls.switches()
    assert after == f"{MODEL} (Good, on this machine)" and "nothing usable in 3 tries: 'no' is no number" in why


def test_a_pause_grows_with_each_failure_and_ends_with_a_success(world: World, serve: Serve) -> None:
    server = serve(fault=lambda *_: status(400, "We do not", "refused"), reply=lambda _: "1")
    board, pause = world.board(world.line(server)), FIRST
    for number in range(12):
        with pytest.raises(NoAnswer):
            board.consult(world.question(f"write {number}"))
        assert len(server.asked) == number + 1
        world.clock.now += pause - 0.1
        with pytest.raises(NoAnswer):
            board.consult(world.question(f"write {number}"))
        assert len(server.asked) == number + 1, "its time has not come"
        world.clock.now += 0.2
        pause = min(2 * pause, LONGEST)
    server.fault = lambda *_: None
    assert board.consult(world.question("write 20")) == 1
    server.fault = lambda *_: status(400, "We do not", "refused")
    with pytest.raises(NoAnswer):
        board.consult(world.question("write 21"))
    world.clock.now += FIRST + 0.1
    assert board.able


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        (status(401, "Bad key", "key"), LASTING),
        (status(404, "No such model", "no model"), LASTING),
        (status(402, "Payment required", "quota"), LASTING),
        (faults.redirect("http://127.0.0.1:1/v1"), LASTING),
        (status(429, "Slow down", "rate", "70"), 70.0),
        (status(503, "Overloaded", "server", "11"), 11.0),
        (status(429, "No credit", "quota", "120", code="insufficient_quota"), 120.0),
        (status(400, "We do not", "refused"), FIRST),
    ],
    ids=lambda value: value.name if isinstance(value, faults.Fault) else "",
)
def test_each_trouble_has_its_pause(world: World, serve: Serve, fault: faults.Fault, pause: float) -> None:
    server = serve(fault=lambda *_: fault)
    world.left = 20.0  # no wait within a call can be as long as those that are asked for here
    board = world.board(world.line(server))
    with pytest.raises(NoAnswer):
        board.consult(world.question())
    asked = len(server.asked)
    world.clock.now += pause - 0.5
    with pytest.raises(NoAnswer):
        board.consult(world.question())
    assert len(server.asked) == asked
    world.clock.now += 1.0
    with pytest.raises(NoAnswer):
        board.consult(world.question())
    assert len(server.asked) > asked


def test_a_breaker_that_failed_ten_thousand_times_still_counts() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(10_000):
        breaker.failed()
    clock.now += LONGEST + 1
    assert breaker.closed


# Terms and limits


def test_one_endpoint_that_may_see_no_values_binds_all(world: World, serve: Serve) -> None:
    """Its neighbour would write what it was told into code, and the code would be shown."""
    remote, local = serve(), serve(reply=lambda _: "2")
    remote.stop()
    lines = [world.line(remote, "far.example", local=False), world.line(local, "Near", privacy="full")]
    world.board(*lines).consult(world.question("write 1"))
    assert [terms.privacy for terms in world.terms] == ["schema", "schema"]
    world.terms.clear()
    world.board(world.line(local, "Near", privacy="full")).consult(world.question("write 2"))
    assert [terms.privacy for terms in world.terms] == ["full"]


@pytest.mark.parametrize(
    ("context", "local", "expected"), [(None, True, 6436), (None, False, 16_000), (2048, True, 1000)]
)
def test_a_prompt_is_told_what_room_it_has(
    world: World, serve: Serve, context: int | None, local: bool, expected: int
) -> None:
    world.board(world.line(serve(reply=lambda _: "2"), local=local, context=context)).consult(world.question())
    assert [terms.tokens for terms in world.terms] == [expected]


def test_what_is_withheld_is_no_outage(world: World, serve: Serve) -> None:
    server = serve(reply=lambda _: "3")

    def withhold(terms: Terms) -> Prompt:
        raise NoAnswer("that is not shown")

    board = world.board(world.line(server))
    with pytest.raises(NoAnswer, match="that is not shown"):
        board.consult(world.question(compose=withhold))
    assert not world.switched and not server.asked
    assert board.consult(world.question()) == 3, "it is not left alone for that"


def test_too_little_time_is_nobodys_fault(world: World, serve: Serve) -> None:
    server = serve(reply=lambda _: "3")
    board = world.board(world.line(server))
    world.left = 9.0
    with pytest.raises(NoAnswer, match="too little time"):
        board.consult(world.question())
    assert not server.asked
    world.left = 60.0
    assert board.consult(world.question()) == 3


def test_a_call_takes_no_more_than_its_share_of_the_time(world: World, serve: Serve) -> None:
    server = serve(fault=lambda *_: faults.SLOW[1])
    world.left = 10.0
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="did not finish within 4 s"):
        world.board(world.line(server)).consult(world.question())
    assert time.monotonic() - began < 8.0
    assert world.calls.spent().completion_tokens == 500, "it may be charged for"


def test_the_limit_on_tokens_stops_the_asking_and_is_named(world: World, serve: Serve) -> None:
    server = serve(reply=lambda _: "3")
    world.max_tokens, world.max_cost = 700, 1.0
    board = world.board(world.line(server, "far.example", local=False, price=Price(1.0, 8.0)))
    number = 0
    with pytest.raises(NoAnswer, match=r"--max-tokens 700 leaves too little for a call: \d+ are spent"):
        for number in range(200):
            board.consult(world.question(f"write {number}"))
    assert len(server.asked) == number > 1
    assert world.calls.spent().tokens <= 700
    assert "--max-tokens" in world.calls.switches()[-1][2]


def test_a_reply_may_only_be_as_long_as_is_paid_for(world: World, serve: Serve) -> None:
    server = serve(reply=lambda _: "3")
    world.max_tokens = 400
    world.board(world.line(server)).consult(world.question())
    assert 256 <= server.asked[0].json["max_tokens"] < 400


def test_a_model_of_unknown_price_counts_as_the_dearest_and_one_that_is_here_is_free(
    world: World, serve: Serve
) -> None:
    server = serve(reply=lambda _: "3")
    world.max_cost = 0.008
    board = world.board(world.line(server, "far.example", local=False), world.line(server, "Near"))
    for number in range(60):
        board.consult(world.question(f"write {number}"))
    far, near = world.calls.uses()
    assert 0.0 < far.cost_usd <= 0.008 and far.calls < 60
    assert near.cost_usd == 0.0 and near.calls == 60 - far.calls
    assert "--max-cost 0.008 leaves too little for a call" in world.calls.switches()[0][2]


def test_what_was_not_received_is_not_counted(world: World, serve: Serve) -> None:
    server = serve()
    server.stop()
    with pytest.raises(NoAnswer):
        world.board(world.line(server)).consult(world.question())
    assert world.calls.spent().calls == 1 and world.calls.spent().tokens == 0


@pytest.mark.parametrize(
    "fault", [one for one in faults.FAULTS if one not in faults.SLOW], ids=lambda fault: fault.name
)
def test_no_fault_gets_past_the_switchboard(world: World, serve: Serve, fault: faults.Fault) -> None:
    world.left = 10.0
    board = world.board(world.line(serve(fault=lambda *_: fault)))
    with pytest.raises(NoAnswer) as caught:
        board.consult(world.question())
    assert "\n" not in str(caught.value)
    ((kind, _),) = rows(world)
    assert kind == fault.kind


# Weights on disk


@pytest.mark.parametrize("what", ["gone", "no model", "a folder"])
def test_weights_that_cannot_be_served_lead_to_the_next_brain(world: World, tmp_path: Path, what: str) -> None:
    path = tmp_path / "weights.gguf"
    if what == "no model":
        path.write_bytes(b"GGUFnonsense")
    elif what == "a folder":
        path.mkdir()
    endpoint = Endpoint("weights", f"local:{path}", "an engine of our own", local=True)
    client = HostedClient(endpoint, None, tmp_path / "log", lambda _: None)
    board = world.board(Line(client, "full", Breaker(world.clock)))
    with pytest.raises(NoAnswer):
        board.consult(world.question())
    assert [one for one, _ in rows(world)] == ["no model"]
    board.close()


SLOW_ENGINE = """#!{python}
import json, os, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
open({pid!r}, "w").write(str(os.getpid()))
time.sleep({delay})

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def send(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self): self.send({{"status": "ok"}})
    def do_POST(self):
        self.send({{"choices": [{{"index": 0, "finish_reason": "stop", "message": {{"content": "6"}}}}]}})

HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""
"""Stands for llama-server with a model that takes long to load."""


@pytest.fixture
def slow_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], tuple[HostedClient, Path]]:
    pytest.importorskip("gguf")
    from mlpilot.evals.tiny_model import make

    def engine(delay: float) -> tuple[HostedClient, Path]:
        program, pid = tmp_path / "llama-server", tmp_path / "pid"
        program.write_text(SLOW_ENGINE.format(python=sys.executable, pid=str(pid), delay=delay))
        program.chmod(0o755)
        monkeypatch.setenv("MLPILOT_LLAMA_SERVER", str(program))
        endpoint = Endpoint("tiny", f"local:{make(tmp_path / 'tiny.gguf')}", "an engine of our own", local=True)
        return HostedClient(endpoint, None, tmp_path / "log", lambda _: None), pid

    return engine


def gone(pid: Path) -> bool:
    until = time.monotonic() + 15
    while Path(f"/proc/{pid.read_text()}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    return not Path(f"/proc/{pid.read_text()}").exists()


def test_a_model_that_loads_for_long_costs_a_call_its_time_and_no_more(
    slow_engine: Callable[[float], tuple[HostedClient, Path]],
) -> None:
    """It goes on loading meanwhile, and answers when it is asked again."""
    client, pid = slow_engine(2.5)
    ask = [Message("user", ASKED)]
    try:
        began = time.monotonic()
        with pytest.raises(ModelError, match="still loading") as caught:
            client.ask(ask, reply_tokens=100, seconds=1.0)
        assert time.monotonic() - began < 2.4 and caught.value.kind == "timeout" and not caught.value.billed
        assert client.ask(ask, reply_tokens=100, seconds=30.0).text == "6"
    finally:
        client.close()
    assert gone(pid)


def test_an_engine_that_is_still_loading_ends_with_the_run(
    slow_engine: Callable[[float], tuple[HostedClient, Path]],
) -> None:
    client, pid = slow_engine(60.0)
    with pytest.raises(ModelError, match="still loading"):
        client.ask([Message("user", ASKED)], reply_tokens=100, seconds=2.0)
    assert Path(f"/proc/{pid.read_text()}").exists()
    client.close()
    assert gone(pid)

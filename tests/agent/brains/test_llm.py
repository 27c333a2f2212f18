"""The LLM brain over made-up scores: what it asks, when, and what it makes of what a model says.

Everything but the model and the scores is real: switchboard, client, socket, HTTP, Journal. The model is a scripted
server, a fake of the network peer.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mlpilot.agent.brains.builtin import BuiltinBrain
from mlpilot.agent.brains.builtin.portfolio import portfolio
from mlpilot.agent.brains.llm import LlmBrain, turns
from mlpilot.agent.brains.llm.brain import CODE_TOKENS
from mlpilot.agent.brains.llm.proposals import MOST_IDEAS, read_proposal
from mlpilot.agent.brains.protocol import (
    Blend,
    Brain,
    CannotWriteError,
    Card,
    Decision,
    Draft,
    Idea,
    Line,
    Stop,
    Tune,
    View,
)
from mlpilot.agent.calls import Calls
from mlpilot.agent.events import Event, Switched
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.allowance import Allowance
from mlpilot.agent.models.breaker import FIRST, Breaker
from mlpilot.agent.models.chat import ChatClient, Patience
from mlpilot.agent.models.protocol import Endpoint, Unreadable
from mlpilot.agent.models.switchboard import ROUNDS, Privacy, Switchboard
from mlpilot.agent.models.switchboard import Line as Wire
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import Column, TaskSpec
from mlpilot.evals.faults import status
from mlpilot.evals.scripted import MODEL, Fault, Peer, ScriptedServer
from mlpilot.tools.diagnose import diagnose
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import Value, read_space
from mlpilot.tools.tune import clipped

CARD = Card(
    "classification", "log_loss", False, "probabilities", 500, 400,
    tuple(Column(f"x{number}", "number", 0, 400) for number in range(6)), 2, (0.4, 0.6), target="y",
)  # fmt: skip
CODE = """SPACE = {{"c": Float(0.1, 10.0, default=1.0)}}

def fit(X, y, *, params, seed, report):
    return {number}

def predict(model, X):
    return X
"""
Script = Callable[[dict[str, Any]], str]
Score = Callable[[Line], float | None]


def asked_for(request: dict[str, Any]) -> str:
    """What a request is for."""
    said = request["messages"][1]["content"]
    signs = {"propose": "Reply with one JSON object", "write": "Write the Solution", "repair": "This Solution failed"}
    return next((purpose for purpose, sign in signs.items() if sign in said), "converse")


def code(number: object) -> str:
    return f"```python\n{CODE.format(number=number)}```"


def ideas(*names: str, tune: dict[str, Any] | None = None, **fields: Any) -> str:
    told = [{"name": name, "why": "it may help", "plan": "Do it.", "improves": 1, **fields} for name in names]
    return json.dumps({"ideas": told} | ({"tune": tune} if tune else {}))


@dataclass
class Model:
    """Ideas with ever new names, ever new code; each can be replaced."""

    propose: Script = lambda request: ideas(*[f"idea {hash_of(request)}-{number}" for number in range(5)])
    write: Script = lambda request: code(hash_of(request))
    repair: Script = lambda _: "I mended \x1b[31mit\x1b[0m.\n" + code("2")
    converse: Script = lambda _: "The first one leads."

    def __call__(self, request: dict[str, Any]) -> str:
        answer: Script = getattr(self, asked_for(request))
        return answer(request)


def hash_of(request: dict[str, Any]) -> int:
    """A number for a request: the same request always gets the same reply."""
    import zlib

    return zlib.crc32(json.dumps(request["messages"]).encode()) % 10**6


def usual(line: Line) -> float | None:
    """Recipes scatter around half, a trial gains nothing, and the model's ideas are no better."""
    number = sum(line.name.encode()) % 17
    return 0.5 + number / 100 + (0.01 if line.kind == "tune" else 0.0)


@dataclass
class Search:
    """The loop, with scores from a made-up world."""

    journal: Journal
    server: ScriptedServer
    score: Score = usual
    privacy: Privacy = "schema"
    most: int | None = 40
    seconds: float | None = None
    card: Card = CARD
    lines: list[Line] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    now: float = 0.0
    max_tokens: int | None = None
    more: list[Wire] = field(default_factory=list)

    def brain(self) -> LlmBrain:
        """A fresh one, as a resumed Run makes it."""
        calls = Calls(self.journal, "run")
        endpoint = Endpoint(MODEL, self.server.base_url, "Scripted", local=True)
        client = ChatClient(endpoint, patience=Patience(connect=1.0, silence=0.7, tail=0.3, moment=0.02))
        wires = [Wire(client, self.privacy, Breaker(lambda: self.now)), *self.more]
        allowance = Allowance(self.max_tokens, None, calls.spent)
        return LlmBrain(Switchboard(wires, calls, allowance, self.events.append))

    def view(self) -> View:
        scored = [line for line in self.lines if line.score is not None]
        best = min(scored, key=lambda line: line.score or 0.0).experiment if scored else None
        left = None if self.most is None else self.most - len(self.lines)
        return View(self.card, tuple(self.lines), self.seconds, left, best=best, sources=dict(self.sources))

    def step(self, brain: Brain) -> bool:
        """One decision, and what comes of it; False at the end."""
        decision = brain.propose(self.view())
        self.decisions.append(decision)
        if isinstance(decision, Stop) or self.most == len(self.lines):
            return False
        number, params = len(self.lines) + 1, dict[str, Value]()
        if isinstance(decision, Draft):
            line = Line(number, decision.idea.name, "", "draft", "open", {}, None, None, 0.0, 50, by=decision.idea.by)  # type: ignore[arg-type]
            line = replace(line, parent=decision.idea.parent)
            self.lines.append(line)
            try:
                solution = brain.write(decision.idea, self.view())
            except CannotWriteError as error:
                self.lines[-1] = replace(line, status="failed", why=str(error), seconds=0.1)
                return True
            self.sources[solution.id] = solution.source
            params = {"c": 1.0}
            line = replace(line, solution=solution.id)
        elif isinstance(decision, Tune):
            parent = self.lines[decision.parent - 1]
            line = replace(parent, experiment=number, kind="tune", parent=decision.parent, by=decision.by)
        else:
            assert isinstance(decision, Blend)
            line = Line(number, "blend", "b", "blend", "scored", {}, None, None, 0.0, 80, members=decision.members)
        score = self.score(line)
        interval = None if score is None else (score - 0.02, score + 0.02)
        status: Any = "failed" if score is None else "scored"
        line = replace(line, score=score, ci=interval, status=status, params=params, seconds=1.0)
        self.lines[number - 1 :] = [line]
        return True

    def run(self, brain: Brain | None = None) -> "Search":
        brain = brain or self.brain()
        while self.step(brain):
            pass
        brain.close()
        return self

    @property
    def purposes(self) -> Counter[str]:
        """What the server was asked for."""
        return Counter(asked_for(request.json) for request in self.server.asked)

    def by_model(self) -> list[Line]:
        return [line for line in self.lines if line.by == "model"]


@pytest.fixture
def search(tmp_path: Path) -> Iterator[Callable[..., Search]]:
    """Make a search with a model of its own."""
    with ExitStack() as stack:

        def make(model: Script | None = None, **options: Any) -> Search:
            server = stack.enter_context(ScriptedServer(model or Model()))
            journal = stack.enter_context(Journal.open(tmp_path / f"state-{server.port}"))
            journal.start("run", TaskSpec("t.csv", "y"), RunOptions())
            return Search(journal, server, **options)

        yield make


# Deciding


def test_the_default_first_then_turns_then_a_blend(search: Callable[..., Search]) -> None:
    found = search(most=12).run()
    first = found.lines[0]
    assert (first.by, first.name) == ("built-in", portfolio(CARD)[0].name)
    places = [line.experiment for line in found.by_model()]
    assert places == [2, 4, 7], "ideas that do not lead wait longer and longer"
    assert found.lines[-1].kind == "blend" and len(found.lines) == 12
    assert found.purposes == {"propose": 1, "write": 3}
    assert len({line.name for line in found.by_model()}) == 3


def test_every_model_sees_the_experiment_that_it_is_to_improve(search: Callable[..., Search]) -> None:
    found = search(most=4).run()
    (write,) = [one.json for one in found.server.asked if asked_for(one.json) == "write"]
    assert "Start from the code of #1" in write["messages"][1]["content"]


def test_a_model_that_gains_nothing_is_asked_less_and_less_and_then_never(search: Callable[..., Search]) -> None:
    found = search(most=150)
    found.score = lambda line: 0.3 if line.experiment == 1 else usual(line)
    found.run()
    asked = sorted({int(place.split()[1]) for place, _ in Calls(found.journal, "run").replies("propose")})
    assert 1 < len(asked) <= turns.FRUITLESS
    gaps = [after - before for before, after in pairwise(asked)]
    assert min(gaps) >= 2 * turns.STALL, "each round was in vain"
    assert found.purposes["write"] <= MOST_IDEAS * turns.FRUITLESS


def test_a_model_whose_ideas_lead_is_asked_again_sooner(search: Callable[..., Search]) -> None:
    def improving(line: Line) -> float:
        return 0.4 - line.experiment / 1000 if line.by == "model" and line.experiment == 2 else usual(line)

    lucky = search(most=30, score=improving).run()
    unlucky = search(most=30).run()

    def second(found: Search) -> int:
        places = sorted({int(place.split()[1]) for place, _ in Calls(found.journal, "run").replies("propose")})
        return places[1] if len(places) > 1 else 99

    assert second(lucky) < second(unlucky)


def test_at_the_end_the_model_is_asked_once_more(search: Callable[..., Search]) -> None:
    """Without a limit on experiments the built-in search ends by itself."""
    found = search(most=None).run()
    assert isinstance(found.decisions[-1], Stop)
    assert len(found.lines) < 300
    assert found.purposes["propose"] <= turns.FRUITLESS


def test_the_same_view_gives_the_same_decision_and_no_second_request(search: Callable[..., Search]) -> None:
    """At each step a brain that has just been resumed decides as the one that was never interrupted."""
    found = search(most=20)
    brain = found.brain()
    while True:
        before = found.view()
        going = found.step(brain)
        asked = len(found.server.asked)
        assert found.brain().propose(before) == found.decisions[-1]
        decision = found.decisions[-1]
        if isinstance(decision, Draft) and going:
            opened = replace(found.lines[-1], score=None, solution="")
            during = replace(before, board=(*before.board, opened))
            after = replace(found.view(), board=(*before.board, found.lines[-1]))
            # Also where its own code is on the board already: it was interrupted just after that.
            written = [found.brain().write(decision.idea, one).source for one in (during, after)]
            assert written == [found.sources[found.lines[-1].solution]] * 2
        assert len(found.server.asked) == asked, "a journaled reply was asked for again"
        if not going:
            break


def test_nonsense_costs_a_bounded_number_of_calls(search: Callable[..., Search]) -> None:
    """Even where the breaker lets every call through at once."""
    found = search(lambda _: "As a language model I would rather not.", most=40)
    brain = found.brain()
    while found.step(brain):
        found.now += 1000.0
    assert len(found.lines) == 40 and not found.by_model()
    assert found.lines[-1].score is not None
    assert 0 < len(found.server.asked) <= ROUNDS * turns.FRUITLESS


def test_ideas_without_code_cost_a_bounded_number_of_calls_too(search: Callable[..., Search]) -> None:
    found = search(Model(write=lambda _: "import this"), most=40)
    brain = found.brain()
    while found.step(brain):
        found.now += 1000.0
    assert len(found.lines) == 40
    assert len(found.server.asked) <= turns.FRUITLESS * (1 + ROUNDS * MOST_IDEAS)
    assert all(line.status == "failed" and line.why.startswith("no code came for it: ") for line in found.by_model())


def test_an_idea_that_nobody_can_write_now_waits(search: Callable[..., Search]) -> None:
    """The server dies once ideas are there: one is lost, the others are tried when it is back."""
    found = search(most=30)
    brain = found.brain()
    while not found.by_model():
        assert found.step(brain)
    found.server.stop()
    for _ in range(8):
        found.step(brain)
    lost = [line for line in found.by_model() if line.status == "failed"]
    assert len(lost) == 1 and "nothing listens" in lost[0].why
    found.server.start()
    found.now += 10 * FIRST
    found.step(brain)
    found.step(brain)
    assert [line.status for line in found.by_model()][-1] == "scored"
    assert [(one.before == "the built-in brain") for one in found.events if isinstance(one, Switched)] == [False, True]


@pytest.mark.parametrize("most", [12, None])
def test_without_any_endpoint_it_goes_on_as_the_built_in_brain(search: Callable[..., Search], most: int | None) -> None:
    found = search(most=most)
    found.server.stop()
    found.run()
    assert found.decisions == search(most=most).run(BuiltinBrain()).decisions


def test_when_the_tokens_are_used_up_the_built_in_search_goes_on(search: Callable[..., Search]) -> None:

    def improving(line: Line) -> float:
        return 0.4 - line.experiment / 1000 if line.by == "model" else usual(line)

    found = search(most=20, max_tokens=6000, score=improving).run()
    assert Calls(found.journal, "run").spent().tokens <= 6000
    assert len(found.lines) == 20 and found.lines[-1].kind == "blend"
    (switch,) = [one for one in found.events if isinstance(one, Switched)]
    assert "--max-tokens 6,000" in switch.why


# What a model may say


@pytest.mark.parametrize("improves", [2, 3, 4, 99, -1, 0, 10**18, 10**30, None, "#1", "1.0", 5, 6])
def test_whatever_an_idea_improves_does_no_harm(search: Callable[..., Search], improves: Any) -> None:
    """A failed one, a blend, one to come, none at all: the Journal gets a number that is on the board, or none."""
    found = search(Model(propose=lambda _: ideas("one", improves=improves)), most=9)
    made = [
        Line(1, "a", "s1", "draft", "scored", {"c": 1.0}, 0.5, (0.4, 0.6), 1.0, 20),
        Line(2, "b", "s2", "draft", "failed", {}, None, None, 1.0, 20, failure=Diagnosis("x", "it broke", "E")),
        Line(3, "c", "", "draft", "failed", {}, None, None, 1.0, 20),
        Line(4, "blend", "s4", "blend", "scored", {}, 0.4, (0.3, 0.5), 0.1, 80, members=(1, 5)),
        Line(5, "a", "s1", "tune", "scored", {"c": 2.0}, 0.49, (0.4, 0.6), 1.0, 20, parent=1),
    ]
    found.lines, found.sources = made, {"s1": CODE.format(number=1), "s2": CODE.format(number=2), "s4": "BLENDED"}
    decision = found.brain().propose(found.view())
    assert isinstance(decision, Draft) and decision.idea.by == "model"
    asked = int(str(improves).strip("#").split(".")[0]) if improves is not None else None
    assert decision.idea.parent == (asked if asked in (1, 2, 3, 5) else None)
    found.journal.open_experiment(
        "run", 6, decision={"idea": {"by": "model"}}, kind="draft", name="one", why="", parent=decision.idea.parent
    )
    assert found.step(found.brain())
    assert found.lines[-1].status == "scored"
    assert not any(request.holds("BLENDED") for request in found.server.requests)


def test_a_name_like_a_recipes_does_not_suppress_the_recipe(search: Callable[..., Search]) -> None:
    recipes = [recipe.name for recipe in portfolio(CARD)]
    found = search(Model(propose=lambda _: ideas(*recipes[1:5])), most=40).run()
    drafted = [line.name for line in found.lines if line.kind == "draft" and line.by == "built-in"]
    assert drafted[: len(recipes)] == recipes


def test_a_name_is_not_tried_twice(search: Callable[..., Search]) -> None:
    found = search(Model(propose=lambda _: ideas("Same thing", "same THING", "Same thing", "other")), most=40).run()
    assert [line.name for line in found.by_model()] == ["Same thing", "other"]


def test_code_that_was_tried_already_is_sent_back(search: Callable[..., Search]) -> None:
    found = search(Model(write=lambda _: code(7)), most=6).run()
    first, second = found.by_model()
    assert first.status == "scored"
    assert second.status == "failed" and "tried already" in second.why


WISH = {"experiment": 1, "params": {"c": 99.0, "other": 3, "d": [1]}, "why": "it is too small"}


def tuning(wish: dict[str, Any], search: Callable[..., Search]) -> Decision:
    found = search(Model(propose=lambda _: ideas("one", tune=wish)), most=9)
    found.lines = [
        Line(1, "a", "s1", "draft", "scored", {"c": 1.0}, 0.5, (0.4, 0.6), 1.0, 20),
        Line(2, "a", "s1", "tune", "scored", {"c": 2.0}, 0.49, (0.4, 0.6), 1.0, 20, parent=1),
        Line(3, "b", "s3", "draft", "failed", {"c": 1.0}, None, None, 1.0, 20),
        Line(4, "plain", "s4", "draft", "scored", {}, 0.6, (0.5, 0.7), 1.0, 20),
        Line(5, "blend", "s5", "blend", "scored", {}, 0.4, (0.3, 0.5), 0.1, 80, members=(1, 4)),
    ]
    return found.brain().propose(found.view())


@pytest.mark.parametrize("experiment", [1, 2, "#1", 2.0])
def test_parameters_that_a_model_wants_are_tried_within_their_space(
    search: Callable[..., Search], experiment: Any
) -> None:
    decision = tuning({**WISH, "experiment": experiment}, search)
    assert decision == Tune(1, "it is too small", {"c": 99.0, "other": 3}, by="model")
    assert clipped(read_space(CODE.format(number=1)), decision.params) == {"c": 10.0}


@pytest.mark.parametrize("experiment", [3, 4, 5, 6, 99, -1, 10**30])
def test_a_wish_for_what_cannot_be_tuned_is_passed_over(search: Callable[..., Search], experiment: int) -> None:
    decision = tuning({**WISH, "experiment": experiment}, search)
    assert isinstance(decision, Draft) and decision.idea.name == "one"


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e308, True, "x" * 10_000, "2", [1], None, {"a": 1}])
def test_no_value_of_a_wish_does_harm(value: Any) -> None:
    wish = read_proposal(json.dumps({"tune": {"experiment": 1, "params": {"c": value, "good": 1}}}), "stop").tune
    assert wish is not None and wish.params["good"] == 1
    got = clipped(read_space(CODE.format(number=1)), wish.params)
    assert all(0.1 <= float(one) <= 10.0 for one in got.values())
    json.dumps(dict(wish.params))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "empty"),
        ("{}", "names no idea"),
        ('{"ideas": []}', "at least one"),
        ('{"ideas": "all"}', "`ideas` must be a list"),
        ('{"ideas": ["one"]}', "list of objects"),
        ('{"ideas": [{"why": "so"}]}', "`name` is missing"),
        ('{"ideas": [{"name": "x"}]}', "`why` is missing"),
        ('{"ideas": [{"name": "x", "why": "y", "improves": "best"}]}', "`improves` must be a whole number"),
        ('{"tune": [1]}', "`tune` must be an object"),
        ('{"tune": {"experiment": 1}}', "`tune` needs `params`"),
        ('{"tune": {"experiment": "x", "params": {"c": 1}}}', "`experiment` must be a whole number"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_said_exactly(text: str, wrong: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(wrong)):
        read_proposal(text, "stop")


def test_a_proposal_is_bounded_and_clean() -> None:
    many = ideas(*[f"{number} \x1b[31mred\x1b[0m \u202e" + "x" * 500 for number in range(20)], why="y" * 1000)
    found = read_proposal(many, "stop").ideas
    assert len(found) == MOST_IDEAS
    assert all(len(idea.name) <= 60 and len(idea.why) <= 240 and idea.by == "model" for idea in found)
    assert all(char.isprintable() for idea in found for char in idea.name)


def test_one_idea_without_its_list_is_read() -> None:
    (idea,) = read_proposal('{"name": "x", "why": "y", "improves": 3}', "stop").ideas
    assert (idea.name, idea.parent, idea.recipe) == ("x", 3, "")


# Repairing


BROKEN = """SPACE = {}
def fit(X, y, *, params, seed, report):
    from sklearn.ensemble import RandomForestClassifier
    return RandomForestClassifier(max_features="auto").fit(X, y)
def predict(model, X):
    return model.predict_proba(X)
"""
VAGUE = Diagnosis("value-error", "ValueError: it went wrong", "ValueError: it went wrong", 4)


def broken(by: Any = "model") -> tuple[Solution, Line]:
    solution = Solution("mine", BROKEN)
    return solution, Line(1, "mine", solution.id, "draft", "open", {}, None, None, 1.0, 50, by=by)  # type: ignore[arg-type]


def test_a_rule_goes_before_the_model(search: Callable[..., Search]) -> None:
    from mlpilot.sandbox.protocol import CellError

    found = search()
    solution, line = broken()
    message = "The 'max_features' parameter of RandomForestClassifier must be an int in the range [1, inf), a float in "
    message += "the range (0.0, 1.0], a str among {'log2', 'sqrt'} or None. Got 'auto' instead."
    error = CellError("InvalidParameterError", message, f"sklearn.utils.InvalidParameterError: {message}")
    known = diagnose("error", error, "", "", BROKEN)
    mended = found.brain().repair(solution, known, View(CARD, (line,), None, None))
    assert mended is not None and "auto" not in mended.solution.source
    assert not found.server.asked


def test_the_model_goes_before_giving_up_and_says_cleanly_what_it_did(search: Callable[..., Search]) -> None:
    found = search()
    solution, line = broken()
    mended = found.brain().repair(solution, VAGUE, View(CARD, (line,), None, None))
    assert mended is not None and mended.solution.name == "mine"
    assert mended.solution.source.strip() == CODE.format(number="2").strip()
    assert mended.what == "I mended it."
    assert found.purposes == {"repair": 1}
    assert "max_tokens" in found.server.asked[0].json and found.server.asked[0].json["max_tokens"] <= CODE_TOKENS


def test_the_model_may_add_a_cause_that_the_code_bears_out(search: Callable[..., Search]) -> None:
    solution, line = broken()
    view = View(CARD, (line,), None, None)
    for said, number in (("cause: 3 import: it is a word of it", 3), ("cause: 1 walrus: it is not there", None)):
        found = search(Model(repair=lambda _, said=said: f"{said}\nI mended it.\n{code('2')}"))
        mended = found.brain().repair(solution, VAGUE, view)
        assert mended is not None and mended.what == "I mended it."
        assert (mended.cause.line if mended.cause else None) == number


def test_unchanged_code_is_no_repair(search: Callable[..., Search]) -> None:
    found = search(Model(repair=lambda _: f"```python\n{BROKEN}```"))
    solution, line = broken()
    assert found.brain().repair(solution, VAGUE, View(CARD, (line,), None, None)) is None
    assert len(found.server.asked) == ROUNDS
    assert "unchanged" in found.server.asked[1].json["messages"][3]["content"]


def test_the_persons_own_code_is_not_shown_in_schema(search: Callable[..., Search]) -> None:
    """And that is no outage: nothing is announced, and the next question is asked as ever."""
    found = search()
    solution, line = broken("you")
    brain = found.brain()
    assert brain.repair(solution, VAGUE, View(CARD, (line,), None, None)) is None
    assert not found.server.asked and not found.events
    assert brain.converse("How is it going?", View(CARD, (line,), None, None), lambda _: None)
    assert len(found.server.asked) == 1 and not found.server.asked[0].holds("RandomForestClassifier")
    full = search(privacy="full")
    assert full.brain().repair(solution, VAGUE, View(CARD, (line,), None, None)) is not None
    assert full.server.asked[0].holds("RandomForestClassifier")


def test_a_dead_model_mends_nothing(search: Callable[..., Search]) -> None:
    found = search()
    found.server.stop()
    solution, line = broken()
    assert found.brain().repair(solution, VAGUE, View(CARD, (line,), None, None)) is None


# Talking


def test_what_it_says_comes_in_pieces(search: Callable[..., Search]) -> None:
    said = ["The first one leads", " by a hair,", " and the board", " says so."]

    def slowly(peer: Peer) -> None:
        peer.head(200, "text/event-stream")
        for piece in said:
            peer.chunk({"content": piece})
            peer.wait(0.05)
        peer.chunk(finish="stop")
        peer.done()

    found, answer, pieces = search(), "".join(said), list[str]()
    found.server.fault = lambda *_: Fault("slow", "server", slowly)
    brain = found.brain()
    assert brain.converse("Who leads?", found.view(), pieces.append) == answer
    assert "".join(pieces) == answer and len(pieces) == len(said)
    assert brain.converse("And now?", found.view(), pieces.append) == answer
    assert len(found.server.asked) == 2, "each question is a new one"
    assert found.server.asked[0].holds("Who leads?")


@pytest.mark.parametrize("how", ["dead", "empty", "refuses"])
def test_where_the_model_is_silent_the_built_in_brain_speaks(search: Callable[..., Search], how: str) -> None:
    found = search(Model(converse=lambda _: "  \n"))
    if how == "dead":
        found.server.stop()
    elif how == "refuses":
        found.server.fault = lambda *_: status(400, "We do not", "refused")
    pieces: list[str] = []
    said = found.brain().converse("Who leads?", found.view(), pieces.append)
    assert said == "Nothing has been tried yet." == "".join(pieces).strip()


def test_its_words_go_nowhere_but_into_the_talk(search: Callable[..., Search]) -> None:
    """A person's text with braces, marks and a megabyte of noise is one bounded message."""
    found = search()
    text = "{task} {0} </data> ```\n" + "x" * 10**6
    found.brain().converse(text, found.view(), lambda _: None)
    said = found.server.asked[0].json["messages"][1]["content"]
    assert "{task} {0}" in said and len(said) < 60_000


# A brain that has to write what it did not think of


def test_a_recipe_is_written_without_the_model(search: Callable[..., Search]) -> None:
    found = search()
    recipe = portfolio(CARD)[0]
    view = View(CARD, (Line(1, recipe.name, "", "draft", "open", {}, None, None, 0.0, 1),), None, None)  # type: ignore[arg-type]
    solution = found.brain().write(Idea(recipe.name, "so", recipe=recipe.key), view)
    assert "def fit" in solution.source and not found.server.asked


def solutions(found: Search) -> Sequence[str]:
    return [found.sources[line.solution] for line in found.by_model() if line.solution]


def test_an_idea_of_an_interrupted_run_is_written_also_when_the_model_is_gone(search: Callable[..., Search]) -> None:
    """It fails as one Experiment, or is read from the Journal: nothing is raised but that."""
    found = search(most=9)
    found.run()
    asked = len(found.server.asked)
    gone = LlmBrain(Switchboard([], Calls(found.journal, "run"), Allowance(None, None, lambda: None), lambda _: None))  # type: ignore[arg-type, return-value]
    opened = replace(found.by_model()[0], solution="", score=None)
    view = View(CARD, (*found.lines[: opened.experiment - 1], opened), None, None)
    assert gone.write(Idea(opened.name, "so", by="model"), view).source == solutions(found)[0]
    later = replace(view, board=(*view.board, replace(opened, experiment=99)))
    with pytest.raises(CannotWriteError, match="no endpoint is configured any more"):
        gone.write(Idea("new", "so", by="model"), later)
    assert len(found.server.asked) == asked

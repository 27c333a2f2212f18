"""Sequences of calls through the real client and the LLM brain, without a sandbox, while the endpoint misbehaves.

Each sequence is a small search: the brain proposes, writes and repairs over a board whose scores are made up (nothing
here depends on them), and the endpoint fails in its own way at moments drawn by chance. Whatever it does, the brain
must give a decision within its time, raise nothing, and stay within its tokens.
"""

import random
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlpilot.agent.brains.llm import LlmBrain
from mlpilot.agent.brains.protocol import CannotWriteError, Card, Draft, Idea, Line, Stop, View
from mlpilot.agent.calls import Calls
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.allowance import Allowance
from mlpilot.agent.models.breaker import Breaker
from mlpilot.agent.models.chat import ChatClient
from mlpilot.agent.models.protocol import Endpoint
from mlpilot.agent.models.switchboard import SHARE, Switchboard
from mlpilot.agent.models.switchboard import Line as Wire
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import Column, TaskSpec
from mlpilot.evals.command import say
from mlpilot.evals.faults import FAULTS
from mlpilot.evals.replies import competent, incompetent
from mlpilot.evals.scripted import MODEL, Fault, ScriptedServer
from mlpilot.tools.diagnose.model import Diagnosis

STEPS = 6
SECONDS = 30.0
"""Of a sequence: what a slow peer may cost in all."""
TOKENS = 40_000
CARD = Card(
    type="classification",
    metric="log_loss",
    greater_is_better=False,
    needs="probabilities",
    rows=427,
    train_rows=342,
    columns=tuple(Column(f"mean of part {n}", "number", 0, 400) for n in range(30)),
    classes=2,
    class_shares=(0.37, 0.63),
    target="diagnosis",
    quantiles={f"mean of part {n}": (0.0123, 0.345, 6.78) for n in range(30)},
)


@dataclass
class Outcome:
    """How one sequence went."""

    seed: int
    fault: str
    decisions: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    """Seconds of the slowest step."""
    seconds: float = 0.0
    tokens: int = 0
    calls: int = 0
    wrong: list[str] = field(default_factory=list)


def check(count: int, seed: int, threads: int = 8) -> dict[str, Any]:
    """Run so many sequences; most of their time they wait, so several go on at once."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(threads) as pool:
        outcomes = list(pool.map(lambda one: sequence(one, Path(folder)), range(seed, seed + count)))
    for one in outcomes:
        if one.wrong:
            say(f"BROKEN sequence {one.seed} ({one.fault}): {'; '.join(one.wrong)}")
    return {
        "sequences": count,
        "held": sum(not one.wrong for one in outcomes),
        "slowest_step": round(max(one.slowest for one in outcomes), 2),
        "longest": round(max(one.seconds for one in outcomes), 2),
        "calls": sum(one.calls for one in outcomes),
        "most_tokens": max(one.tokens for one in outcomes),
        "decisions": dict(sum((one.decisions for one in outcomes), Counter())),
        "faults": len({one.fault for one in outcomes}),
        "wrong": [f"{one.seed} {one.fault}: {wrong}" for one in outcomes for wrong in one.wrong],
    }


def sequence(seed: int, folder: Path) -> Outcome:
    """One search with one kind of fault, at moments drawn by the seed."""
    dice = random.Random(seed)
    fault = FAULTS[seed % len(FAULTS)]
    reply = competent if dice.random() < 0.7 else incompetent(seed)
    share = dice.choice([0.2, 0.5, 1.0])
    outcome = Outcome(seed, fault.name)

    def misbehave(number: int, request: dict[str, Any]) -> Fault | None:
        del number, request
        return fault if dice.random() < share else None

    refuses = frozenset({"stream"}) if dice.random() < 0.3 else frozenset()
    with ScriptedServer(reply, misbehave, refuses=refuses) as server, Journal.open(folder / str(seed)) as journal:
        journal.start("run", TaskSpec("t.csv", "y"), RunOptions())
        calls, began = Calls(journal, "run"), time.monotonic()

        def left() -> float:
            return SECONDS - (time.monotonic() - began)

        endpoint = Endpoint(MODEL, server.base_url, "a scripted server", local=True, context=8192)
        # The breaker's clock runs fast: a sequence is over before a pause would be, and every call is to be tried.
        breaker = Breaker(lambda: 10_000 * time.monotonic())
        wire = Wire(ChatClient(endpoint, folder / f"{seed}.json"), "schema", breaker)
        board = Switchboard([wire], calls, Allowance(TOKENS, None, calls.spent), lambda _: None, left)
        brain = LlmBrain(board)
        try:
            _search(brain, dice, outcome, left)
        finally:
            brain.close()
        outcome.seconds, outcome.tokens = time.monotonic() - began, calls.spent().tokens
        outcome.calls = calls.spent().calls
    if outcome.tokens > TOKENS:
        outcome.wrong.append(f"{outcome.tokens} tokens of {TOKENS}")
    return outcome


def _search(brain: LlmBrain, dice: random.Random, outcome: Outcome, left: Any) -> None:
    """Propose, write, and repair, a few times."""
    lines = [Line(1, "default", "d", "draft", "scored", {}, 0.12, (0.1, 0.14), 1.0, 10)]
    for number in range(2, STEPS + 2):
        before, began = max(0.0, left()), time.monotonic()
        view = View(CARD, tuple(lines), None, None)
        try:
            lines.append(_step(brain, view, number, dice, outcome))
        except Exception as error:  # noqa: BLE001 - the point: whatever escapes is a finding
            outcome.wrong.append(f"{type(error).__name__} escaped: {error}"[:200])
            return
        took = time.monotonic() - began
        outcome.slowest = max(outcome.slowest, took)
        # Up to three questions (ideas, code, repair), each of up to three rounds, each of a share of what is left.
        if took > before * (1 - (1 - SHARE) ** 9) + 4.0:
            outcome.wrong.append(f"a step took {took:.1f} s of {before:.1f}")


def _step(brain: LlmBrain, view: View, number: int, dice: random.Random, outcome: Outcome) -> Line:
    decision = brain.propose(view)
    if isinstance(decision, Stop) or not isinstance(decision, Draft):
        outcome.decisions[type(decision).__name__.lower()] += 1
        decision = Draft(Idea(f"another {number}", "to go on"))
    outcome.decisions[f"idea of {decision.idea.by}"] += 1
    idea = replace(decision.idea, by="model")  # whoever had it: code is asked for each time
    opened = Line(number, idea.name, "", "draft", "failed", {}, None, None, 1.0, 50, by=idea.by)
    during = replace(view, board=(*view.board, opened))
    try:
        solution = brain.write(idea, during)
    except CannotWriteError:
        outcome.decisions["not written"] += 1
        return opened
    if dice.random() < 0.5:
        finding = Diagnosis("value-error", "ValueError: it went wrong", "ValueError: it went wrong", 3)
        mended = brain.repair(solution, finding, during)
        outcome.decisions["mended" if mended else "not mended"] += 1
        solution = mended.solution if mended else solution
    score = 0.05 + dice.random() / 10
    return replace(opened, status="scored", solution=solution.id, score=score, ci=(score - 0.02, score + 0.02))

"""How large prompts are at the 10th and at the 100th experiment, against AIDE's on the same transcript.

The transcript is that of the peers' canned answers: the same models, in turn, one an experiment, here in the Solution
contract, each an idea of the model's own. What is counted is what the server was sent: for an experiment its share of
the proposal that it came from, and the prompt for its code; for AIDE both prompts of a node, code and review.
"""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlpilot.agent.brains.llm import LlmBrain
from mlpilot.agent.brains.protocol import Card, Idea, Line, View
from mlpilot.agent.calls import Calls
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.allowance import Allowance
from mlpilot.agent.models.chat import ChatClient
from mlpilot.agent.models.protocol import Endpoint
from mlpilot.agent.models.switchboard import Line as Wire
from mlpilot.agent.models.switchboard import Privacy, Switchboard
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import TaskSpec
from mlpilot.evals.replies import NAMES, solution, text_of
from mlpilot.evals.scripted import MODEL, ScriptedServer

AIDE = {10: 5524 + 1599, 100: 25_189 + 1599}
"""Characters of AIDE 0.2.2's two prompts, as its canned server logged them in three runs of 100 steps, all alike."""
LIMITS = {"growth": 1.2, "of_aide at 10": 0.5, "of_aide at 100": 0.25}
IDEAS = (3, 5)
"""Ideas in a proposal: the fewer, the larger the share of each."""


def check(aide: Path | None = None) -> dict[str, Any]:
    """Characters a prompt, and the ratios; `aide`: a `requests.jsonl` of the peer's server to compare with instead."""
    peers = AIDE if aide is None else _of_aide(aide)
    found: dict[str, Any] = {"aide": peers}
    for privacy in ("schema", "full"):
        for ideas in IDEAS:
            ours = {number: _characters(number, ideas, privacy) for number in (10, 100)}
            found[f"{privacy}, {ideas} ideas"] = {
                "characters": ours,
                "growth": round(ours[100] / ours[10], 3),
                "of_aide": {number: round(ours[number] / peers[number], 3) for number in ours},
            }
    return found


def _of_aide(log: Path) -> dict[int, int]:
    requests = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    sizes = {kind: [one["chars"] for one in requests if one["kind"] == kind] for kind in ("code", "review")}
    return {number: sizes["code"][number - 1] + sizes["review"][number - 1] for number in AIDE}


def _characters(number: int, ideas: int, privacy: Privacy) -> float:
    """Of the prompts of one experiment."""
    before = view(number)
    parent = min(before.board, key=lambda line: line.score or 9.0).experiment
    idea = Idea(f"{NAMES[number % len(NAMES)]} on scaled numbers {number}", WHY, plan=PLAN, parent=parent, by="model")
    opened = Line(number, idea.name, "", "draft", "failed", {}, None, None, 1.0, 50, by="model")
    with tempfile.TemporaryDirectory() as folder, ScriptedServer() as server, Journal.open(Path(folder)) as journal:
        journal.start("run", TaskSpec("t.csv", "y"), RunOptions())
        calls = Calls(journal, "run")
        endpoint = Endpoint(MODEL, server.base_url, "a scripted server", local=True)
        line = Wire(ChatClient(endpoint), privacy)
        brain = LlmBrain(Switchboard([line], calls, Allowance(None, None, calls.spent), lambda _: None))
        server.reply = lambda _: '{"ideas": [{"name": "another one", "why": "it may help"}]}'
        brain.propose(before)
        server.reply = lambda _: f"```python\n{solution(NAMES[0])}# another\n```"
        brain.write(idea, replace(before, board=(*before.board, opened)))
        brain.close()
        proposal, code = (len(text_of(request.json)) for request in server.asked)
    return proposal / ideas + code


WHY = "It errs on other rows than what leads, so that a blend of both gains."
PLAN = "Fill in missing values with the mean, scale all numbers, then fit it; tune its one important parameter."


def view(number: int) -> View:
    """The board before this experiment: the models in turn, the second of them broken, as the peer's third is."""
    lines, sources = [], {}
    for past in range(1, number):
        name = NAMES[past % len(NAMES)]
        source = solution(name) + f"# {past}\n"
        score = 0.08 + (past * 37 % 100) / 1000
        failed = past % len(NAMES) == 2
        ident = f"s{past}"
        sources[ident] = source
        lines.append(
            Line(
                experiment=past,
                name=f"{name} on scaled numbers {past}",
                solution=ident,
                kind="draft",
                status="failed" if failed else "scored",
                params={"C": 1.0},
                score=None if failed else score,
                ci=None if failed else (score - 0.02, score + 0.03),
                seconds=1.2,
                complexity=50,
                by="built-in" if past == 1 else "model",
            )
        )
    return View(_card(), tuple(lines), None, 200 - number, best=1, sources=sources)


def _card() -> Card:
    """Of the table of the transcript: scikit-learn's breast cancer."""
    from sklearn.datasets import load_breast_cancer

    from mlpilot.agent.study import Study

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cancer.csv")
        load_breast_cancer(as_frame=True).frame.to_csv(path, index=False)
        return Study.load(TaskSpec(str(path), "target"), 2, Path(folder, "store")).card

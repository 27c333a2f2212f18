"""Whole runs with `--brain llm`, as a person starts them: scripted models good and bad, a real engine, and faults.

A run holds if it ends with exit code 0 and a judged score, within its budget and its tokens, without a traceback, and
tells what happened to its model.
"""

import os
import random
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlpilot.evals.command import Answer, ask, say
from mlpilot.evals.faults import FAULTS, redirect
from mlpilot.evals.replies import competent, incompetent
from mlpilot.evals.scripted import MODEL, Fault, ScriptedServer

EXPERIMENTS = 7
BUDGET = 60.0
OVER = 8.0
"""Seconds that a run may end after its budget."""
TOKENS = 30_000
PEERLESS = ("refused connection", "unknown host", "dies for 20 s and returns", "redirect to another host")
"""Faults that no single server makes."""
KEY = "sk-canary-7f3a9c51e2b84d06"


def scripted(home: Path, data: Path) -> list[dict[str, Any]]:
    """A competent and an incompetent model, streaming and not."""
    found = []
    for who, reply in (("competent", competent), ("incompetent", incompetent(0))):
        for refuses in (frozenset[str](), frozenset({"stream"})):
            name = f"{who}, {'not streaming' if refuses else 'streaming'}"
            with ScriptedServer(reply, refuses=refuses) as server:
                found.append(_run(name, server.base_url, home, data, server))
    return found


def of_engine(home: Path, data: Path) -> list[dict[str, Any]]:
    """The tiny random model in a real llama-server: it writes noise, and the run must end well without it."""
    from mlpilot.agent.models.engines.commands import llama_server
    from mlpilot.evals.tiny_model import make
    from mlpilot.sandbox.errors import UserError

    try:
        llama_server()
    except UserError as error:
        return [{"run": "llama-server, random weights", "skipped": str(error)}]
    model = make(home.parent / "tiny.gguf")
    words = ["--model", f"local:{model}", "--privacy", "schema"]
    verdict = _verdict("llama-server, random weights", _ask(words, home, data, "120s"), 120.0)
    if "built-in brain" not in verdict["said"]:
        verdict["wrong"].append("it did not say that the built-in brain took over")
    return [verdict]


def faulty(home: Path, data: Path, count: int, seed: int) -> list[dict[str, Any]]:
    """Runs whose endpoint misbehaves at moments drawn by the seed; each kind of trouble in turn."""
    dice = random.Random(seed)
    drawn = dice.sample(FAULTS, min(len(FAULTS), max(0, count - len(PEERLESS))))
    ways: list[Fault | str] = [*PEERLESS, *drawn]
    found = []
    for number, way in enumerate(ways[:count]):
        chance = random.Random(seed * 1000 + number)
        if isinstance(way, str):
            found.append(_without_peer(way, home, data))
            continue

        def misbehave(_: int, __: dict[str, Any], way: Fault = way, chance: random.Random = chance) -> Fault | None:
            return way if chance.random() < 0.5 else None

        with ScriptedServer(competent, misbehave) as server:
            found.append(_run(f"fault: {way.name}", server.base_url, home, data, server))
    return found


def _without_peer(way: str, home: Path, data: Path) -> dict[str, Any]:
    name = f"fault: {way}"
    if way == "refused connection":
        return _run(name, "http://127.0.0.1:9/v1", home, data)
    if way == "unknown host":
        return _run(name, "http://no-such-host.invalid/v1", home, data)
    if way == "redirect to another host":
        with ScriptedServer(competent) as other, ScriptedServer(competent) as server:
            server.fault = lambda _, __: redirect(f"http://localhost:{other.port}/v1/chat/completions")
            verdict = _run(name, server.base_url, home, data, server)
        if other.requests:
            verdict["wrong"].append("the other host was asked")
        return verdict
    with ScriptedServer(competent) as server, _dying(server, after=4.0, pause=20.0):
        return _run(name, server.base_url, home, data, server, experiments=14)


@contextmanager
def _dying(server: ScriptedServer, *, after: float, pause: float) -> Iterator[None]:
    """Meanwhile the server stops, and serves again."""
    over = threading.Event()

    def act() -> None:
        if not over.wait(after):
            server.stop()
            over.wait(pause)
            server.start()

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _run(
    name: str,
    base_url: str,
    home: Path,
    data: Path,
    server: ScriptedServer | None = None,
    experiments: int = EXPERIMENTS,
) -> dict[str, Any]:
    words = ["--base-url", base_url, "--model", MODEL, "--max-experiments", str(experiments)]
    words += ["--max-tokens", str(TOKENS), "--privacy", "schema"]
    verdict = _verdict(name, _ask(words, home, data, f"{BUDGET:.0f}s"), BUDGET)
    if server is not None:
        verdict["requests"] = len(server.asked)
        if any(request.holds(KEY) for request in server.requests):
            verdict["wrong"].append("an endpoint on this machine was sent the key")
    return verdict


def _ask(words: list[str], home: Path, data: Path, budget: str) -> Answer:
    with tempfile.TemporaryDirectory(dir=home) as folder, _environment(OPENAI_API_KEY=KEY):
        whole = ["run", str(data), "--target", "target", "--brain", "llm", "--budget", budget, *words]
        return ask(*whole, home=Path(folder), timeout=300)


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _verdict(name: str, answer: Answer, budget: float) -> dict[str, Any]:
    """What is wrong with how a run ended."""
    wrong = []
    calls = answer.json.get("model_calls") or {}
    best = answer.json.get("best") or {}
    if answer.code != 0 or answer.json.get("status") != "finished" or "score" not in best:
        wrong.append(f"exit code {answer.code}, {answer.json.get('status')}: {answer.said.strip()[-300:]}")
    if "Traceback" in answer.said:
        wrong.append("a traceback was printed")
    if KEY in answer.said or KEY in str(answer.json):
        wrong.append("the key was printed")
    if answer.seconds > budget + OVER:
        wrong.append(f"it took {answer.seconds:.0f} s of {budget:.0f}")
    tokens = calls.get("prompt_tokens", 0) + calls.get("completion_tokens", 0)
    if tokens > TOKENS:
        wrong.append(f"{tokens} tokens of {TOKENS}")
    said = [line for line in answer.said.splitlines() if "brain" in line or "model" in line]
    held = "BROKEN" if wrong else "held  "
    say(f"{held} {name}: {answer.seconds:.0f} s, {calls.get('count')} calls {'; '.join(wrong)}")
    verdict = {"run": name, "wrong": wrong, "seconds": round(answer.seconds, 1), "score": best.get("score")}
    return verdict | {"calls": calls, "experiments": answer.json.get("experiments"), "said": "\n".join(said)}

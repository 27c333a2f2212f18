"""The loop.

    profile → decide ─┬→ propose → write ─┐
                ↑     ├→ tune ────────────┼→ check → run → judge → decide
                │     │                   │    ↓      ↓      (or)
                │     │                   └── repair ← diagnose → decide
                │     ├→ ensemble → decide
                └─────┴→ finish

State holds ids; the Journal holds the rest, and is the truth. Every node may run twice: it looks at the Journal first.
"""

from collections.abc import Callable
from typing import Any, Literal, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from mlpilot.agent import finish, steps
from mlpilot.agent.desk import Desk

Next = Literal["propose", "tune", "ensemble", "check", "finish"]


class State(TypedDict, total=False):
    """Where the Run is: a pointer into the Journal."""

    run: str
    experiment: int


def build(desk: Desk, checkpointer: "BaseCheckpointSaver[str]") -> "CompiledStateGraph[State, None, State, State]":
    """The graph of one Run, over its Desk."""

    def profile(state: State) -> Command[Literal["decide"]]:
        desk.profile()
        return Command(goto="decide")

    def decide(state: State) -> Command[Next]:
        entry = steps.decide(desk)
        if entry is None:
            return Command(goto="finish")
        return Command(goto=steps.WAYS[entry.kind] if entry.solution is None else "check", update=_at(entry.number))

    def propose(state: State) -> Command[Literal["write", "decide"]]:
        return Command(goto="write" if steps.approved(desk, state["experiment"]) else "decide")

    def write(state: State) -> Command[Literal["check", "decide"]]:
        return Command(goto="check" if steps.write(desk, state["experiment"]) else "decide")

    def tune(state: State) -> Command[Literal["check"]]:
        steps.tune(desk, state["experiment"])
        return Command(goto="check")

    def check(state: State) -> Command[Literal["run", "diagnose"]]:
        return Command(goto="run" if steps.check(desk, state["experiment"]) else "diagnose")

    def run(state: State) -> Command[Literal["judge", "diagnose"]]:
        return Command(goto="judge" if steps.run(desk, state["experiment"]) else "diagnose")

    def judge(state: State) -> Command[Literal["decide"]]:
        steps.judge(desk, state["experiment"])
        return Command(goto="decide")

    def diagnose(state: State) -> Command[Literal["repair", "decide"]]:
        return Command(goto="repair" if steps.diagnose(desk, state["experiment"]) else "decide")

    def repair(state: State) -> Command[Literal["check", "decide"]]:
        return Command(goto="check" if steps.repair(desk, state["experiment"]) else "decide")

    def ensemble(state: State) -> Command[Literal["decide"]]:
        steps.ensemble(desk, state["experiment"])
        return Command(goto="decide")

    def end(state: State) -> None:
        finish.finish(desk)

    graph = StateGraph(State)
    nodes: list[Callable[..., Any]] = [profile, decide, propose, write, tune, check, run, judge, diagnose, repair]
    for node in (*nodes, ensemble):
        graph.add_node(node.__name__, node)
    graph.add_node("finish", end)
    graph.add_edge(START, "profile")
    return graph.compile(checkpointer=checkpointer)


def _at(experiment: int) -> State:
    return {"experiment": experiment}

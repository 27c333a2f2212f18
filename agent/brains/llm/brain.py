"""The LLM brain: ideas, code and repairs by a model, beside the built-in search on one board.

Whatever a model cannot do, or does not do well enough to be read, the built-in brain does instead.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from mlpilot.agent.brains.builtin import BuiltinBrain
from mlpilot.agent.brains.llm import turns
from mlpilot.agent.brains.llm.causes import read_cause, read_change
from mlpilot.agent.brains.llm.prompts import template
from mlpilot.agent.brains.llm.proposals import MOST_IDEAS, SCHEMA, Proposal, Wish, read_proposal
from mlpilot.agent.brains.llm.reading import read_code
from mlpilot.agent.brains.llm.telling import failure_text
from mlpilot.agent.brains.llm.views import (
    board_text,
    columns_text,
    lessons_text,
    numbered,
    parent_text,
    task_text,
    time_text,
)
from mlpilot.agent.brains.protocol import CannotWriteError, Cause, Decision, Draft, Idea, Repair, Stop, Tune, View
from mlpilot.agent.models.protocol import Message, Unreadable
from mlpilot.agent.models.switchboard import NoAnswer, Prompt, Question, Switchboard, Terms
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution

T = TypeVar("T")

IDEAS_TOKENS, CODE_TOKENS, TALK_TOKENS = 1200, 3000, 1200
"""Of a reply, thinking included."""
TASK_SHARE, PARENT_SHARE = 0.35, 0.45
"""Of a prompt's tokens, what the columns and the code to start from may take."""
COMPLEXITY = 50
"""Of code that a model wrote; it declares none itself."""


class LlmBrain:
    """Asks through a Switchboard; the built-in brain is its start, its control and its net."""

    name = "llm"

    def __init__(self, switchboard: Switchboard, detail: str = "") -> None:
        self._switchboard, self.detail = switchboard, detail
        self._builtin = BuiltinBrain()

    # Deciding

    def propose(self, view: View) -> Decision:
        """An idea of the model's, where it is its turn and there is one; else the built-in brain's decision."""
        place = len(view.board) + 1
        asked = self._switchboard.asked("propose")
        known = place in asked  # before the Run was interrupted, or the model would not be asked twice
        if known or turns.may_ask(view, [number for number in asked if number < place]):
            self._ask_for_ideas(view)
        waiting = self._waiting(view)
        if waiting is not None and turns.its_turn(view) and view.experiments_left != 1:
            return waiting
        decision = self._builtin.propose(view)
        if not isinstance(decision, Stop):
            return decision
        if waiting is None and turns.may_ask_at_the_end(view, self._switchboard.asked("propose")):
            self._ask_for_ideas(view)
            waiting = self._waiting(view)
        return waiting if waiting is not None and view.experiments_left != 0 else decision

    def _ask_for_ideas(self, view: View) -> None:
        """Ask; the reply is in the Journal then, and is read from there."""
        try:
            self._switchboard.consult(self._ideas_question(view))
        except NoAnswer:
            return  # it was announced; the built-in search goes on

    def _ideas_question(self, view: View) -> Question[Proposal]:
        def compose(terms: Terms) -> Prompt:
            return _prompt(
                "propose",
                task=task_text(view.card, terms.privacy, int(terms.tokens * TASK_SHARE)),
                board=board_text(view, terms.privacy),
                lessons=lessons_text(view, terms.privacy),
                time=time_text(view),
                most=str(MOST_IDEAS),
            )

        place = f"propose {len(view.board) + 1}"
        return replace(_question(place, compose, read_proposal, IDEAS_TOKENS), schema=SCHEMA)

    def _waiting(self, view: View) -> Decision | None:
        """The first thing of the model's last proposal that was not tried yet, and that can be tried now."""
        last = self._switchboard.last("propose", read_proposal)
        if last is None:
            return None
        place, proposal = last
        if proposal.tune is not None and len(view.board) + 1 == place:
            wish = _as_tuning(proposal.tune, view)
            if wish is not None:
                return wish
        tried = {line.name.casefold() for line in view.board}
        untried = next((idea for idea in proposal.ideas if idea.name.casefold() not in tried), None)
        # Where nobody could write it now, it waits: a failed Experiment would be all that came of it.
        if untried is None or not self._switchboard.able or not turns.time_for_one(view):
            return None
        return Draft(replace(untried, parent=_start(untried.parent, view)))

    # Writing

    def write(self, idea: Idea, view: View) -> Solution:
        """The Idea as a Solution; a recipe's by the built-in brain. Raises `CannotWriteError`."""
        if idea.by != "model":
            return self._builtin.write(idea, view)

        def compose(terms: Terms) -> Prompt:
            parent = parent_text(idea.parent, view, terms.privacy, int(terms.tokens * PARENT_SHARE))
            return _prompt(
                "write",
                task=columns_text(
                    view.card, int(terms.tokens * TASK_SHARE), parent, f"{idea.name} {idea.why} {idea.plan}"
                ),
                idea=idea.name,
                why=idea.why,
                plan=idea.plan or idea.name,
                parent=parent,
                lessons=lessons_text(view, terms.privacy),
                seconds=_fit_seconds(view),
                threads=f"{view.card.threads} threads" if view.card.threads > 1 else "one thread",
            )

        # Not this Experiment's own: it is there when a Run was interrupted just after this.
        known = {view.sources.get(line.solution, "").strip() for line in view.board[:-1]}

        def read(text: str, finish: str) -> str:
            code = read_code(text, finish=finish)
            if code.strip() in known:
                raise Unreadable("this code was tried already, letter by letter: write what the idea says")
            return code

        try:
            code = self._switchboard.consult(_question(f"write {_number(view)}", compose, read, CODE_TOKENS))
        except NoAnswer as error:
            raise CannotWriteError(f"no code came for it: {error}") from error
        return Solution(idea.name, code, COMPLEXITY)

    def repair(self, solution: Solution, diagnosis: Diagnosis, view: View) -> Repair | None:
        """By rule where one knows how; else by the model; None where neither does."""
        mended = self._builtin.repair(solution, diagnosis, view)
        if mended is not None:
            return mended
        persons = any(line.solution == solution.id and line.by == "you" for line in view.board)

        def compose(terms: Terms) -> Prompt:
            if terms.privacy == "schema" and persons:
                raise NoAnswer("the code is your own, and --privacy schema does not show it")
            return _prompt(
                "repair",
                task=columns_text(view.card, int(terms.tokens * TASK_SHARE / 2), solution.source, solution.name),
                code=numbered(solution.source),
                failure=failure_text(diagnosis, solution.source, terms.privacy, own=not persons),
            )

        def read(text: str, finish: str) -> tuple[str, str, Cause | None]:
            code = read_code(text, finish=finish)
            if code.strip() == solution.source.strip():
                raise Unreadable("the code is unchanged, and would fail again in the same way")
            return code, read_change(text), read_cause(text, solution.source)

        place = f"repair {_number(view)} {solution.id}"
        try:
            code, what, cause = self._switchboard.consult(_question(place, compose, read, CODE_TOKENS))
        except NoAnswer:
            return None
        new = Solution(solution.name, code, solution.complexity)
        return Repair(new, what or "rewritten by the model", cause)

    # Talking

    def converse(self, text: str, view: View, on_text: Callable[[str], None]) -> str:
        """What the model says; the built-in brain's words where none answers."""

        def compose(terms: Terms) -> Prompt:
            return _prompt(
                "converse",
                task=task_text(view.card, terms.privacy, int(terms.tokens * TASK_SHARE)),
                board=board_text(view, terms.privacy),
                time=time_text(view),
                text=text[: 2 * terms.tokens],
            )

        def read(reply: str, finish: str) -> str:
            del finish
            if not reply.strip():
                raise Unreadable("your reply is empty")
            return reply

        try:
            place = f"converse {len(self._switchboard.asked('converse')) + 1}"
            return self._switchboard.consult(_question(place, compose, read, TALK_TOKENS), on_text)
        except NoAnswer:
            return self._builtin.converse(text, view, on_text)

    def close(self) -> None:
        """Let go of connections and engines."""
        self._switchboard.close()


def _start(number: int | None, view: View) -> int | None:
    """The Experiment that an Idea starts from; None where there is no such one, or it is a blend."""
    return next((line.experiment for line in view.board if line.experiment == number and line.kind != "blend"), None)


def _as_tuning(wish: Wish, view: View) -> Tune | None:
    """A trial with these parameters, where there is a Solution that can be tuned; of a trial's number, its Solution."""
    named = next((line for line in view.board if line.experiment == wish.experiment), None)
    number = named.parent if named is not None and named.kind == "tune" else wish.experiment
    source = next((line for line in view.board if line.experiment == number), None)
    if source is None or source.kind != "draft" or source.score is None or not source.params:
        return None
    return Tune(source.experiment, wish.why, wish.params, by="model")


def _question(place: str, compose: Callable[[Terms], Prompt], read: Callable[[str, str], T], most: int) -> Question[T]:
    again = template("again")
    return Question(place, compose, read, lambda wrong: again.fill(wrong=wrong), most)


def _prompt(name: str, /, **values: str) -> Prompt:
    asked = template(name)
    parts = [template(part) for part in ("system", *(["contract"] if name in ("write", "repair") else []))]
    told = "\n\n".join(part.text.strip() for part in parts)
    messages = [Message("system", told), Message("user", asked.fill(**values))]
    return Prompt(messages, ", ".join(part.label for part in (*parts, asked)))


def _number(view: View) -> int:
    """The Experiment that is open: the last one on the board."""
    return view.board[-1].experiment


def _fit_seconds(view: View) -> str:
    """What one fit may take, in round words."""
    if view.seconds_left is None:
        return "a minute"
    return f"{max(1.0, view.seconds_left / (10 * view.card.folds)):.0f} seconds"

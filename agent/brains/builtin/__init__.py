"""The built-in brain: rules, recipes and statistics; it needs no model."""

from collections.abc import Callable

from mlpilot.agent.brains.builtin.deciding import decide
from mlpilot.agent.brains.builtin.portfolio import portfolio
from mlpilot.agent.brains.builtin.tables import table_of
from mlpilot.agent.brains.builtin.talking import answer
from mlpilot.agent.brains.protocol import Decision, Idea, Repair, View
from mlpilot.tools.diagnose import repair_source
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution


class BuiltinBrain:
    """Tries a portfolio, tunes what is promising, blends, repairs by rules, and knows when to stop."""

    name = "built-in"
    detail = "no model is needed"

    def propose(self, view: View) -> Decision:
        """What to do next: a pure function of the View."""
        return decide(view)

    def write(self, idea: Idea, view: View) -> Solution:
        """The recipe that the Idea names, written for this table. Raises `KeyError` for one that does not suit it."""
        recipes = {recipe.key: recipe for recipe in portfolio(view.card)}
        return recipes[idea.recipe].write(table_of(view.card))

    def repair(self, solution: Solution, diagnosis: Diagnosis, view: View) -> Repair | None:
        """The Solution with one small edit, or None when no rule knows what to do."""
        del view
        mended = repair_source(solution.source, diagnosis)
        if mended is None:
            return None
        source, what = mended
        return Repair(Solution(solution.name, source, solution.complexity), what)

    def converse(self, text: str, view: View, on_text: Callable[[str], None]) -> str:
        """How the Run stands, whatever was said: rules hold no conversation."""
        del text
        said = answer(view)
        on_text(said)
        return said

    def close(self) -> None:
        """It holds nothing."""

"""Make `docs/run.svg`, the picture in the README, from a real run: `python scripts/picture.py DATA TARGET [BUDGET]`.

The run happens here and now (default budget: 60 seconds), with state in a temporary folder; what it prints is recorded
as it is printed, without the lines that are only repainted while it goes on.
"""

import io
import os
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from mlpilot import facts, summary
from mlpilot.agent.options import RunOptions
from mlpilot.agent.pursue import run
from mlpilot.agent.task import TaskSpec
from mlpilot.live import LiveView

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "run.svg"


class StillView(LiveView):
    """What stays on the screen at the end: the view without its repainted lines."""

    def resume(self) -> None:
        """There is nothing to repaint."""


def main(data: str, target: str, budget: str = "60") -> None:
    """Run, and write the picture."""
    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True, markup=False, highlight=False)
    name = Path(data).name
    console.print(f"$ mlpilot run {name} --target {target} --budget {budget}s", style="bold")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MLPILOT_HOME"] = folder
        with StillView(console) as view:
            result = run(TaskSpec(data=data, target=target), RunOptions(budget=float(budget)), view)
        console.print()
        facts.print_facts(console, summary.of_record(result.record, result.folder))
    svg = console.export_svg(title="mlpilot")
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL))  # a reader's own font, none fetched


if __name__ == "__main__":
    main(*sys.argv[1:])

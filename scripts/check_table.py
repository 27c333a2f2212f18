"""Write the table of rules into docs/check.md; the tests say if it is out of step."""

import re
from pathlib import Path

from mlpilot.tools.diagnose.static.catalogue import markdown

PAGE = Path(__file__).resolve().parent.parent / "docs" / "check.md"
BLOCK = re.compile(r"(?<=<!-- rules -->\n).*?(?=<!-- /rules -->)", re.DOTALL)


def page(text: str) -> str:
    """The page with the table as it should be."""
    return BLOCK.sub(lambda _: markdown(), text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

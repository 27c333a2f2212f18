"""Prompts: Markdown files that read well to a person, each with a version of its own."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_HEAD = re.compile(r"---\nversion: (\d+)\n---\n(.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Template:
    """One prompt, with `{places}` to be filled."""

    name: str
    version: int
    text: str

    @property
    def label(self) -> str:
        """What the Journal says of it: "write 1"."""
        return f"{self.name} {self.version}"

    def fill(self, **values: str) -> str:
        """The text with its places filled; empty ones leave no gap."""
        return re.sub(r"\n{3,}", "\n\n", self.text.format(**values)).strip()


@cache
def template(name: str) -> Template:
    """The prompt of `agent/prompts/NAME.md`."""
    text = (files("mlpilot.agent") / "prompts" / f"{name}.md").read_text(encoding="utf-8")
    found = _HEAD.match(text)
    assert found is not None, f"{name}.md does not begin with its version"
    return Template(name, int(found.group(1)), found.group(2))

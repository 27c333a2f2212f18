"""The rules as a table of Markdown, for the documentation."""

from collections.abc import Iterator

from mlpilot.tools.diagnose.static.rules.every import RULES

GROUPS = (
    ("LEAK", "Leakage: scores that are not of unseen rows"),
    ("SPLIT", "Splits"),
    ("METRIC", "Metrics"),
    ("MODEL", "Models of scikit-learn"),
    ("TORCH0", "PyTorch: the training loop"),
    ("TORCH1", "PyTorch: losses"),
    ("TORCH2", "PyTorch: models, optimisers, data"),
    ("TORCH3", "Lightning and transformers"),
    ("KERAS0", "Keras: outputs, losses, labels, training"),
    ("KERAS1", "Keras: layers"),
    ("API", "Names that present versions no longer know"),
    ("PANDAS", "pandas"),
    ("NUMPY", "numpy"),
    ("DATA", "Categories and scales"),
)
"""(how codes begin, heading)."""


def markdown() -> str:
    """One table for each group of rules, by code."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    for start, heading in GROUPS:
        yield f"### {heading}\n"
        yield "| code | severity | what is wrong | what helps | described by |"
        yield "|---|---|---|---|---|"
        for one in sorted(RULES, key=lambda rule: rule.code):
            if one.code.startswith(start):
                cells = (one.code, one.severity, one.title, one.remedy, one.source)
                yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        yield ""

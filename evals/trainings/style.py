"""How a script is written, apart from what it does: drawn from its number, so that no two look alike."""

from dataclasses import dataclass
from random import Random

ABOUT = (
    '"""Train a small network."""',
    "# quick experiment, see what comes out",
    "#!/usr/bin/env python\n# Training script.",
    '"""A first baseline.\n\nRun it, read the last line.\n"""',
    "",
)


@dataclass(frozen=True)
class Style:
    """Choices of one author."""

    about: str
    model: str
    """sequential, class, listed or function."""
    loop: str
    """loader, slices, or function."""
    named: bool
    """Whether learning rate, epochs and batch size are constants with names at the top."""
    reports: str
    """What is printed: each, tenth or end."""
    comments: bool
    rate_name: str
    model_name: str
    held_out: bool
    """Whether rows are kept apart, and the last line is about those."""
    main: bool
    """Whether all of it stands in a main function."""


def styled(draw: Random) -> Style:
    """Someone's style."""
    return Style(
        about=draw.choice(ABOUT),
        model=draw.choice(["sequential", "class", "listed", "function"]),
        loop=draw.choice(["loader", "slices", "function"]),
        named=draw.random() < 0.5,
        reports=draw.choice(["each", "tenth", "end"]),
        comments=draw.random() < 0.6,
        rate_name=draw.choice(["LR", "LEARNING_RATE", "lr", "learning_rate"]),
        model_name=draw.choice(["model", "net", "model"]),
        held_out=draw.random() < 0.8,
        main=draw.random() < 0.25,
    )


def number(value: float) -> str:
    """A number as one would write it."""
    return f"{value:g}" if value < 1e-3 else repr(value)


def indented(code: str, by: int = 1) -> str:
    """Each line moved to the right."""
    return "\n".join("    " * by + line if line else line for line in code.split("\n"))


def joined(*parts: str) -> str:
    """Parts that say something, one below the other."""
    return "\n".join(part for part in parts if part)


def head(style: Style, imports: list[str], constants: str) -> str:
    """The top of the file."""
    plain = sorted(line for line in imports if line.startswith("import "))
    others = sorted(line for line in imports if not line.startswith("import "))
    return joined(style.about, *plain, *others) + "\n\n" + (constants + "\n\n" if constants else "")


def split(style: Style, raw: bool, stratify: bool) -> tuple[str, list[str]]:
    """(code that leaves X_train, y_train and, with held-out rows, X_test and y_test; imports)."""
    imports = []
    if style.held_out:
        imports.append("from sklearn.model_selection import train_test_split")
        more = ", stratify=y" if stratify else ""
        code = f"X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0{more})"
    else:
        code = "X_train, y_train = X, y"
    if raw:
        imports.append("from sklearn.preprocessing import StandardScaler")
        code += "\nscaler = StandardScaler()\nX_train = scaler.fit_transform(X_train).astype(np.float32)"
        code += "\nX_test = scaler.transform(X_test).astype(np.float32)" if style.held_out else ""
    return code, imports

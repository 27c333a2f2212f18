"""The promises as a page: `python -m mlpilot.sandbox.selfcheck.table > docs/promises.md` writes it anew."""

from collections.abc import Iterator

from mlpilot.sandbox.selfcheck.promises import BACKENDS, PROMISES

_HEAD = """\
# What a sandbox promises

Each line is a promise, and a check: `mlpilot doctor --deep` puts every sandbox that works on your machine to the test,
and the tests of mlpilot do so with each. A check judges what is in force, not what was asked for, and by more than the
sandbox's own word: *inside*, a Cell looks and tries, and what it tells is read strictly; *host*, mlpilot finds the
kernel's process and reads of it in the host's own /proc; *engine*, Docker's engine is asked how it runs the container;
*trial*, a Cell goes beyond a limit, and its end must be of the right type.

`mlpilot doctor --deep` ends with exit code 4 where the sandbox that a run would use breaks a promise. What the host
cannot see (an engine on another machine) is told as not seen, and not as held.
"""


def as_markdown() -> str:
    """The page."""
    return "\n".join([_HEAD.rstrip(), *_rows(), "", *_notes(), ""])


def _reasons() -> list[str]:
    found = [reason for promise in PROMISES for name, reason in promise.otherwise.items() if name in BACKENDS]
    return list(dict.fromkeys(found))


def _rows() -> Iterator[str]:
    reasons, group = _reasons(), ""
    for promise in PROMISES:
        if promise.group != group:
            group = promise.group
            yield f"\n## {group[0].upper()}{group[1:]}\n"
            yield f"| promise | | told by | {' | '.join(BACKENDS)} |"
            yield "|---" * (3 + len(BACKENDS)) + "|"
        marks = [
            f"({reasons.index(promise.otherwise[name]) + 1})" if name in promise.otherwise else "yes"
            for name in BACKENDS
        ]
        yield f"| {promise.name} | {promise.words} | {promise.view} | {' | '.join(marks)} |"


def _notes() -> Iterator[str]:
    yield "## Where it is otherwise\n"
    for number, reason in enumerate(_reasons(), 1):
        yield f"{number}. {reason[0].upper()}{reason[1:]}."


if __name__ == "__main__":
    print(as_markdown(), end="")

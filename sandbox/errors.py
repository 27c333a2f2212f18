"""Errors meant for the person: one line that says what is wrong and what to do, and the exit code it deserves.

They live in the lowest layer so that every layer above can raise them. What goes wrong *inside* a sandbox is never an
exception: it is a typed `CellResult` (see `protocol`), which a Brain can act on.
"""


class UserError(Exception):
    """The person's input is wrong; the message is one line that says what to do about it."""

    exit_code = 2


class NoSandboxError(UserError):
    """No sandbox works here, or the one that was asked for is gone; nothing was run."""

    exit_code = 4


class NotBuiltError(UserError):
    """The person's own packages were asked for and are not there; installing them takes a yes."""


class NoModelError(UserError):
    """`--brain llm` was asked for, and no endpoint is configured."""

    exit_code = 5


class FailedError(UserError):
    """It ran, and the answer is bad; the message is one line that says why."""

    exit_code = 3

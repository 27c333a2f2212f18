"""Packages of the person's own: what would be installed is shown first, and nothing is without their yes."""

import sys
from collections.abc import Callable

from mlpilot.agent.atomic import write_atomically
from mlpilot.agent.report.words import plural
from mlpilot.agent.settings import FILE, Settings, environment_of, read_settings
from mlpilot.sandbox import added
from mlpilot.sandbox.errors import NoSandboxError, NotBuiltError, UserError
from mlpilot.streams import clean, note

_SHOWN = 40


def offer(sandbox: str) -> None:
    """Before a command needs them: at a terminal, ask whether packages that are not there are to be installed now.

    Raises `NotBuiltError` where there is no terminal to ask at, or the answer is no.
    """
    settings = read_settings()
    if not settings.packages:
        return
    from mlpilot.sandbox.choose import is_built

    environment = environment_of(settings)
    if is_built(sandbox, environment):
        return
    if not _at_terminal():
        raise NotBuiltError(environment.missing)
    note(environment.missing.partition(":")[0])
    build(settings)


def build(settings: Settings, *, yes: bool = False, upgrade: bool = False, base: str | None = None) -> str:
    """Resolve, show, ask, install and lock; returns the image's tag, or the folder where no engine answers.

    The packages go into a folder of the user's cache, and into an image upon the sandbox's own (which is built upon
    `base`, where the engine lacks it). Raises `UserError`, `NoSandboxError`.
    """
    from mlpilot.sandbox.installing import install, plan

    known = None if upgrade else added.read(settings.lock_file)
    note("asking pip what they come to")
    first = plan(settings.packages, known)
    folder = first.lock.folder()
    if known is None or folder is None or not folder.is_dir() or first.lock.pins != known.pins:
        for line in shown(first.lock, first.bytes):
            note(line)
        _agree(yes)
    folder = install(first.lock)
    lock, tag = _into_image(first.lock, base, lambda line: note(clean(line)))
    write_atomically(settings.lock_file, added.text_of(lock))
    return tag or str(folder)


def shown(lock: added.Lock, size: int | None) -> list[str]:
    """What would be installed, how large it is, and where it comes from and goes."""
    if not lock.packages:
        return [f"the sandbox holds all that {FILE} asks for; there is nothing to install"]
    pins = [f"   {clean(package.name)[:60]} {clean(package.version)[:40]}" for package in lock.packages[:_SHOWN]]
    more = [f"   and {len(lock.packages) - _SHOWN} more"] if len(lock.packages) > _SHOWN else []
    large = "size not told" if size is None else f"{size / 1e6:,.1f} MB to fetch"
    return [
        f"to be added to the sandbox, for what {FILE} asks for:",
        *pins,
        *more,
        f"{plural(len(lock.packages), 'package')}, {large}, from where pip's settings on this machine say;",
        f"wheels only, into {added.packages_folder()} and, where Docker answers, an image upon the sandbox's own",
    ]


def _agree(yes: bool) -> None:
    """Raises `UserError` unless the person said yes, by option or at the terminal."""
    if yes:
        return
    if not _at_terminal():
        raise UserError("nothing was installed: that takes a yes; say it with `mlpilot sandbox build --yes`")
    print("install? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise NotBuiltError("nothing was installed")


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _into_image(lock: added.Lock, base: str | None, progress: Callable[[str], object]) -> tuple[added.Lock, str]:
    """The image with the packages too, where an engine answers; the lock, with files for its Python, and the tag."""
    from mlpilot.sandbox.docker import connect
    from mlpilot.sandbox.image import build as images
    from mlpilot.sandbox.installing import plan

    try:
        connect()
    except NoSandboxError as error:
        progress(f"note: {error}; the packages are there for the other sandboxes")
        return lock, ""
    if base is not None:
        images.build(base, progress)
    python = images.python_of_image(progress)
    if python != added.this_python():
        other = plan(lock.asked, lock, python).lock
        if other.pins != lock.pins:
            raise UserError(
                f"the image's Python {python} would need other versions than this Python {added.this_python()}: build "
                "the image upon one like it, with --base"
            )
        lock = other
    return lock, images.build_with(lock, python, progress)

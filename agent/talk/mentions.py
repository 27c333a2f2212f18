"""Files that a person names with an @: tables are taken up, the text of small files goes to the model with the words.

A mention is the person's own word that this file may be told: its text is sent under `--privacy schema` too, whereas of
a table no more than its description is, by the same terms as without the @. Hidden files are never taken: keys live
there.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from mlpilot.agent.brains.llm.marks import escaped, marked
from mlpilot.agent.data.phrases import shown
from mlpilot.sandbox.errors import UserError

MOST_BYTES = 32 * 1024
"""Of all the files of one turn together."""
_MENTION = re.compile(r"""(?<!\S)@(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'@]+))""")
_TABLE = re.compile(r"\.(?:csv|tsv|parquet|pq|jsonl|ndjson|xlsx?|ods)(?:\.gz)?$", re.IGNORECASE)
_AROUND = ",;:!?)."


@dataclass(frozen=True)
class Mentioned:
    """What a text mentions."""

    words: str
    """The text, each file by its bare name."""
    tables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def mentioned(text: str) -> Mentioned:
    """The files that `text` mentions. An @ before what is no file, and does not look like one, is a word like others.

    Raises `UserError` for a name that looks like a file and is none.
    """
    tables: list[str] = []
    files: list[str] = []

    def name_of(found: re.Match[str]) -> str:
        name, after = found.group(1) or found.group(2) or "", ""
        if not name:
            whole = found.group(3)
            name = whole if Path(whole).expanduser().is_file() else whole.rstrip(_AROUND)
            after = whole[len(name) :]
        path = Path(name).expanduser()
        if not path.is_file():
            if "." not in name and "/" not in name:
                return found.group()
            raise UserError(f"@{shown(name)}: there is no such file{_like(path)}")
        into = tables if _TABLE.search(path.name) else files
        if name not in into:
            into.append(name)
        return (f'"{name}"' if " " in name else name) + after

    words = _MENTION.sub(name_of, text)
    return Mentioned(words, tuple(tables), tuple(files))


def table_here(folder: Path) -> str:
    """The name of a table in this folder, the newest, as one types it; empty where there is none."""
    try:
        found = [one for one in folder.iterdir() if _TABLE.search(one.name) and one.is_file()]
        newest = max(found, key=lambda one: one.stat().st_mtime, default=None)
    except OSError:
        return ""
    if newest is None or newest.name.startswith(".") or not newest.name.isprintable() or '"' in newest.name:
        return ""
    return f'"{newest.name}"' if " " in newest.name else newest.name


def with_files(text: str, files: tuple[str, ...]) -> str:
    """The words, and below them the text of each file. Raises `UserError` where it is not small, plain text."""
    parts, left = [text], MOST_BYTES
    for name in files:
        path = Path(name).expanduser()
        if any(part.startswith(".") and part not in (".", "..") for part in path.parts):
            raise UserError(f"@{shown(name)} is hidden, and is not sent: keys live in such files")
        size = path.stat().st_size
        if size > left:
            raise UserError(f"@{shown(name)} is too long to be told: {MOST_BYTES // 1024} KiB is the most in one turn")
        left -= size
        try:
            found = path.read_bytes().decode("utf-8")
        except OSError as error:
            raise UserError(f"@{shown(name)}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UserError(f"@{shown(name)} is not UTF-8 text") from None
        if "\0" in found:
            raise UserError(f"@{shown(name)} is not text")
        parts.append(f"{escaped(name)}:\n{marked(found)}")
    return "\n\n".join(parts)


def _like(path: Path) -> str:
    try:
        names = [one.name for one in path.parent.iterdir() if one.is_file()]
    except OSError:
        return ""
    near = get_close_matches(path.name, names, n=1)
    return f"; did you mean {shown(near[0])}?" if near else ""

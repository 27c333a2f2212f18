"""The parts of the chat, each by itself: requests, mentions, pastes, changes of files, Markdown, pictures."""

import io
import threading
from pathlib import Path

import pytest

from mlpilot.agent.talk.asking import turn
from mlpilot.agent.talk.exporting import exported
from mlpilot.agent.talk.memory import Entry
from mlpilot.agent.talk.mentions import mentioned, with_files
from mlpilot.agent.talk.wishes import command, defined, duration, is_code, understand
from mlpilot.chat import happenings as happen
from mlpilot.chat.alerts import Alerts
from mlpilot.chat.changes import Changes
from mlpilot.chat.images import _sequence
from mlpilot.chat.looks import THEMES, console, first_theme
from mlpilot.chat.markdown import Lines
from mlpilot.chat.pasting import Pastes
from mlpilot.chat.show import Printer
from mlpilot.chat.stopping import Stopped, abandonable
from mlpilot.sandbox.errors import UserError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / ".mlpilot"))
    (tmp_path / "churn.csv").write_text("fee,churned\n1,yes\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "verbs"),
    [
        ("load churn.csv and tell me what's odd", ["load", "odd"]),
        ("Please predict churned for five minutes", ["run"]),
        ("find the best model for churned", ["run"]),
        ("load 'my data.csv' and predict price by r2", ["load", "run"]),
        ("tune the best for ten minutes", ["tune"]),
        ("why did fold 3 fail?", ["why"]),
        ("what's in churn.csv?", ["load"]),
        ("describe churn.csv", ["load", "odd"]),
        ("what is odd about churn.csv?", ["load", "odd"]),
        ("predict churned from 'my churn.csv' for 5m", ["load", "run"]),
        ("predict new.csv", ["predict"]),
        ("how is it going?", ["status"]),
        ("stop", ["stop"]),
        ("show me the board", ["board"]),
        ("df.describe()", ["cell"]),
        ("x = 1", ["cell"]),
        ("hello", []),
        ("what do you think of it all", []),
        ("", []),
    ],
)
def test_plain_requests(text: str, verbs: list[str]) -> None:
    assert [wish.verb for wish in understand(text)] == verbs


def test_words_of_requests() -> None:
    assert understand("predict churned for half an hour")[0].words == ("--target", "churned", "--budget", "30m")
    assert understand("model 'monthly fee' by r2")[0].words == ("--target", "monthly fee", "--metric", "r2")
    assert [duration(text) for text in ("5m", "ninety", "two hours", "45 sec")] == ["5m", None, "2h", "45s"]
    assert command("cell print('a  b')").words == ("print('a  b')",)
    assert not is_code("tune") and not is_code("!ls") and is_code("print(1)")
    assert not any(is_code(text) for text in ("data is odd", "not good", "fee, plan", "yes or no", "42"))
    known = defined("import pandas as pd, os.path\nx = [y for y in (1, 2)]\ndef f(): pass")
    assert known == {"pd", "os", "x", "y", "f"} and is_code("x", known) and is_code("x is y", known)
    assert not is_code("x is odd", known) and not is_code("not good", known)
    with pytest.raises(UserError, match="quote"):
        command("load 'x")


@pytest.mark.parametrize(
    "name", ["../x.py", "/etc/x", ".bashrc", "a/.git/x", "link/x.py", "", "no/such/x.py", "a\x1bb"]
)
def test_where_files_may_be_written(here: Path, name: str) -> None:
    (here / "link").symlink_to("/tmp")
    with pytest.raises(UserError):
        Changes(here, "talk").proposed(name, "x")


def test_what_was_changed_since_is_not_undone(here: Path) -> None:
    changes = Changes(here, "talk")
    changes.write(changes.proposed("new.py", "x = 1"))
    (here / "new.py").write_text("x = 3\n")
    with pytest.raises(UserError, match="changed since"):
        changes.undo()
    (here / "new.py").unlink()
    (here / "new.py").symlink_to(here / "churn.csv")
    with pytest.raises(UserError, match="behind a link"):
        changes.undo()
    (here / "new.py").unlink()
    (here / "new.py").write_text("x = 1\n")
    assert changes.undo().name == "new.py" and not (here / "new.py").exists()


def test_changes_of_a_talk_that_ended_are_undone_one_by_one(here: Path) -> None:
    (here / "clean.py").write_bytes(b"# \xc3\xbc\r\nx = 1")
    (here / "clean.py").chmod(0o750)
    for name, text in (("clean.py", "x = 2"), ("new.py", "y = 1"), ("clean.py", "x = 3\ny = 4")):
        changes = Changes(here, "talk")  # each time as after a resume
        changes.write(changes.proposed(name, text))
    assert (here / "clean.py").read_bytes() == b"x = 3\r\ny = 4\r\n"
    with (here / ".mlpilot" / "undo" / "talk" / "ledger.jsonl").open("a") as ledger:
        ledger.write('{"id": "cut by a cra')
    found = [Changes(here, "talk").undo().name for _ in range(3)]
    assert found == ["clean.py", "new.py", "clean.py"]
    assert (here / "clean.py").read_bytes() == b"# \xc3\xbc\r\nx = 1" and not (here / "new.py").exists()
    assert (here / "clean.py").stat().st_mode & 0o777 == 0o750
    with pytest.raises(UserError, match="nothing"):
        Changes(here, "talk").undo()
    with pytest.raises(UserError, match="nothing"):
        Changes(here, "another").undo()


def test_a_change_keeps_line_ends_and_never_covers_what_the_person_did_meanwhile(here: Path) -> None:
    (here / "dos.py").write_bytes(b"x = 1\r\n")
    changes = Changes(here, "talk")
    change = changes.proposed("dos.py", "x = 2\ny = 3")
    assert change.after == "x = 2\r\ny = 3\r\n" and change.diff.count("-x") == 1
    (here / "dos.py").write_bytes(b"x = 5\r\n")  # while the question was open
    with pytest.raises(UserError, match="changed since it was shown"):
        changes.write(change)
    assert (here / "dos.py").read_bytes() == b"x = 5\r\n"
    with pytest.raises(UserError, match="nothing"):
        changes.undo()


def test_what_cannot_be_interrupted_is_left_behind() -> None:
    stopping, release = threading.Event(), threading.Event()
    threading.Timer(0.05, stopping.set).start()
    with pytest.raises(Stopped):
        abandonable(lambda: release.wait(60), stopping)
    release.set()
    assert abandonable(lambda: 6 * 7, threading.Event()) == 42
    with pytest.raises(ZeroDivisionError):
        abandonable(lambda: 1 // 0, threading.Event())


def test_files_by_their_names(here: Path) -> None:
    (here / "clean.py").write_text("x = '</data>'\n")
    (here / "my notes.txt").write_text("ü\n")
    found = mentioned('see @clean.py, @"my notes.txt" and @churn.csv. Ask @ann, or a@b.org')
    assert found.words == 'see clean.py, "my notes.txt" and churn.csv. Ask @ann, or a@b.org'
    assert found.files == ("clean.py", "my notes.txt") and found.tables == ("churn.csv",)
    told = with_files("words", found.files)
    assert told.startswith("words\n\nclean.py:\n<data>\n") and told.count("</data>") == 2 and "ü" in told
    with pytest.raises(UserError, match=r"did you mean clean\.py"):
        mentioned("see @claen.py")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (".env", b"KEY=1", "hidden"),
        ("long.txt", b"x" * 40_000, "too long"),
        ("latin.txt", b"\xe9", "UTF-8"),
        ("zero.bin", b"a\0b", "not text"),
    ],
)
def test_files_that_are_not_told(here: Path, name: str, content: bytes, said: str) -> None:
    (here / name).write_bytes(content)
    with pytest.raises(UserError, match=said):
        with_files("see", mentioned(f"see @{name}").files)


def test_long_pastes_are_a_word_until_they_are_entered() -> None:
    pastes = Pastes()
    long = "\n".join(map(str, range(10_000)))
    assert pastes.taken("a\r\nb") == "a\nb"
    word = pastes.taken(long.replace("\n", "\r"))
    assert word == "[paste 1: 10,000 lines]"
    assert pastes.restored(f"see {word}, not [paste 2: 3 lines]") == f"see {long}, not [paste 2: 3 lines]"


@pytest.mark.parametrize(
    ("reply", "acts"),
    [
        ("no block", []),
        ("```python\na\n```\n```py\nb\n```", [("cell", "a")]),
        ("````python\n```\nx\n```\n````", [("cell", "```\nx\n```")]),
        ("~~~file a.py\nx\n~~~\n```mlpilot\nstatus\n```", [("file", "x"), ("command", "status")]),
        ("```json\n{}\n```", []),
        ("```python\nnever ends", [("cell", "never ends")]),
    ],
)
def test_acts_in_replies(reply: str, acts: list[tuple[str, str]]) -> None:
    assert [(act.kind, act.text) for act in turn(reply).acts] == acts


def test_a_block_that_was_cut_is_no_act() -> None:
    assert turn("```python\nrm_everything(", cut=True).acts == ()


def test_markdown_streams_line_by_line() -> None:
    lines = Lines()
    found = [
        line.plain
        for piece in ("# He", "ad\n- a **b** `c`\n```py", "thon\nx = 1\n```\nend")
        for line in lines.feed(piece)
    ]
    assert found == ["Head", "• a b c", "  python", "  x = 1", ""]
    assert lines.pending == "end"
    assert "\x1b" not in "".join(line.plain for line in lines.feed("\x1b]0;owned\x07\x1b[31mred\n"))


def test_pictures_go_to_terminals_that_know_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    assert _sequence(bytes(9000)).count("\x1b_G") == 3
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("TERM_PROGRAM", "")
    assert _sequence(bytes(9)) == ""


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast of two colours written as #rrggbb."""

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted([light(one), light(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "background"), [("dark", "#303030"), ("light", "#e8e8e8")])
def test_a_theme_can_be_read_on_its_background(theme: str, background: str) -> None:
    assert {"dim", "red", "green", "cyan", "magenta"} <= {*THEMES[theme]}
    assert min(contrast(colour, background) for colour in THEMES[theme].values()) >= 4.5


def test_a_theme_says_what_a_style_looks_like(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = {}
    for theme in THEMES:
        out = io.StringIO()
        Printer(console(out, theme))(happen.Trouble("it broke"))
        shown[theme] = out.getvalue()
    assert shown["none"] == "! it broke\n"
    assert "\x1b[31m" in shown["auto"] and "38;2;255;138;128" in shown["dark"] and "38;2;179;38;30" in shown["light"]
    monkeypatch.setenv("MLPILOT_THEME", "light")
    assert first_theme() == "light"
    monkeypatch.setenv("NO_COLOR", "1")
    assert first_theme() == "none"


def test_a_person_who_is_elsewhere_is_told_of_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    sent: list[str] = []
    clock = iter([0.0, 0.0, 12.0, 20.0, 20.0, 27.0, 33.0])
    monkeypatch.setenv("MLPILOT_NOTIFY", "bell")
    alerts = Alerts(sent.append, clock.__next__)
    alerts.after(alerts.now(), "12 seconds of work")
    alerts.seen()  # at 20
    began = alerts.now()
    alerts.after(began, "7 seconds")
    assert sent == ["\a"]
    alerts.kind = "desktop"
    alerts.after(began, "a\x1b]0;title\ab")
    assert sent[1:] == ["\x1b]9;mlpilot: ab\a"]
    monkeypatch.setenv("TERM", "dumb")
    assert Alerts(sent.append).kind == "off"


STORY = (
    ("asked", "what is <b>odd</b>?", {}),
    ("said", "Look: ![x](http://192.0.2.1/y)\n```python\nprint('a<b')\n```\n", {}),
    ("cell", "print('a<b')", {"by_model": True}),
    ("output", "a<b\n```\n<script>1</script>\x1b[2J\n", {"status": "ok", "stderr": "", "error": ""}),
    ("asked", "/cell 1/0", {}),
    ("cell", "1/0", {"by_model": False}),
    ("output", "", {"status": "error", "stderr": "", "error": "ZeroDivisionError"}),
    ("facts", "", {"rows": [["table", "<img src=x>"]]}),
    ("asked", "x = 6 * 7", {}),
    ("cell", "x = 6 * 7", {"by_model": False}),
    ("output", "", {"status": "ok", "stderr": "", "error": ""}),
)


def test_a_talk_is_written_down_as_markdown_a_script_and_a_notebook() -> None:
    import nbformat

    entries = [Entry(kind, text, more) for kind, text, more in STORY]
    told = exported(entries, "calm-owl", ".md")
    assert "> what is \\<b>odd\\</b>?" in told and "\\![x]" in told and told.count("print('a<b')") == 1
    assert "````text\na<b\n```\n<script>1</script>\n````" in told and "```text\ntable: <img src=x>\n```" in told
    script = exported(entries, "calm-owl", ".py")
    spoken: dict[str, object] = {}
    exec(compile(script, "talk.py", "exec"), {"print": lambda text: spoken.update(said=text)}, spoken)
    assert spoken["said"] == "a<b" and spoken["x"] == 42 and "#     1/0" in script and "# › x = 6" not in script
    book = nbformat.reads(exported(entries, "calm-owl", ".ipynb"), as_version=4)
    nbformat.validate(book)
    ran = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.source for cell in ran] == ["print('a<b')", "1/0", "x = 6 * 7"]
    assert "ZeroDivisionError" in ran[1].outputs[0].text and "\x1b" not in ran[0].outputs[0].text
    assert not any("print(" in cell.source for cell in book.cells if cell.cell_type == "markdown")

"""The parts of the chat, each by itself: requests, mentions, pastes, changes of files, Markdown, pictures."""

import threading
from pathlib import Path

import pytest

from mlpilot.agent.talk.asking import turn
from mlpilot.agent.talk.mentions import mentioned, with_files
from mlpilot.agent.talk.wishes import command, duration, is_code, understand
from mlpilot.chat.changes import Changes
from mlpilot.chat.images import _sequence
from mlpilot.chat.markdown import Lines
from mlpilot.chat.pasting import Pastes
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
    (here / "new.py").write_text("x = 1\n")
    assert changes.undo().name == "new.py" and not (here / "new.py").exists()


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

"""The chat, taken a turn at a time: by commands, by plain requests, and by a scripted model (a fake of the peer)."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlpilot.agent.options import RunOptions
from mlpilot.agent.talk.memory import Memory
from mlpilot.agent.talk.overview import overview
from mlpilot.chat import happenings as happen
from mlpilot.chat.copilot import LONGEST, MOST_ROUNDS, Copilot
from mlpilot.chat.workshop import is_picture
from mlpilot.cli import main
from mlpilot.evals.scripted import Fault, Peer, ScriptedServer

TABLE = "fee,plan,churned\n" + "".join(
    f"{index % 7 + 0.5},{'Basic' if index % 3 else 'basic '},{'yes' if index % 2 else 'no'}\n" for index in range(60)
)
SECRET = "Basic"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, with a table in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / ".mlpilot"))
    (tmp_path / "churn.csv").write_text(TABLE)
    return tmp_path


class Talk:
    """A Copilot, and all that it told."""

    def __init__(self, *, memory: Memory | None = None, approve: bool = True, **options: Any) -> None:
        self.told: list[happen.Happening] = []
        self.copilot = Copilot(
            memory or Memory.new(), RunOptions(**{"sandbox": "none", **options}), self.told.append, lambda _: approve
        )

    def say(self, text: str) -> bool:
        self.told.clear()
        return self.copilot.turn(text)

    def text(self, kind: type = object) -> str:
        return "\n".join(repr(what) for what in self.told if isinstance(what, kind))


@pytest.fixture
def talk() -> Iterator[Callable[..., Talk]]:
    made: list[Talk] = []

    def make(**options: Any) -> Talk:
        made.append(Talk(**options))
        return made[-1]

    yield make
    for one in made:
        one.copilot.close()


# Without a model


def test_what_is_odd_is_counted(here: Path) -> None:
    lines = TABLE.splitlines()
    lines[3:6] = ["-999,Pro,yes"] * 3
    lines[7] = "1e9,Pro,no"
    (here / "odd.csv").write_text("\n".join(lines))
    odd = "\n".join(overview("odd.csv").odd)
    assert "copies of others" in odd
    assert "fee: -999 stands 3 times" in odd
    assert "1e+09 the farthest" in odd
    assert "plan: one value in several spellings" in odd


def test_commands_need_no_model(talk: Callable[..., Talk]) -> None:
    chat = talk()
    assert chat.say("load churn.csv and tell me what's odd")
    assert "60 rows × 3 columns" in chat.text() and "several spellings" in chat.text()
    assert chat.say("/cell x = 41")
    assert chat.say("x + 1")
    assert "42" in chat.text(happen.CellText)
    assert chat.say("x") and "41" in chat.text(happen.CellText)
    assert not chat.say("1 / 0")
    assert not chat.say("make me happy") and "no model is configured" in chat.text()
    assert chat.say("hello, what can you do?") and "“load churn.csv and tell me" in chat.text()
    assert not chat.say("/bord") and "did you mean /board?" in chat.text(happen.Trouble)
    assert not chat.say("/run --target chruned") and "did you mean 'churned'?" in chat.text(happen.Trouble)
    assert not chat.say("/undo") and not chat.say("/stop") and not chat.say("/load nothing.csv")


def test_a_run_goes_on_beside_the_talk(talk: Callable[..., Talk]) -> None:
    chat = talk()
    assert chat.say("load churn.csv")
    assert chat.say("/run --target churned --max-experiments 1 --brain builtin")
    assert chat.say("print('meanwhile')")
    assert chat.copilot.deeds.ended.wait(120)
    assert "best" in chat.text(happen.Facts)
    assert chat.say("show me the board") and chat.say("/why 1") and chat.say("/code")
    again = talk(memory=chat.copilot.memory)
    again.copilot.recall()
    assert again.copilot.deeds.run == chat.copilot.deeds.run
    assert again.copilot.deeds.overview is not None


def test_figures_are_kept_where_they_are_pictures(talk: Callable[..., Talk]) -> None:
    chat = talk()
    assert chat.say("import matplotlib.pyplot as plt\nplt.plot([1, 2])")
    figure = next(what for what in chat.told if isinstance(what, happen.Figure))
    assert figure.path.read_bytes() == figure.data and is_picture(figure.data)
    assert not is_picture(b"GIF89a" + bytes(100))
    assert not is_picture(figure.data[:16] + b"\xff" * 8 + figure.data[24:]), "it says that it is four gigapixels wide"


# With a model


def scripted(*replies: str) -> ScriptedServer:
    """A fake model that says these, one after another; the last one over and over."""
    waiting = list(replies)
    return ScriptedServer(reply=lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0])


def asked(server: ScriptedServer) -> str:
    """All that it was sent."""
    return "\n".join(json.dumps(one.json.get("messages", "")) for one in server.requests)


def test_a_model_acts_and_hears_what_came_of_it(talk: Callable[..., Talk]) -> None:
    cell = "Let me look.\n\n```python\nimport pandas as pd\nprint(pd.read_csv('churn.csv').plan.unique())\n```\n"
    with scripted(cell, "It has two spellings.") as server:
        chat = talk(model="scripted-1", base_url=server.base_url, sandbox="auto")
        assert chat.say("/load churn.csv")
        assert chat.say("which plans are there?")
    assert [type(what).__name__ for what in chat.told if not isinstance(what, happen.Piece | happen.Doing)] == [
        "Said", "CellBegins", "CellText", "CellEnded", "Said",
    ]  # fmt: skip
    assert "the cell ended well" in asked(server) and SECRET in asked(server), "it is on this machine, and told all"


def test_python_runs_as_it_is_beside_a_model_which_hears_of_it(talk: Callable[..., Talk]) -> None:
    with scripted("I have seen it.") as server:
        chat = talk(model="scripted-1", base_url=server.base_url, privacy="schema")
        assert not chat.say("print('Basic', 6 * 7); {}['Pro']")
        assert "42" in chat.text(happen.CellText) and not server.asked
        assert chat.say("why did that fail?")
    told = asked(server)
    assert "there is no key" in told and "were shown to the person" in told and "Basic 42" not in told


def test_under_schema_no_value_is_told(talk: Callable[..., Talk]) -> None:
    code = "import pandas as pd\nplans = pd.read_csv('churn.csv').plan\nprint(plans.unique())\nint(plans[1])"
    cell = f"```python\n{code}\n```"
    with scripted(cell, "I cannot see it.") as server:
        chat = talk(model="scripted-1", base_url=server.base_url, privacy="schema", sandbox="auto")
        assert chat.say("/load churn.csv")
        assert not chat.say("which plans are there?")
    told = asked(server)
    assert "a text is no whole number" in told and "were shown to the person" in told and "'plan': category" in told
    assert SECRET not in told and "churn.csv" not in told.replace("read_csv('churn.csv')", "")


def test_a_file_is_written_only_with_a_yes_and_taken_back(here: Path, talk: Callable[..., Talk]) -> None:
    (here / "clean.py").write_text("x = 1\n")
    proposal = "Here.\n```file clean.py\nx = 2\n```\n"
    for approve, left in ((False, "x = 1\n"), (True, "x = 2\n")):
        with scripted(proposal, "Done.") as server:
            chat = talk(model="scripted-1", base_url=server.base_url, approve=approve)
            chat.say("set x to 2")
        assert "-x = 1" in chat.text(happen.Diff)
        assert (here / "clean.py").read_text() == left
    again = talk(memory=Memory.of(chat.copilot.memory.name))
    assert again.say("/undo") and (here / "clean.py").read_text() == "x = 1\n", "also when the talk goes on later"
    assert not again.say("/undo") and "nothing" in again.text(happen.Trouble)


def test_a_model_that_never_stops_is_stopped(talk: Callable[..., Talk]) -> None:
    with scripted("```python\n1\n```") as server:
        chat = talk(model="scripted-1", base_url=server.base_url)
        chat.say("go")
    assert len([what for what in chat.told if isinstance(what, happen.CellBegins)]) == MOST_ROUNDS


def test_a_model_cannot_give_commands_of_its_own_making(talk: Callable[..., Talk]) -> None:
    with scripted("```mlpilot\nrm -rf everything\n```", "Oh.") as server:
        chat = talk(model="scripted-1", base_url=server.base_url)
        assert not chat.say("go")
    assert "there is no command 'rm'" in chat.text(happen.Trouble)


def test_an_outage_leaves_the_grammar(talk: Callable[..., Talk]) -> None:
    with scripted("x") as server:
        chat = talk(model="scripted-1", base_url=server.base_url)
    assert chat.say("load churn.csv")
    assert chat.text(happen.Trouble) and "60 rows" in chat.text()


def at_once(peer: Peer) -> None:
    """All of a reply in one packet, as a busy machine may see it."""
    pieces = [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}] * 40
    ends = [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    events = [{"id": "c", "object": "chat.completion.chunk", "choices": [one]} for one in [*pieces, *ends]]
    peer.head(200, "text/event-stream")
    peer.raw(b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in events) + b"data: [DONE]\n\n")


@pytest.mark.parametrize("fault", [None, Fault("at once", "server", at_once)], ids=["in pieces", "at once"])
def test_stopping_ends_the_turn_and_not_the_talk(fault: Fault | None, talk: Callable[..., Talk]) -> None:
    with ScriptedServer(reply=lambda _: "word " * 400, fault=lambda *_: fault) as server:
        chat = talk(model="scripted-1", base_url=server.base_url)
        tell = chat.told.append

        def stop_at_once(what: happen.Happening) -> None:
            tell(what)
            if isinstance(what, happen.Piece):
                chat.copilot.interrupt()

        chat.copilot._show = stop_at_once
        assert not chat.say("go on and on")
        assert "stopped" in chat.text(happen.Told)
        assert not any(isinstance(what, happen.Said) for what in chat.told)
        assert chat.say("/cell 1")


def test_a_reply_that_never_begins_is_left_and_nobody_is_blamed(talk: Callable[..., Talk]) -> None:
    hang = Fault("hang", "server", lambda peer: peer.wait(3600))
    with ScriptedServer(reply=lambda _: "Here.", fault=lambda number, _: hang if number == 0 else None) as server:
        chat = talk(model="scripted-1", base_url=server.base_url)
        tell = chat.told.append

        def stop_when_asked(what: happen.Happening) -> None:
            tell(what)
            if isinstance(what, happen.Doing) and "asking" in what.text and not server.asked:
                threading.Timer(0.1, chat.copilot.interrupt).start()

        chat.copilot._show = stop_when_asked
        assert not chat.say("hang")
        assert chat.text(happen.Told) == "Told(text='stopped')" and not chat.text(happen.Trouble)
        assert chat.say("hello")
        assert [what.text for what in chat.told if isinstance(what, happen.Said)] == ["Here."]


def test_under_schema_a_mention_tells_the_file_and_of_a_table_no_value(here: Path, talk: Callable[..., Talk]) -> None:
    (here / "clean.py").write_text("threshold = 12345\n")
    with scripted("I see.") as server:
        chat = talk(model="scripted-1", base_url=server.base_url, privacy="schema")
        assert chat.say("what does @clean.py do to @churn.csv?")
    assert "the text of clean.py goes to the model" in chat.text(happen.Told) and "60 rows" in chat.text()
    told = asked(server)
    assert "threshold = 12345" in told and "'plan': category" in told and SECRET not in told
    assert chat.say("/cost") and "tokens, $0.00 of at most $1.00" in chat.text()
    again = talk(memory=chat.copilot.memory, model="scripted-1", base_url=server.base_url)
    again.copilot.recall()
    assert again.copilot.tokens == chat.copilot.tokens > 0
    assert chat.say("/privacy") and "hidden files" in chat.text()


def test_a_mention_works_without_a_model(talk: Callable[..., Talk]) -> None:
    chat = talk()
    assert chat.say("what is odd about @churn.csv?")
    assert "60 rows" in chat.text() and "several spellings" in chat.text()
    assert chat.say("@churn.csv") and not chat.text(happen.CellBegins)
    assert chat.say("/load @churn.csv") and not chat.say("x" * (LONGEST + 1))


# What is seen


# The command


def test_one_turn_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chat", "-p", "print(6 * 7)", "--json", "--sandbox", "none"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "done" and answer["cells"][0]["stdout"] == "42\n"
    assert main(["chat", "-p", "/load churn.csv", "--jsonl"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"facts", "told"} <= {event["event"] for event in events}
    assert events[0]["talk"] and events[-1] == {"event": "end", "status": "done"}
    assert main(["chat", "-p", "sing to me", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["status"] == "failed"


def test_without_a_sandbox_the_exit_code_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    assert main(["chat", "-p", "print(1)", "--sandbox", "docker"]) == 4
    assert "no Docker engine answers" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no terminal"),
        (["--json"], "need -p"),
        (["-p", " "], "is empty"),
        (["no-such-run", "-p", "x"], "no-such-run"),
    ],
)
def test_wrong_input_is_told_in_a_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chat", *words]) == 2
    found = capsys.readouterr().err
    assert said in found and found.count("\n") == 1


def test_a_standard_input_that_is_closed_is_empty() -> None:
    for words, said in (("chat", "no terminal to talk at"), ("chat -p -", "-p is empty")):
        command = f"{sys.executable} -m mlpilot {words} <&-"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1) and said in done.stderr


def test_a_talk_goes_on_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chat", "-p", "/load churn.csv", "--json"]) == 0
    name = json.loads(capsys.readouterr().out)["talk"]
    assert main(["chat", name, "-p", "/odd", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["talk"] == name and "spellings" in again["answer"]
    assert main(["chat", name, "-p", "/export talk.md", "--json"]) == 0
    assert "60 rows × 3 columns" in Path("talk.md").read_text() and capsys.readouterr()
    assert main(["chat", name, "-p", "/export talk.md", "--json"]) == 3, "it is there already"
    assert "name another" in capsys.readouterr().out
    assert main(["chat", name, "-p", "/undo", "--json"]) == 0 and not Path("talk.md").exists()


@pytest.mark.slow
def test_a_run_ends_with_the_talk_that_started_it(here: Path) -> None:
    """Killed outright, the talk takes its run with it; the run can be resumed."""
    code = (
        "import os, signal\n"
        "from mlpilot.chat.pursuit import Pursuit\n"
        "began = []\n"
        "run = Pursuit(['run', 'churn.csv', '--target', 'churned', '--brain', 'builtin', '--budget', '10m'],"
        " began.append, print)\n"
        "import time\n"
        "while not run.run: time.sleep(0.05)\n"
        "print(run._process.pid, run.run, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    pid, name = done.stdout.split()
    import time

    deadline = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()
    from mlpilot.history import stored

    assert stored(name).status == "interrupted"

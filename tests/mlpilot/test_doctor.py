"""`mlpilot doctor` and the sandboxes: what it says of each, and of one whose walls do not hold."""

import json
import os
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from mlpilot import upkeep, walls
from mlpilot.agent import database
from mlpilot.agent.calls import Calls
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.protocol import Usage
from mlpilot.cli import main
from mlpilot.findings import Finding, chosen
from mlpilot.sandbox.environment import BARE
from mlpilot.sandbox.protocol import Probe


@pytest.fixture
def only(monkeypatch):
    """This machine has this sandbox alone."""
    return lambda name: monkeypatch.setattr(walls, "look", lambda _: [Finding(name, "ok", "it works")])


@pytest.fixture(scope="module")
def without_walls():
    """`none` stands for a sandbox whose walls are down: it is looked into as the others are, once."""
    return walls.put_to_the_test(["none"], BARE)


@pytest.fixture
def broken(only, without_walls, monkeypatch):
    only("none")
    monkeypatch.setattr(walls, "put_to_the_test", lambda names, _: without_walls if names == ["none"] else [])


def test_a_sandbox_that_does_not_hold_is_not_to_be_used(broken, capsys):
    assert main(["doctor", "--deep", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "broken sandbox"
    assert told["sandbox"] == "none"
    tested = told["selfcheck"]["none"]
    assert {"interfaces", "your files", "host: network"} <= {*tested["broken"]}
    (whole, *lines) = told["extra"]
    assert (whole["name"], whole["state"]) == ("none", "missing")
    assert "report this" in whole["remedy"]
    assert len(lines) == len(tested["broken"])
    checks = {one["name"]: one for one in tested["checks"]}
    assert checks["interfaces"]["status"] == "broken"
    assert "eth" in checks["interfaces"]["evidence"] or "," in checks["interfaces"]["evidence"]


def test_a_broken_wall_is_told_in_words(broken, capsys):
    assert main(["doctor", "--deep"]) == 4
    said = " ".join(capsys.readouterr().out.split())
    assert "none does not hold what it promises: run nothing until that is mended." in said
    assert "promised: files and folders of the host cannot be read; found: reached: " in said
    assert "A run would use" not in said


@pytest.mark.bubblewrap
def test_a_sandbox_that_holds_is_counted(only, capsys):
    from mlpilot.sandbox.bubblewrap import Bubblewrap

    probe = Bubblewrap().probe()
    if not probe.works:
        pytest.skip(f"NOT TESTED: {probe.detail}; {probe.remedy}")
    only("bubblewrap")
    assert main(["doctor", "--deep"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "promises held; 16 by other means" in said
    assert "seen from the engine bubblewrap –" in said
    assert "A run would use: bubblewrap, the built-in brain." in said


def test_one_that_does_not_start_does_not_hold(only, capsys, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    only("docker")
    assert main(["doctor", "--deep", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["extra"][0]["detail"].startswith("no Docker engine answers at unix:///nowhere/docker.sock")
    assert told["selfcheck"]["docker"]["held"] == 0


def test_without_an_engine_the_first_thing_is_to_get_one(monkeypatch):
    gone = Probe(False, "no Docker engine answers", "start Docker")
    monkeypatch.setattr(
        "mlpilot.sandbox.choose.probes", lambda _: [("docker", gone), ("bubblewrap", Probe(True, "fine"))]
    )
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr("pathlib.Path.exists", lambda _: False)
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    found = walls.look(BARE)
    assert found[0].remedy.startswith("install Docker")
    assert (found[1].remedy, chosen(found)) == ("", "bubblewrap")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert walls.look(BARE)[0].remedy == "start Docker"


def test_what_bounds_memory_is_said(monkeypatch):
    monkeypatch.setattr("mlpilot.sandbox.cgroup.Cgroup.make", lambda _: None)
    found = walls.memory()
    assert found.state == "warning"
    assert "watches the memory" in found.detail
    assert found.remedy


# Bad moments


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A folder of one's own, and where its state will be."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def told(capsys) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_a_damaged_journal_is_told_before_a_run_finds_it(state, only, capsys):
    only("bubblewrap")
    assert upkeep.journal() == []
    with Journal.open(state) as journal:
        Calls(journal, "talk").begin("talk 1", "m", "p", Usage(1, 1))
    assert upkeep.journal()[0].state == "ok" and upkeep.state_folder().state == "ok"
    file = state / database.FILE
    whole = file.read_bytes()
    for place, data in ((0, os.urandom(5000)), (len(whole) // 2, os.urandom(len(whole) // 4))):
        file.write_bytes(whole[:place] + data + whole[place + len(data) :])
        assert main(["doctor"]) == 3
        said = told(capsys)
        assert "is damaged (" in said and "the next run begins a new one" in said
        assert "A run would not begin: see to journal." in said
    assert main(["doctor", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["blocking"]) == ("blocked", ["journal"])


def test_settings_that_cannot_be_read_and_a_state_that_is_no_folder(state, only, capsys):
    only("bubblewrap")
    Path("mlpilot.toml").write_text("sandbox = [")
    state.write_text("")
    assert main(["doctor"]) == 3
    said = told(capsys)
    assert "mlpilot.toml is not TOML" in said and "is a file and no folder" in said and "set MLPILOT_HOME" in said
    assert "see to state, mlpilot.toml." in said


@pytest.mark.skipif(os.geteuid() == 0, reason="NOT TESTED: root may write everywhere")
def test_a_state_that_may_not_be_written_to(state):
    state.mkdir(mode=0o500)
    found = upkeep.state_folder()
    assert found.blocks and "permission denied" in found.detail and "chmod -R u+rwX" in found.remedy


def test_a_full_disk(state, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(1, 1, 2**20))
    found = upkeep.disk()
    assert found.blocks and found.detail == "the disk is full: 1 MiB free" and "MLPILOT_HOME" in found.remedy
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(1, 1, 2**30))
    assert (upkeep.disk().state, upkeep.disk().blocks) == ("warning", False)


def test_packages_that_are_too_old(tmp_path, monkeypatch):
    assert upkeep.packages() == []
    old = tmp_path / "rich-1.0.dist-info"
    old.mkdir()
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: rich\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert str(tmp_path) in sys.path
    (found,) = upkeep.packages()
    assert found.blocks and found.detail.startswith("rich is 1.0, >=") and "pip install" in found.remedy


def test_a_key_that_was_refused_is_told_until_the_model_answers(state):
    assert upkeep.refused("m") == ""
    with Journal.open(state) as journal:
        calls = Calls(journal, "talk")
        calls.failed(calls.begin("talk 1", "m", "p", Usage(1, 1)), "key", "m refuses the key", 0.1, Usage(0, 0))
        assert upkeep.refused("m") == "m refuses the key" and upkeep.refused("another") == ""
        calls.failed(calls.begin("talk 2", "m", "p", Usage(1, 1)), "server", "it is down", 0.1, Usage(0, 0))
        assert upkeep.refused("m") == ""

"""`mlpilot doctor` and the sandboxes: what it says of each, and of one whose walls do not hold."""

import json

import pytest

from mlpilot import walls
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

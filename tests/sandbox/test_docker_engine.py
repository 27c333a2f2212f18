"""Where no Docker engine answers, the person is told why, at which address, and what to do.

Where one answers that does not keep the promises, it is refused.
"""

import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

import pytest

from mlpilot.sandbox import docker_owner, docker_probe
from mlpilot.sandbox.docker import Docker, connect
from mlpilot.sandbox.docker_contents import contents
from mlpilot.sandbox.environment import BARE
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.protocol import Sandbox


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("unix://{folder}/none.sock", "there is no such socket; start Docker"),
        ("unix://{folder}/deaf.sock", "nobody listens there; start Docker"),
        ("tcp://127.0.0.1:1", "nobody listens there; start Docker"),
        ("tcp://127.0.0.1:99999", "Port out of range"),
    ],
)
def test_the_reason_is_said_plainly(address: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = address.format(folder=tmp_path)
    monkeypatch.setenv("DOCKER_HOST", address)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf.sock"))
        with pytest.raises(NoSandboxError) as caught:
            connect()
    assert str(caught.value).startswith(f"no Docker engine answers at {address}: {why}")
    assert "(" not in str(caught.value)


def test_the_probe_keeps_the_remedy_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    probe = Docker().probe()
    assert not probe.works
    assert probe.detail.endswith("there is no such socket")
    assert probe.remedy.startswith("start Docker")


class _Engine(BaseHTTPRequestHandler):
    """As much of an engine as a connection needs."""

    def do_GET(self) -> None:
        body = json.dumps({"ApiVersion": "1.41"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def address_string(self) -> str:
        return "a socket"

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with nothing in it, of somebody who has set nothing."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    return tmp_path


@pytest.fixture
def listen() -> Iterator[Any]:
    """Starts an engine at a path."""
    servers = []

    def start(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        servers.append(ThreadingUnixStreamServer(str(path), _Engine))
        threading.Thread(target=servers[-1].serve_forever, args=(0.02,)).start()

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _socket_of(client: Any) -> str:
    return str(client.api.get_adapter(client.api.base_url).socket_path)


@pytest.mark.skipif(
    os.access("/var/run/docker.sock", os.W_OK), reason="NOT TESTED: a Docker engine runs here that is found first"
)
def test_engines_are_found_where_they_usually_are(home: Path, listen: Any) -> None:
    """Each is preferred to those that were started before it."""
    for place in ("run/podman/podman.sock", ".docker/run/docker.sock", "run/docker.sock"):
        listen(home / place)
        assert _socket_of(connect()) == str(home / place)


def _context(home: Path, name: str, address: str) -> None:
    folder = home / ".docker" / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": address, "SkipTLSVerify": False}}}
    (folder / "meta.json").write_text(json.dumps(meta))
    (home / ".docker" / "config.json").write_text(json.dumps({"currentContext": name}))


def test_the_context_of_the_docker_command_is_taken_and_no_other(home: Path, listen: Any) -> None:
    listen(home / "elsewhere.sock")
    listen(home / "run/docker.sock")
    _context(home, "mine", f"unix://{home}/elsewhere.sock")
    assert _socket_of(connect()) == f"{home}/elsewhere.sock"
    _context(home, "gone", f"unix://{home}/nowhere.sock")
    with pytest.raises(NoSandboxError, match=r"nowhere\.sock: there is no such socket"):
        connect()
    (home / ".docker" / "config.json").write_text('{"currentContext": "unknown"}')
    with pytest.raises(NoSandboxError, match=r"no docker context .*; see"):
        connect()


def test_ssh_is_told_another_way(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://somebody@127.0.0.1")
    with pytest.raises(NoSandboxError, match="forward the engine's socket") as caught:
        connect()
    assert "\n" not in str(caught.value)


@pytest.mark.docker
@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ({"mem_limit": None, "memswap_limit": None}, "memory is not bounded"),
        ({"pids_limit": None}, "processes are not bounded"),
        ({"read_only": False, "user": "0:0"}, "code runs as user 0"),
        ({"cap_drop": []}, "capabilities are left"),
        ({"security_opt": []}, "programs may gain privileges"),
        ({"network_mode": "host"}, "there is a network"),
        ({"tmpfs": {}}, "the system is not|no room to write"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_an_engine_that_keeps_no_promise_is_refused(
    tunnelled: Sandbox, left_out: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine does as it is told, and is told too little, as by one that ignores what it cannot do."""
    whole = docker_probe.options
    monkeypatch.setattr(docker_probe, "options", lambda *arguments: {**whole(*arguments), **left_out})
    with pytest.raises(NoSandboxError, match=f"does not keep a promise: .*({said})"):
        docker_probe.examine(connect(), contents(connect(), BARE)[1], "stdio")


def test_only_what_the_dead_of_this_machine_left_is_removed() -> None:
    mine = docker_owner.labels()
    dead = {**mine, docker_owner.OWNER: mine[docker_owner.OWNER].replace("-", "-9", 1)}
    another = {**dead, "mlpilot.machine": "another"}
    before = {**mine, "mlpilot.boot": "the one before"}
    assert not docker_owner.is_left(mine, running=False)
    assert docker_owner.is_left(dead, running=True)
    assert not docker_owner.is_left(another, running=False), "it may be alive there"
    assert docker_owner.is_left(before, running=False)
    assert not docker_owner.is_left(before, running=True), "perhaps a copy of this machine"
    assert not docker_owner.is_left({}, running=False)

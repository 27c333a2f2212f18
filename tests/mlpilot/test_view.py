"""The live page: who gets it, what it holds, and, where there is a browser, that it follows a run."""

import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlpilot.agent.report.markup import Html, tag
from mlpilot.agent.report.page import document
from mlpilot.cli import main
from mlpilot.viewing.content import SCRIPT, mark_of
from mlpilot.viewing.server import Server

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


class Story:
    """A run as the server sees it: a status, and a content that changes."""

    def __init__(self) -> None:
        self.status, self.text = "running", "the first"

    def current(self, _: str) -> tuple[str, Html]:
        return self.status, tag("p", self.text, " ", HOSTILE, id="told")

    def page(self, run: str) -> str:
        import base64
        import hashlib

        digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
        policy = f"script-src 'sha256-{digest}'; connect-src 'self'"
        content = self.current(run)[1]
        foot = tag("p", "", id="live-state")
        return document("watched", content, foot, script=Html(SCRIPT), policy=policy, mark=mark_of(content))


@pytest.fixture
def served() -> Iterator[tuple[Server, Story]]:
    story = Story()
    with Server("brave-otter", story.page, story.current) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server, story
        server.shutdown()


def get(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)


def test_only_its_token_opens_it(served: tuple[Server, Story]) -> None:
    server, _ = served
    assert server.server_address[0] == "127.0.0.1"
    assert get(server.url)[0] == 200
    bare = server.url.partition("?")[0]
    for url in (bare, f"{bare}?token=", f"{bare}?token={server.token[:-1]}", f"{bare}/content?token=x"):
        assert get(url)[:2] == (403, ""), url
    assert get(server.url, Host="evil.example")[:2] == (403, ""), "a name that was bent to this address"
    assert get(server.url.replace("brave-otter", "../../etc/passwd"))[0] == 404


def test_content_is_sent_when_it_has_changed(served: tuple[Server, Story]) -> None:
    server, story = served
    url = server.url.replace("?", "/content?")
    status, text, headers = get(url)
    assert (status, headers["X-Run-Status"]) == (200, "running")
    assert "the first" in text and "<script>" not in text
    assert get(url, If_None_Match=headers["ETag"])[0] == 304
    story.text, story.status = "the second", "finished"
    status, text, headers = get(url, If_None_Match=headers["ETag"])
    assert (status, headers["X-Run-Status"]) == (200, "finished") and "the second" in text


def test_no_header_lets_another_page_in(served: tuple[Server, Story]) -> None:
    headers = get(served[0].url)[2]
    assert not any(name.startswith("Access-Control") for name in headers)
    assert headers["X-Frame-Options"] == "DENY" and headers["Referrer-Policy"] == "no-referrer"


def test_a_browser_follows_it_and_runs_nothing_of_the_data(served: tuple[Server, Story], tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("NOT TESTED: there is no Chromium here")
    server, story = served
    first = story.page

    def page(run: str) -> str:
        text = first(run)
        story.text = "the second"
        return text

    server.page = page
    quiet = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
        *("--disable-background-networking", "--disable-component-update", f"--user-data-dir={tmp_path}"),
    ]
    command = [browser, *quiet, "--virtual-time-budget=8000", "--dump-dom", server.url]
    seen = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout
    assert "the second" in seen
    assert "<title>watched</title>" in seen, "what the data says ran"
    assert "this page follows the run" in seen


def test_a_run_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path))
    assert main(["view", "no-such"]) == 2
    assert capsys.readouterr().err.count("\n") == 1

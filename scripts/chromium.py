"""A headless Chromium, and servers that it looks at, for the scripts that drive mlpilot's doors in a browser."""

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
    *("--remote-debugging-port=0", "--window-size=1180,1400", "about:blank"),
)


class Page:
    """A tab of the browser, by the DevTools protocol."""

    def __init__(self, socket_: ClientConnection) -> None:
        self._socket, self._number = socket_, 0
        self.asked: list[str] = []
        """Addresses of every request that the tab made."""
        self.statuses: dict[str, int] = {}
        """Of the last answer from each address."""
        self.complaints: list[str] = []
        """What the browser's console says: errors, and what the page's policy forbade."""

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """One command, and its answer. Raises `RuntimeError` where the browser refuses."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            heard = json.loads(self._socket.recv(timeout=120))
            self._note(heard.get("method", ""), heard.get("params", {}))
            if heard.get("id") == self._number:
                if "error" in heard:
                    raise RuntimeError(f"{method}: {heard['error']}")
                return dict(heard["result"])

    def _note(self, method: str, told: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.asked.append(told["request"]["url"])
            case "Network.responseReceived":
                self.statuses[told["response"]["url"]] = told["response"]["status"]
            case "Log.entryAdded":
                self.complaints.append(f"{told['entry']['level']}: {told['entry']['text']}")
            case "Runtime.exceptionThrown":
                self.complaints.append(str(told["exceptionDetails"].get("text")))

    def value(self, expression: str) -> Any:
        """What JavaScript gives; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def wait(self, expression: str, seconds: float, seen: Callable[[], object] = lambda: None) -> None:
        """Until it is true; `seen` is called meanwhile. Raises `TimeoutError`."""
        end = time.monotonic() + seconds
        while not self.value(expression):
            seen()
            if time.monotonic() > end:
                raise TimeoutError(f"not within {seconds:.0f} s: {expression}")
            time.sleep(0.2)

    def open(self, url: str) -> None:
        """Go there, and wait until it is loaded."""
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'", 60)

    def press(self, key: str, code: int = 0) -> None:
        """One key, down and up, by its name."""
        code = code or {"Tab": 9, "Enter": 13, " ": 32, "End": 35}.get(key, 0)
        text = {"Enter": "\r", " ": " "}.get(key, "")
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more)

    def size(self, width: int, height: int, *, phone: bool = False) -> None:
        """As wide and high as this."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, mobile=phone, deviceScaleFactor=1.5)

    def prefer(self, scheme: str) -> None:
        """`light` or `dark`."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def picture(self, path: Path) -> None:
        """What is seen now, as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A tab of a Chromium that keeps its profile in `folder`."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("there is no Chromium here; install it, and try again")
    profile = folder / "browser"
    browser = subprocess.Popen(
        [program, f"--user-data-dir={profile}", *QUIET], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        told = profile / "DevToolsActivePort"
        until(lambda: told.is_file() and bool(told.read_text().strip()), 60, lambda: "the browser does not begin")
        port = told.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=30) as answer:
            tab = next(one for one in json.load(answer) if one["type"] == "page")
        with connect(tab["webSocketDebuggerUrl"], max_size=None) as socket_:
            page = Page(socket_)
            for domain in ("Network", "Page", "Log", "Runtime"):
                page.call(f"{domain}.enable")
            page.call("Emulation.setFocusEmulationEnabled", enabled=True)
            yield page
    finally:
        browser.terminate()
        browser.wait(30)


def until(done: Callable[[], bool], seconds: float, why: Callable[[], str]) -> None:
    """Wait until it is done; `SystemExit` with what `why` tells at the end of the time."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise SystemExit(why()[-3000:])
        time.sleep(0.2)


def answers(url: str) -> bool:
    """Whether a server answers there."""
    try:
        with urllib.request.urlopen(url, timeout=10):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])

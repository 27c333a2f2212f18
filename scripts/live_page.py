"""Watch a real run on the live page of `mlpilot view`, in a headless Chromium, as a person would; take its picture.

    python scripts/live_page.py [--sandbox bubblewrap] [--light light.png] [--dark dark.png] [--phone phone.png]
    python scripts/live_page.py --data cancer.csv --target diagnosis --experiments 11 --light docs/live.png

Without --data the table is hostile (HTML in its name, its columns, its labels), and so is the Solution that is tried
first (HTML in what it prints, and in its traceback). What is looked at: that the page follows the run to its end;
light, dark and the width of a phone; that all can be read and reached with the keyboard alone; what a screen reader is
given; that nothing of the data acts; that no request leaves the machine; that a wrong token gets nothing. It ends with
3, and says what was missing.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from chromium import Page, browser

TRAP = "window.owned = (window.owned || 0) + 1; fetch('http://192.0.2.1/')"
NAME = f'<img src=x onerror="{TRAP.replace("/", chr(0x2215))}">.csv'
TARGET = f'<b onmouseover="{TRAP}">kind'
COLUMN = f'<img src=x onerror="{TRAP}">'
LABELS = (f"<script>{TRAP}</script>", f'"><svg onload="{TRAP}">')
SOLUTION = f"""\
def fit(X, y, *, params, seed, report):
    import time
    text = {LABELS[0] + LABELS[1] + COLUMN!r}
    for _ in range(8):
        print(text, flush=True)
        time.sleep(0.5)
    raise ValueError(text)


def predict(model, X):
    return [0] * len(X)
"""
CONTRAST = """(() => {
  const parts = colour => (colour.match(/[\\d.]+/g) || []).map(Number)
    .map((v, i) => colour.startsWith('color(') && i < 3 ? 255 * v : v);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(at).backgroundColor);
      if (a > 0.99) return [r, g, b];
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
  };
  const faint = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || node.closest('script, style, svg, .open') || !node.checkVisibility()) continue;
    const [high, low] = [light(parts(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) faint.push(ratio.toFixed(1) + ' ' + walk.currentNode.data.trim().slice(0, 40));
  }
  return faint.slice(0, 5);
})()"""
INJECTED = """(() => ({
  owned: window.owned || 0,
  elements: document.querySelectorAll('main img, main script, main iframe, main object, main b[onmouseover]').length,
  handlers: [...document.querySelectorAll('main *')]
    .filter(one => [...one.attributes].some(a => /^on/i.test(a.name))).length,
}))()"""
FOCUSED = """(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {what: one.tagName + ' ' + (one.getAttribute('aria-label') || one.textContent.trim()).slice(0, 40),
          ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
          shown: box.bottom > 0 && box.top < innerHeight};
})()"""
NAMED = {"progressbar", "table", "image", "img", "region", "link", "button", "heading"}
"""Roles that say nothing without a name."""


def main() -> int:
    """Look; 0 if all was as it should be, 3 if not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sandbox", default="bubblewrap")
    parser.add_argument("--data", type=Path, help="another table")
    parser.add_argument("--target", help="its column to predict")
    parser.add_argument("--experiments", type=int, default=5)
    for picture in ("light", "dark", "phone"):
        parser.add_argument(f"--{picture}", type=Path)
    args = parser.parse_args()
    missing: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mlpilot-view-") as name:
        folder = Path(name)
        _write(folder)
        with _run(folder, args) as run, _view(folder, run) as url, browser(folder) as page:
            missing += _token(page, url)
            page.open(url)
            missing += _followed(page, args)
            missing += _looks(page, args, "at its end")
            missing += _keyboard(page)
            missing += _heard(page)
            missing += _inert(page, "at its end")
            outside = [one for one in page.asked if not one.startswith((url.partition("?")[0], "about:", "data:"))]
            missing += [f"asked for: {one}" for one in dict.fromkeys(outside)]
            refused = "Failed to load resource: the server responded with a status of 403"
            missing += [f"the console says: {one}" for one in page.complaints if refused not in one]
    for one in missing:
        print(f"missing: {one}", file=sys.stderr)
    print(f"{len(page.asked)} requests, {len(outside)} of them to others; {len(missing)} things missing")
    return 3 if missing else 0


def _write(folder: Path) -> None:
    quoted = [f'"{text.replace(chr(34), chr(34) * 2)}"' for text in (COLUMN, "calm", "word", TARGET)]
    rows = [
        f'{row * 37 % 101},{row % 17 + row % 2 * 5},"{("<i>a</i>", "b", "c")[row % 3]}",'
        f'"{LABELS[(row % 17 + row % 2 * 5) > 10].replace(chr(34), chr(34) * 2)}"'
        for row in range(400)
    ]
    (folder / NAME).write_text("\n".join([",".join(quoted), *rows]) + "\n", encoding="utf-8")
    (folder / "solution.py").write_text(SOLUTION)


@contextmanager
def _run(folder: Path, args: argparse.Namespace) -> Iterator[str]:
    """A run that goes on; its name."""
    hostile = (NAME, "--target", TARGET, "--baseline", "solution.py")
    command = [
        *(sys.executable, "-m", "mlpilot", "run", "--brain", "builtin", "--sandbox", args.sandbox),
        *("--max-experiments", str(args.experiments)),
        *((str(args.data.resolve()), "--target", args.target) if args.data else hostile),
    ]
    log = folder / "run.log"
    with log.open("wb") as out:
        run = subprocess.Popen(command, cwd=folder, env=_environment(folder), stdout=out, stderr=out)
    try:
        end = time.monotonic() + 90
        while not (name := re.search(r"^run ([\w-]+) starts", log.read_text("utf-8"), re.MULTILINE)):
            if run.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"the run does not begin: {log.read_text('utf-8')[-2000:]}")
            time.sleep(0.1)
        yield name.group(1)
    finally:
        run.send_signal(signal.SIGINT)
        run.wait(60)


@contextmanager
def _view(folder: Path, run: str) -> Iterator[str]:
    """The page's server; its address."""
    command = [sys.executable, "-m", "mlpilot", "view", run, "--no-open"]
    server = subprocess.Popen(
        command, cwd=folder, env=_environment(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("API_KEY")}
    return {**kept, "MLPILOT_HOME": str(folder / "state")}


def _token(page: Page, url: str) -> list[str]:
    bare, _, token = url.partition("?token=")
    missing = []
    for wrong in (bare, f"{bare}?token={token[:-1]}", f"{bare}/content?token=x"):
        page.open(wrong)
        if page.statuses.get(wrong) != 403 or page.value("!!document.querySelector('main')"):
            missing.append(f"a refusal, and nothing besides, for {wrong[-30:]}")
    return missing


def _followed(page: Page, args: argparse.Namespace) -> list[str]:
    """Watch until the run has ended."""
    seen: dict[str, set[str]] = {"now": set(), "lead": set(), "said": set()}
    missing: list[str] = []
    looked: set[str] = set()

    def look() -> None:
        for name, where in (("now", "#now p"), ("lead", "#lead"), ("said", "#live-said")):
            seen[name].add(page.value(f"document.querySelector({where!r})?.innerText ?? ''"))
        leaves = page.value("document.querySelectorAll('.leaf').length")
        if "onload" in page.value("document.querySelector('.log')?.innerText ?? ''"):
            looked.add("what the cell prints")
        if leaves >= args.experiments - 1 and "amid" not in looked:
            looked.add("amid")
            missing.extend(_looks(page, args, "amid the run"))
            missing.extend(_inert(page, "amid the run"))

    page.size(1180, 1100)
    page.wait("document.getElementById('live-state')?.innerText.includes('finished')", 600, look)
    wanted = ("amid",) if args.data else ("amid", "what the cell prints")
    missing += [f"a look at: {one}" for one in wanted if one not in looked]
    if len(seen["now"] - {""}) < 3 or len(seen["lead"] - {""}) < 2:
        missing.append(f"progress: no more than {seen} was seen")
    if not seen["said"] - {""}:
        missing.append("a word for screen readers when the lead changes")
    if "finished" not in page.value("document.title"):
        missing.append("the end in the title, for who has the page in another tab")
    return missing


def _looks(page: Page, args: argparse.Namespace, when: str) -> list[str]:
    """Light, dark, and on a phone."""
    missing = []
    picture = {"light": args.light, "dark": args.dark}
    for scheme in ("light", "dark"):
        page.prefer(scheme)
        time.sleep(0.2)
        missing += [f"{scheme}, {when}, contrast: {one}" for one in page.value(CONTRAST)]
        if when == "amid the run" and (path := picture[scheme]) is not None:
            page.picture(path)
    page.size(360, 740, phone=True)
    time.sleep(0.2)
    wide = page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    small = page.value(
        "[...document.querySelectorAll('main p, main li, main td')]"
        ".filter(one => one.checkVisibility() && parseFloat(getComputedStyle(one).fontSize) < 12).length"
    )
    missing += [f"phone, {when}: {wide} pixels too wide"] if wide > 0 else []
    missing += [f"phone, {when}: {small} texts are smaller than 12 pixels"] if small else []
    if when == "amid the run" and args.phone is not None:
        page.picture(args.phone)
    page.prefer("light")
    page.size(1180, 1100)
    return missing


def _keyboard(page: Page) -> list[str]:
    """Tab through all of it, open a fold with Enter, and see that the focus is shown and stays in the window."""
    count = page.value(
        "[...document.querySelectorAll('summary, a[href], [tabindex=\"0\"]')].filter(o => o.checkVisibility()).length"
    )
    page.value("(document.activeElement.blur(), scrollTo(0, 0), true)")
    reached: list[dict[str, Any]] = []
    opened = False
    for _ in range(count + 5):
        page.press("Tab")
        here = page.value(FOCUSED)
        if here is None:
            break
        if here not in reached:
            reached.append(here)
        if not opened and here["what"].startswith("SUMMARY"):
            before = page.value("document.activeElement.parentElement.open")
            page.press("Enter")
            opened = page.value("document.activeElement.parentElement.open") != before
    missing = [f"a ring around {one['what']}" for one in reached if not one["ring"]]
    missing += [f"{one['what']} in sight when it has the focus" for one in reached if not one["shown"]]
    missing += [] if opened else ["a fold that Enter opens"]
    return missing + ([] if len(reached) >= min(count, 2) else [f"places for the keyboard: only {reached}"])


def _heard(page: Page) -> list[str]:
    """The accessibility tree: names, roles, order of headings, live regions."""
    nodes = [one for one in page.call("Accessibility.getFullAXTree")["nodes"] if not one.get("ignored")]
    told = [(one["role"]["value"], one.get("name", {}).get("value", ""), one) for one in nodes]
    missing = [f"a name for a {role}" for role, name, _ in told if role in NAMED and not name.strip()]
    levels = [
        next(int(prop["value"]["value"]) for prop in one["properties"] if prop["name"] == "level")
        for role, _, one in told
        if role == "heading"
    ]
    if levels[:1] != [1] or any(after > before + 1 for before, after in pairwise(levels)):
        missing.append(f"headings in order: {levels}")
    roles = {role for role, _, _ in told}
    missing += [f"the role {one}" for one in ("main", "list", "listitem", "status", "table") if one not in roles]
    if page.value("document.documentElement.lang") != "en":
        missing.append("the page's language")
    return missing


def _inert(page: Page, when: str) -> list[str]:
    found = page.value(INJECTED)
    return [f"{when}: the data acts: {found}"] if any(found.values()) else []


if __name__ == "__main__":
    sys.exit(main())

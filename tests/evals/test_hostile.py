"""Hostile cells, sampled: the walls hold, and whoever looks for holes would see them."""

import base64
import json
import subprocess
import sys

import pytest

from mlpilot.evals.hostile import outer, peers, suite
from mlpilot.evals.hostile.cases import CATEGORIES, Case, load, sample
from mlpilot.evals.hostile.evidence import acting, leaked
from mlpilot.evals.hostile.ground import Ground
from mlpilot.evals.hostile.told import Fetched, Told
from mlpilot.evals.hostile.verdicts import HARM, Verdict, came_back, ended, seen_next
from mlpilot.sandbox.choose import probes

SAMPLE = "102,108,207,215,303,424,514,534,603,617,633,701,714,809"
"""At least one of each category, none that takes long."""
SHOWN = {
    "102": "secret", "203": "changed", "207": "left", "301": "connection", "424": "signalled", "431": "proof",
    "526": "hang", "633": "terminal", "701": "fetched", "704": "ran", "808": "process", "813": "crash",
}  # fmt: skip
"""For each kind of finding, a case that shows it where there are no walls."""
CASES = load()


def test_there_are_enough_and_each_says_what_it_tries() -> None:
    assert len([case for case in CASES if not case.is_solution]) >= 110
    assert {case.category for case in CASES} == set(CATEGORIES)
    assert len({case.source for case in CASES}) == len({case.name for case in CASES}) == len(CASES)
    assert all(len(case.tries) > 8 and case.tries.endswith(".") for case in CASES)
    assert {case.category for case in load(SAMPLE)} == set(CATEGORIES)


def test_most_can_be_shown_to_work() -> None:
    """Those that need a kernel, or rights that an outer wall cannot give, say so."""
    assert sum(not case.no_control for case in CASES) >= 90


@pytest.mark.parametrize(
    "backend",
    [
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
        "landlock",
    ],
)
def test_the_walls_hold(backend: str) -> None:
    probe = dict(probes())[backend]
    if not probe.works:
        pytest.skip(f"NOT TESTED: {probe.detail}; {probe.remedy}")
    verdicts, left, _ = suite.run_backend(backend, load(SAMPLE))
    assert {verdict.case.name: verdict.findings for verdict in verdicts if not verdict.held} == {}
    assert left == []


@pytest.mark.parametrize(("number", "kind"), SHOWN.items())
def test_what_gets_out_is_seen(number: str, kind: str) -> None:
    """Without walls, and inside the outer wall, each case does what it tries; and the host in there sees it."""
    if reason := outer.why_not():
        pytest.skip(f"NOT TESTED: no outer wall can be had: {reason}")
    [case] = load(number)
    answer = outer.run(case, "plain", root=True)
    if "skipped" in answer:
        pytest.skip(f"NOT TESTED: {answer['skipped']}")
    assert kind in {found for found, _ in answer["findings"]}, answer


def test_secrets_are_seen_in_disguise() -> None:
    secret = b"canary-0123456789abcdef"
    for disguise in (
        secret, secret[::-1], secret.hex().encode(), base64.b64encode(secret), base64.b64encode(b"a" + secret + b"b"),
        base64.b64encode(b"ab" + secret), secret.decode().encode("utf-16-le"),
    ):  # fmt: skip
        assert leaked({"it": secret}, [b"before " + disguise + b" after"]) == ["it"]
    assert leaked({"it": secret}, [b"canary", secret[:-1]]) == []


def test_what_acts_on_a_terminal_is_seen() -> None:
    assert acting(["plain\ttext\n", "é ✓ 漢"]) == []
    for text in ("\x1b[31m", "\x07", "\r", "\x9b", "\u202e", "\x7f"):
        assert acting(["before", f"a{text}b"])


def case(**facts: str) -> Case:
    return Case(CASES[0].path, "", {"category": "lies", "ends": "ok", **facts})


def test_every_wrong_end_is_seen() -> None:
    assert ended(case(), Told("ok", 1.0)) == []
    wrong = [
        (case(), Told("error", 1.0)),
        (case(timeout="5"), Told("ok", 40.0)),
        (case(), Told("ok", 1.0, growth=2**30)),
        (case(), Told("ok", 1.0, ["x" * 2**21])),
        (case(state="kept"), Told("ok", 1.0, state_lost=True)),
        (case(says="refused"), Told("ok", 1.0, ["nothing"])),
        (case(get="f!"), Told("ok", 1.0, fetched=[Fetched("f", "bytes", size=1)])),
        (case(get="f"), Told("ok", 1.0, fetched=[Fetched("f", "bytes", size=2**21)])),
    ]
    assert [len(ended(one, told)) for one, told in wrong] == [1] * len(wrong)


def test_what_comes_back_is_searched_everywhere() -> None:
    with Ground() as ground:
        secret = ground.secrets["an ssh key"]
        data = base64.b64encode(secret).decode()
        for told in (
            Told("ok", 1.0, [f"a {secret.decode()}"]),
            Told("ok", 1.0, blobs={"b": data}),
            Told("ok", 1.0, blobs={secret.decode(): ""}),
            Told("ok", 1.0, fetched=[Fetched("f", "bytes", data=data)]),
            Told("ok", 1.0, next=secret.decode()),
        ):
            assert came_back(told, ground) == [("secret", "an ssh key was read")]
            assert Told.read(told.line()) == told
        assert came_back(Told("ok", 1.0, [f"{ground.proof} mounted"]), ground) == [("proof", "mounted")]
        assert ground.look("left-0123456789") == []
    assert seen_next(Told("ok", 1.0, next="left-1 is here"), "left-1") and not seen_next(Told("ok", 1.0), "left-1")


def test_one_finding_is_enough_to_fail() -> None:
    fine, bad = Verdict(CASES[0], "ok"), Verdict(CASES[1], "ok", findings=[("secret", "a key was read")])
    assert suite.holds(suite.summary([fine], [], 1.0))
    assert not suite.holds(suite.summary([fine], ["a container"], 1.0))
    figures = suite.summary([fine, bad], [], 1.0)
    assert not suite.holds(figures) and figures["escapes"][0]["case"] == CASES[1].name
    assert "a key was read" in suite.markdown({"x": figures}, {"x": [fine, bad]})
    assert all(kind in HARM for kind in SHOWN.values())


def test_a_peer_is_counted_by_category() -> None:
    one, other, needy = load("101")[0], load("515")[0], load("603")[0]
    answers = {one.name: [("secret", "s")], other.name: [("hang", "h"), ("crash", "c")]}
    figures = peers._figures("x", [one, other, needy], lambda case: {"status": "ok", "findings": answers[case.name]})
    assert figures["by_category"]["reading"] == {"cases": 1, "escapes": 1, "hangs": 0, "harm": 0}
    assert figures["by_category"]["resources"] == {"cases": 1, "escapes": 0, "hangs": 1, "harm": 1}
    assert list(figures["left_out"]) == [needy.name]
    assert "1, 0, 0 (of 1)" in peers.markdown({"x": figures})


def test_samples_are_spread() -> None:
    assert len({case.category for case in sample(CASES, 16)}) >= 6 and len(sample(CASES, 16)) == 16


def test_the_command_says_what_it_found() -> None:
    working = [name for name, probe in probes() if probe.works]
    if not working:
        pytest.skip("NOT TESTED: no sandbox works here")
    words = ["eval", "hostile", "--only", "203", "--sandbox", working[-1], "--json"]
    done = subprocess.run([sys.executable, "-m", "mlpilot", *words], capture_output=True, text=True, timeout=200)
    answer = json.loads(done.stdout)
    figures = answer["backends"][working[-1]]
    assert (done.returncode, figures["cases"], figures["held"], figures["escapes"]) == (0, 1, 1, [])

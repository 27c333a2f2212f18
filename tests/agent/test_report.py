"""The report: true to the record, inert whatever the data says, bounded in size."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from mlpilot.agent.contributions import contributions
from mlpilot.agent.judging.judged import Comparison, Score
from mlpilot.agent.record import (
    AttemptRecord,
    Behaviour,
    Contribution,
    EndpointUse,
    ExperimentRecord,
    RunRecord,
    Thinking,
)
from mlpilot.agent.report import measures, render_report, verdict, write_report
from mlpilot.agent.report.advice import suggestions
from mlpilot.agent.report.markup import Html, join, tag
from mlpilot.agent.report.thinking import written_by_model
from mlpilot.agent.report.verdict import standing_sentence
from mlpilot.agent.report.words import decimals, dollars, duration, fixed, model_name, tokens
from mlpilot.agent.task import Column
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution

EVIL = (
    "</td></style><script>alert(1)</script><img src=x onerror=alert(2)>\"'><a href=javascript:x>\u202e\x00\ud800&amp;"
)
VOID = {"meta", "br", "col", "link", "img", "input", "base"}
SELF_CLOSING = {"line", "circle", "rect", "path"}


class Page(HTMLParser):
    """Elements with their attributes, text by section, and whether every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SELF_CLOSING
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def names(self) -> set[str]:
        return {name for name, _ in self.elements}


def hostile(record: RunRecord) -> RunRecord:
    """The same Run with every text that comes from data, model or sandbox turned against the page."""
    diagnosis = Diagnosis(EVIL, EVIL, EVIL, 3, EVIL)
    experiments = tuple(
        replace(
            one,
            name=EVIL,
            why=EVIL,
            reason=EVIL,
            params={EVIL: EVIL, **one.params},
            solution=Solution(EVIL, f'"""{EVIL}"""\n# {EVIL}\n') if one.solution else None,
            attempts=(AttemptRecord(1, EVIL, 1.0, diagnosis, EVIL), AttemptRecord(2, "error", 1.0, diagnosis)),
        )
        for one in record.experiments
    )
    behaviour = record.behaviour
    assert behaviour is not None
    return replace(
        record,
        run=EVIL,
        status=EVIL,
        created=EVIL,
        spec=replace(record.spec, data=EVIL, goal=EVIL),
        task=replace(record.task, target=EVIL, classes=tuple(f"{EVIL}{k}" for k in range(len(record.task.classes)))),
        metric=EVIL,
        columns=(Column(EVIL, "number", 3, 4, EVIL), Column(EVIL, "id", 0, 4, EVIL, False, EVIL)),
        notes=(EVIL,),
        plan=EVIL,
        sandbox=EVIL,
        brain=EVIL,
        budget=EVIL,
        stopped=EVIL,
        experiments=experiments,
        behaviour=replace(behaviour, importance=((EVIL, 0.5, 0.1),), importance_rows=EVIL),
    )


@pytest.fixture(params=["cancer", "diabetes"])
def record(request: pytest.FixtureRequest) -> RunRecord:
    found: RunRecord = request.getfixturevalue(f"{request.param}_record")
    return found


def test_tells_the_whole_story_in_order(record: RunRecord) -> None:
    page = Page(render_report(record))
    headings = ["Predicting", "The data", "What was tried", "How the best behaves", "Search score against test score"]
    headings += ["The code", "What to do next", "How it was judged"]
    places = [page.words.index(heading) for heading in headings]
    assert places == sorted(places)
    best = next(one for one in record.experiments if one.number == record.best)
    assert best.score is not None and record.test is not None
    assert fixed(best.score.value, decimals(best.score.ci) + 1) in page.words
    assert fixed(record.test.value, decimals(record.test.ci) + 1) in page.words
    assert "as expected from the search" in page.words and model_name(best) in page.words
    for one in record.experiments:
        assert one.kind == "tune" or (one.name in page.words and one.why in page.words)
    assert "out-of-fold (each predicted by a model that had not seen it)" in page.words
    assert sum(name == "li" for name, _ in page.elements) >= 3 and record.plan in page.words


def test_shows_failures_and_repairs(cancer_record: RunRecord) -> None:
    words = Page(render_report(cancer_record)).words
    assert "repaired: max_features='auto' is gone since scikit-learn 1.3 → max_features='sqrt'" in words
    assert "out_of_memory: needs 5.2 GiB" in words and "✕ failed" in words
    assert "0.70 × #6 tuning #1 + 0.30 × #2 forest, 40 trees" in words


def test_asks_nothing_of_the_network_and_runs_nothing(record: RunRecord) -> None:
    text = render_report(record)
    page = Page(text)
    assert not page.names() & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "a",
        "use",
        "image",
    }
    attributes = {key for _, attributes in page.elements for key in attributes}
    assert not any(
        key.startswith("on") or key in {"href", "src", "style", "srcdoc", "xlink:href"} for key in attributes
    )
    assert "url(" not in text and "@import" not in text
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    style = text[text.index("<style>") + 7 : text.index("</style>")]
    assert policy is not None and policy.startswith("default-src 'none'; style-src 'sha256-")
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy


def test_hostile_names_stay_inert(record: RunRecord) -> None:
    text = render_report(hostile(record))
    before, after = Page(render_report(record)), Page(text)
    assert after.names() - before.names() <= {"i", "p", "ul", "li"}
    keys = [{key for _, attributes in page.elements for key in attributes} for page in (before, after)]
    assert keys[1] <= keys[0] and "<script" not in text and "<img" not in text
    assert "\u202e" not in text and "\x00" not in text
    text.encode("utf-8")
    assert "<script>alert(1)</script>" in Page(text).words  # it is shown, as text


def test_pictures_and_tables_have_words(record: RunRecord) -> None:
    page = Page(render_report(record))
    for name, attributes in page.elements:
        if name == "svg":
            assert attributes.get("aria-label") or attributes.get("aria-hidden") == "true"
    assert sum(name == "h1" for name, _ in page.elements) == 1
    assert {"h2", "h3", "th", "details", "summary", "figcaption"} <= page.names()


def test_is_deterministic_and_written_whole(record: RunRecord, tmp_path: Path) -> None:
    write_report(record, tmp_path / "a" / "report.html")
    assert (tmp_path / "a" / "report.html").read_text(encoding="utf-8") == render_report(record)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["report.html"]


def many(record: RunRecord, count: int) -> Iterator[ExperimentRecord]:
    """Experiments as a long run has them: an idea in ten, every text long and hostile."""
    rng = np.random.default_rng(0)
    first = record.experiments[0]
    assert first.solution is not None
    for number in range(1, count + 1):
        value = float(rng.normal(1, 0.1))
        kind = "draft" if number % 10 == 1 else "tune"
        yield replace(
            first, number=number, kind=kind, parent=number - (number - 1) % 10 if kind == "tune" else None,
            name=EVIL * 5, why=EVIL * 20, reason=EVIL * 20, params={f"p{k}": EVIL for k in range(20)},
            score=Score(value, (value - 0.05, value + 0.05)), comparison=Comparison("worse", 0.4, number),
            attempts=(AttemptRecord(1, "error", 1.0, Diagnosis("x", EVIL * 20), EVIL * 20),),
            solution=replace(first.solution, source="# <&>\n" * 100_000),
        )  # fmt: skip


def test_stays_small_and_quick(cancer_record: RunRecord, diabetes_record: RunRecord) -> None:
    rng = np.random.default_rng(0)
    n, k = 1_000_000, 60
    truth = rng.integers(0, k, 200_000).astype(float)
    wide = Behaviour(truth, rng.dirichlet(np.ones(k), 200_000), None, None, tuple((EVIL, 0.1, 0.1) for _ in range(500)))
    columns = tuple(Column(f"{EVIL}{number}", "number", 0, 5, EVIL * 9) for number in range(5000))
    experiments = tuple(many(cancer_record, 1000))
    large = replace(
        cancer_record, experiments=experiments, best=11, behaviour=wide, columns=columns, notes=(EVIL * 100,) * 1000,
        task=replace(cancer_record.task, classes=tuple(f"{EVIL}{code}" for code in range(k))),
    )  # fmt: skip
    text = render_report(large)
    assert len(text.encode()) < 2_000_000
    Page(text)
    values = rng.normal(size=n)
    behaviour = Behaviour(values, values + rng.normal(size=n), values[:50_000], values[:50_000] * 0.9)
    assert len(render_report(replace(diabetes_record, behaviour=behaviour)).encode()) < 300_000


def test_says_what_little_there_is(cancer_record: RunRecord) -> None:
    failed = replace(cancer_record.experiments[2], number=1)
    nothing = replace(cancer_record, experiments=(failed,), best=None, behaviour=None, test=None, status="failed")
    words = Page(render_report(nothing)).words
    assert "None of 1 experiment was scored" in words and "Read the reasons of the failures" in words
    assert "How the best behaves" not in words
    empty = replace(nothing, experiments=(), columns=(), notes=())
    assert "None of 0 experiments was scored" in Page(render_report(empty)).words
    behaviour = cancer_record.behaviour
    assert behaviour is not None
    labels = replace(behaviour, oof=behaviour.oof.argmax(1).astype(float), test=None, test_truth=None)
    words = Page(render_report(replace(cancer_record, behaviour=labels, test=None, test_rows=0))).words
    assert "Calibration" not in words and "Confusion, out-of-fold" in words and "No test part was scored" in words


@pytest.mark.parametrize(
    ("value", "greater", "kind"),
    [
        (0.86, True, "worse"),
        (0.86, False, "better"),
        (0.94, True, "better"),
        (0.94, False, "worse"),
        (0.88, True, "as expected"),
        (0.92, False, "as expected"),
    ],
)
def test_the_verdict_follows_the_metric_and_the_intervals(value: float, greater: bool, kind: str) -> None:
    search, test = Score(0.9, (0.89, 0.91)), Score(value, (value - 0.02, value + 0.02))
    assert verdict.test_verdict(search, test, greater).kind == kind
    assert verdict.test_verdict(search, None, greater).kind == "no test"


def test_better_is_said_only_where_it_was_shown(cancer_record: RunRecord) -> None:
    best = cancer_record.experiments[1]
    for standing, said in (("better", True), ("no better", False), ("worse", False), ("first", False)):
        one = replace(best, comparison=Comparison(standing, 0.01, 9))  # type: ignore[arg-type]
        assert ("is better than" in standing_sentence(one, cancer_record)) == said
    assert "p = 0.01 after 9 looks" in standing_sentence(
        replace(best, comparison=Comparison("better", 0.01, 9)), cancer_record
    )


def test_why_another_with_a_better_score_is_not_the_best(cancer_record: RunRecord) -> None:
    ours, other = cancer_record.experiments[:2]
    sign = 1 if cancer_record.greater_is_better else -1
    ours = replace(ours, score=Score(0.5, (0.4, 0.6)))
    other = replace(other, score=Score(0.5 + sign * 0.01, (0.4, 0.6)))
    record = replace(cancer_record, experiments=(ours, other))
    assert f"#{other.number} scored {0.5 + sign * 0.01:.3f} (0.40 – 0.60): within the noise the simpler one" in (
        standing_sentence(ours, record)
    )
    assert "flattered by luck" in standing_sentence(replace(ours, kind="blend"), record)
    assert "scored" not in standing_sentence(other, record)


def titles(record: RunRecord) -> str:
    found = suggestions(record)
    assert 1 <= len(found) <= 5
    return " | ".join(one.title for one in found)


def test_advice_follows_from_the_record(cancer_record: RunRecord, diabetes_record: RunRecord) -> None:
    assert "Get more labelled rows" in titles(cancer_record)
    assert "leakage" not in titles(cancer_record)
    behaviour = cancer_record.behaviour
    assert behaviour is not None
    leak = replace(behaviour, importance=(("answer", 2.0, 0.1), ("b", 0.1, 0.1), ("c", 0.0, 0.1)))
    assert "Check “answer” for leakage" in titles(replace(cancer_record, behaviour=leak))
    noise = replace(behaviour, importance=(("answer", 2.0, 1.5), ("b", 0.1, 0.1), ("c", 0.0, 0.1)))
    assert "leakage" not in titles(replace(cancer_record, behaviour=noise))
    sharp = replace(behaviour, oof=np.clip(behaviour.oof * 0.3 + 0.35, 0, 1))
    assert "Calibrate" in titles(replace(cancer_record, behaviour=sharp))
    assert "Calibrate" not in titles(cancer_record)
    worse = replace(cancer_record, test=Score(9.0, (8.0, 10.0)))
    assert titles(worse).startswith("Believe the test score")
    assert "fresh test rows" in titles(replace(cancer_record, test_spent=True))
    holes = tuple(replace(column, missing=400) for column in cancer_record.columns[:4])
    assert "missing" in titles(replace(cancer_record, columns=holes))
    found = diabetes_record.behaviour
    assert found is not None
    assert "too low" in titles(replace(diabetes_record, behaviour=replace(found, oof=found.oof - 60)))


GPT, LOCAL, BUILT_IN = "gpt-5 at api.openai.com", "qwen (Ollama, on this machine)", "the built-in brain"
USES = (EndpointUse(GPT, 12, 10, 15_012, 3_301, 0.0424, 61.2), EndpointUse(LOCAL, 3, 0, 4_100, 900, 0.0, 33.0))
SWITCHES = ((GPT, LOCAL, "your credit is used up"), (LOCAL, BUILT_IN, "it wrote nothing usable in 3 tries"))


def thoughtful(record: RunRecord, *own: int, **changes: object) -> RunRecord:
    """The same Run with a model that had these ideas."""
    experiments = tuple(replace(one, by="model") if one.number in own else one for one in record.experiments)
    told = Thinking(USES, SWITCHES, contributions(experiments, greater_is_better=False), 0.0731)
    return replace(record, experiments=experiments, brain="llm", thinking=replace(told, **changes))  # type: ignore[arg-type]


def who(record: RunRecord) -> str:
    """What the section says."""
    words = Page(render_report(record)).words
    return words[words.index("Who found it") : words.index("How the best behaves")]


def test_says_who_found_it_where_a_model_was_asked(cancer_record: RunRecord) -> None:
    assert "Who found it" not in Page(render_report(cancer_record)).words
    best = next(one for one in cancer_record.experiments if one.number == cancer_record.best)
    assert best.score is not None
    given = (
        Contribution("the built-in search", 7, 6, 0.0042),
        Contribution("the model's ideas", 2, 2, 0.0123),
        Contribution("tuning of the model's code", 2, 1, 0.00001),
        Contribution("blends", 1, 1, 0.0),
    )
    said = who(thoughtful(cancer_record, 2, contributions=given))
    places = decimals(best.score.ci) + 1
    assert f"The built-in default alone scored a log loss of {fixed(0.0731, places)}; the best is " in said
    assert "by experiments scored moved the best by the built-in search 7 6 0.004 the model's ideas 2 2 0.012" in said
    assert "tuning of the model's code 2 1 < 0.001 blends 1 1 nothing" in said
    assert f"{GPT} 12 10 15,012 3,301 $0.04 1 min 1 s {LOCAL} 3 0 4,100 900 – 33 s" in said
    assert "moved the best score by 0.012, 0.00053 per 1,000 tokens and 0.29 per dollar." in said
    first, second = said.index(f"{LOCAL} took over from {GPT}"), said.index(f"{BUILT_IN} took over from {LOCAL}")
    assert first < said.index("your credit is used up") < second < said.index("it wrote nothing usable in 3 tries")


def test_says_honestly_that_a_model_brought_nothing(cancer_record: RunRecord) -> None:
    said = who(thoughtful(cancer_record, 3, switches=(), control=None))
    assert "Nothing was gained for 23,313 tokens and $0.04: no idea of the model's moved the best score." in said
    assert "per dollar" not in said and "Who stood in" not in said and "default was not scored" in said
    assert "none of the model's ideas was tried" in who(thoughtful(cancer_record))
    assert "None of its code came from an idea of the model's." in said


def test_says_where_the_code_of_the_best_comes_from(cancer_record: RunRecord) -> None:
    ours = thoughtful(cancer_record, 1, 2)
    draft, tuned = 1, next(one.number for one in ours.experiments if one.kind == "tune" and one.parent == 2)
    blend = next(one for one in ours.experiments if one.kind == "blend")
    assert written_by_model(ours, blend) == [1, 2]
    assert written_by_model(cancer_record, blend) == []
    warning = "Code that a model wrote is in it"
    for best, words in (
        (draft, "The best is code that the model wrote (#1)."),
        (tuned, "The best is code that the model wrote (#2), tuned."),
        (blend.number, "The best is a blend with code that the model wrote (#1 and #2)."),
    ):
        page = Page(render_report(replace(ours, best=best))).words
        assert words in page
        assert (warning in page) == (best != blend.number)  # a blend of this record has no code to show
    assert warning not in Page(render_report(cancer_record)).words


def test_the_board_marks_ideas_of_the_model(cancer_record: RunRecord) -> None:
    assert "the model’s" not in Page(render_report(cancer_record)).words
    page = Page(render_report(thoughtful(cancer_record, 2)))
    assert page.words.count("the model’s") == 1 and "forest, 40 trees the model’s" in page.words


def test_hostile_models_stay_inert_and_short(cancer_record: RunRecord) -> None:
    long = EVIL * 200
    uses = tuple(replace(USES[0], endpoint=f"{long}{index}") for index in range(200))
    calm = thoughtful(cancer_record, 2)
    text = render_report(replace(calm, thinking=replace(calm.thinking, endpoints=uses, switches=((long,) * 3,) * 500)))
    before, after = Page(render_report(calm)), Page(text)
    assert after.names() == before.names() and "<script" not in text and "<img" not in text
    assert "\u202e" not in text and "and 180 more endpoints" in after.words and "and 470 more switches" in after.words
    assert len(text) < len(render_report(calm)) + 60_000
    assert "<script>alert(1)</script>" in after.words  # it is shown, as text


def test_amounts_are_rounded_as_people_do() -> None:
    assert [tokens(count) for count in (0, 999, 4_120, 999_949, 999_960, 1_234_567)] == [
        "0", "999", "4.1k", "999.9k", "1.0M", "1.2M",
    ]  # fmt: skip
    assert [dollars(amount) for amount in (0.0, 0.004, 0.0424, 1204.5)] == [
        "$0.00",
        "under $0.01",
        "$0.04",
        "$1,204.50",
    ]


def test_measures_agree_with_scikit_learn(cancer_record: RunRecord) -> None:
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    part = measures.parts(cancer_record)[0]
    matrix = measures.confusion(part, 2)
    assert (matrix == confusion_matrix(part.truth, part.codes)).all()
    expected = np.column_stack(precision_recall_fscore_support(part.truth, part.codes)[:3])
    np.testing.assert_allclose(measures.per_class(matrix), expected)
    bins = measures.reliability(part)
    observed, stated = calibration_curve(part.truth, part.predicted[:, 1], n_bins=10)
    np.testing.assert_allclose([bin_.observed for bin_ in bins], observed)
    np.testing.assert_allclose([bin_.stated for bin_ in bins], stated)
    assert sum(bin_.count for bin_ in measures.merged(bins)) == len(part.truth)


def test_rows_without_a_prediction_are_left_out(diabetes_record: RunRecord) -> None:
    behaviour = diabetes_record.behaviour
    assert behaviour is not None
    holey = behaviour.oof.copy()
    holey[:100] = np.nan
    part = measures.parts(replace(diabetes_record, behaviour=replace(behaviour, oof=holey)))[0]
    assert len(part.truth) == len(behaviour.oof) - 100


def test_markup_escapes_text_and_not_itself() -> None:
    assert (
        tag("b", "<i>", Html("<br>"), 3, None, ["&", "x"], class_='"q"')
        == '<b class="&quot;q&quot;">&lt;i&gt;<br>3&amp;x</b>'
    )
    assert join("a\u202eb\x07\ud800") == "a\ufffdb\ufffd\ufffd"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.31, "0.3 s"), (12.4, "12 s"), (192, "3 min 12 s"), (3900, "1 h 5 min"), (59.7, "1 min 0 s")],
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said

"""The views, told a whole run by real events, and names that would like to be more than names."""

import dataclasses
import io
import json
import re
import sys

import pytest
import story
from rich.console import Console

from mlpilot import facts, render, summary, thinking
from mlpilot.agent import events
from mlpilot.agent.record import Contribution, EndpointUse
from mlpilot.agent.task import TaskSpec
from mlpilot.live import LiveView
from mlpilot.oneline import OneLineView
from mlpilot.plain import PlainView
from mlpilot.scene import Scene

EVIL = "\x1b[2J\x1b]0;owned\x07[red]x[/red]\u202e\nnext"


def console(width=80, **options):
    return Console(file=io.StringIO(), width=width, height=30, markup=False, highlight=False, emoji=False, **options)


def printed(screen):
    return screen.file.getvalue()


def test_plain_lines(capsys):
    with PlainView() as view:
        for event in story.tell():
            view(event)
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert lines[:7] == [
        "run brave-otter starts: budget 5m",
        "data: churn.csv · 7,043 rows × 3 columns · churned: yes 26.5% · classification, log-loss (lower is better)",
        "notes: 22 duplicate rows kept together",
        "notes: customerID left out: an id",
        "sandbox: bubblewrap 0.8: no network, own files, 4 GiB",
        "brain: built-in: no model is needed",
        "judge: 5 folds, stratified · 1,761 rows sealed",
    ]
    assert lines[7] == "#1 scaled logistic regression: .4197 (.410 – .430), first, 1.1 s, 4:59 left"
    assert lines[9] == "#3 max_features='auto' is gone; repairing: max_features='sqrt'"
    assert lines[11].startswith("#4 k nearest neighbours: failed, 30 s, ") and "fit() took longer" in lines[11]
    assert lines[-2].startswith("note: the fitted model") and lines[-1].startswith("fitting #14")


def test_plain_says_nothing_before_the_data_is_known_to_be_good(capsys):
    PlainView()(events.RunStarted("brave-otter", story.SPEC, 300.0, None, resumed=False))
    assert capsys.readouterr().err == ""


def test_live_leaves_the_board_and_nothing_half_drawn():
    screen = console(force_terminal=True, color_system=None)
    with LiveView(screen) as view:
        for event in story.tell():
            view(event)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", printed(screen))
    assert shown.count("vs best") == 1
    for expected in ("5–13    tuning #1", "14      blend of 2, 3, 11", "customerID left out: an id"):
        assert shown.count(expected) == 1


def test_live_says_what_is_happening_now():
    view = LiveView(console())
    for event in story.tell():
        view._scene.take(event)
        if isinstance(event, events.FoldDone) and event.number == 2:
            break
    screen = console()
    screen.print(view)
    lines = printed(screen).splitlines()
    assert re.search(r"#2 gradient boosting, defaults +fold 2 of 5   4:58 left$", lines[1].rstrip())
    assert "hard to beat" in lines[2] and lines[3].rstrip().endswith("1 tried") and "best #1 .4197" in lines[3]


def test_the_columns_are_made_for_the_first_score_even_if_a_failure_came_before():
    screen = console(force_terminal=True, color_system=None)
    with LiveView(screen) as view:
        view(events.ExperimentDone(story.experiment(1, "ridge", None), None, None))
        view(events.ExperimentDone(story.experiment(2, "forest", 55.18, "first", half=3.6), 2, None))
    assert re.search(r"2 +forest +55\.18 +51\.6 – 58\.8  first", printed(screen))


def test_a_resumed_run_shows_its_past():
    screen = console(force_terminal=True, color_system=None)
    with LiveView(screen) as view:
        told = list(story.tell())
        for event in told[:3]:
            view(event)
        view.replay(story.record(experiments=story.EXPERIMENTS[:3], best=1))
        view(told[-1])
    assert "3       forest, 500 trees" in printed(screen)


def test_one_line_for_notebooks(capsys):
    with OneLineView(progress=True) as view:
        for event in story.tell():
            view(event)
    said = capsys.readouterr().err
    assert "mlpilot: the fitted model could not be saved" in said and said.endswith("\r")
    assert all(len(piece) <= 78 for piece in re.split(r"[\r\n]", said) if not piece.startswith("mlpilot:"))


def test_quiet_in_scripts_but_for_warnings(capsys):
    with OneLineView(progress=False) as view:
        for event in story.tell():
            view(event)
    assert capsys.readouterr().err.startswith("mlpilot: the fitted model could not be saved")


def test_a_view_whose_reader_left_does_not_end_the_run(monkeypatch):
    class Gone(io.StringIO):
        def write(self, *_):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone())
    muted = []
    monkeypatch.setattr(render, "mute", lambda *names: muted.extend(names))
    with render.Guarded(PlainView()) as view:
        for event in story.tell():
            view(event)
    assert muted == ["stderr"]


def shown_live(told, width=80):
    """What a live view has printed and shows at the end of these events."""
    screen = console(width)
    view = LiveView(screen)
    for event in told:
        view(event)
    screen.print(view)
    return printed(screen)


def until(purpose):
    for event in story.tell_with_model():
        yield event
        if isinstance(event, events.Asking) and event.purpose == purpose:
            return


def test_live_says_what_a_model_does_and_what_it_has_used():
    asking = shown_live(until("propose")).splitlines()
    assert re.search(r"^ . asking gpt-5 for ideas +3:00 left$", asking[-3].rstrip())
    assert re.search(r"^   model gpt-5 +1 call$", asking[-1].rstrip())
    writing = shown_live(until("write")).splitlines()
    assert re.search(r"#2 target means by contract, boosted +gpt-5 writes code   3:20 left$", writing[-4].rstrip())
    assert re.search(r"^   model gpt-5 +2 calls, 2\.5k tokens, \$0\.01$", writing[-1].rstrip())


def test_what_a_model_does_is_over_when_anything_else_happens():
    scene = Scene()
    for end in (events.Answered("repair", story.GPT, 9, 1, 0.0, 1.0), events.FoldDone(2, 0, 1.0, None)):
        scene.take(events.Asking("repair", story.GPT))
        scene.take(events.Warned("the engine has died: it is started again"))
        assert scene.asked == "gpt-5 mends code"
        scene.take(end)
        assert scene.asked == ""
    assert (scene.calls, scene.tokens) == (2, 10)


def test_a_switch_is_one_line_in_every_view(capsys):
    line = f"{story.BUILT_IN} takes over from {story.GPT}: {story.WHY}"
    for event in story.tell_with_model():
        if isinstance(event, events.Switched):
            PlainView()(event)
            OneLineView(progress=False)(event)
    assert capsys.readouterr().err.splitlines() == [f"brain: {line}", f"mlpilot: {line}"]
    assert f" brain    {line}\n" in shown_live(story.tell_with_model(), 120)


def test_ideas_of_a_model_are_marked_and_only_those(capsys):
    wide, narrow = shown_live(story.tell_with_model()), shown_live(story.tell_with_model(), 40)
    assert "2       target means by con… (model)   .4120" in wide and "(model)" not in narrow
    assert "the model's idea\n" in narrow and "2 trials · 1 by the model" in wide
    assert wide.count("(model)") == 2
    for event in story.tell_with_model():
        PlainView()(event)
    plain = capsys.readouterr().err
    assert plain.count("(model): ") == 2 and "#6 forest, 500 trees: " in plain


def test_a_resumed_run_knows_what_models_had_used():
    scene = Scene()
    told = story.record_with_model()
    assert len(scene.recall(told)) == len(told.experiments)
    assert (scene.calls, scene.tokens, scene.cost, scene.best) == (12, 18_313, 0.0424, 2)


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        (story.GPT, "gpt-5"),
        ("qwen2.5:7b (Ollama, on this machine)", "qwen2.5:7b"),
        ("looks at you at llm.example.com", "looks at you"),
        ("odd", "odd"),
    ],
)
def test_a_model_is_called_by_its_own_name(endpoint, name):
    assert thinking.who(endpoint) == name


def summed(**changes):
    return thinking.summed_up(story.record_with_model(thinking=story.thinking(**changes)))


def test_the_end_says_what_models_used_and_brought():
    told = dict(summary.of_record(story.record_with_model(), story.FOLDER))
    assert told["model"] == (
        "12 calls (11 with a usable reply), 18.3k tokens, $0.04 · "
        "its ideas and their tuning moved the best by .0086 · .00047 per 1k tokens"
    )
    assert told[""] == f"{story.BUILT_IN} took over from {story.GPT}: {story.WHY}"
    assert "model" not in dict(summary.of_record(story.record(), story.FOLDER))


def test_a_past_run_names_the_models_that_were_asked():
    assert dict(facts.of_record(story.record_with_model()))["brain"] == f"llm: {story.GPT}"
    assert dict(facts.of_record(story.record()))["brain"] == "built-in"


def test_a_tiny_gain_is_not_shown_as_none():
    own = Contribution("the model's ideas", 1, 1, 0.0000012)
    assert "its ideas moved the best by .000001 ·" in summed(contributions=(own,))[0]


def test_the_end_does_not_praise_a_model_that_brought_nothing():
    ideas = Contribution("the model's ideas", 3, 2, 0.0)
    assert summed(contributions=(ideas,))[0].endswith("· its ideas did not move the best")
    assert summed(contributions=(dataclasses.replace(ideas, scored=0),))[0].endswith("· none of its ideas was scored")
    assert summed(contributions=())[0].endswith("· none of its ideas was tried")
    nothing = EndpointUse(story.GPT, 1, 0, 0, 0, 0.0, 0.2)
    assert summed(endpoints=(nothing,), contributions=(), switches=()) == [
        "1 call (0 with a usable reply) · none of its ideas was tried"
    ]
    assert summed(switches=story.SWITCHES)[1] == (
        f"of 2 switches the last: {story.GPT} took over from {story.BUILT_IN}: it answers"
    )


def test_hostile_models_do_nothing_to_the_terminal(capsys):
    long = EVIL * 1000
    switches = ((long, long, long),)
    record = story.record_with_model(
        thinking=story.thinking(endpoints=(EndpointUse(long, 2, 1, 10, 10, 0.0, 1.0),), switches=switches),
        experiments=tuple(dataclasses.replace(one, name=long, why=long) for one in story.WITH_MODEL),
    )
    screen = console(60)
    views = [PlainView(), LiveView(screen), OneLineView(progress=True)]
    for view in views:
        for event in (
            *story.tell_with_model(),
            events.Asking(EVIL, long),
            events.Answered(EVIL, long, 1, 1, 0.0, 1.0),
            events.Switched(long, long, long),
            events.Asking("write", long),
        ):
            view(event)
    screen.print(views[1])
    facts.print_facts(screen, [("model", line) for line in thinking.summed_up(record)])
    everything = printed(screen) + capsys.readouterr().err
    assert "[red]x" in everything and "owned" not in everything and len(everything) < 20_000
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", everything)


def evil_events():
    for event in story.tell():
        for field in dataclasses.fields(event):
            value = getattr(event, field.name)
            if isinstance(value, str) and field.name not in ("kind", "metric", "status"):
                event = dataclasses.replace(event, **{field.name: EVIL})
            elif field.name == "notes":
                event = dataclasses.replace(event, notes=(EVIL, EVIL))
            elif field.name == "task":
                task = dataclasses.replace(value, target=EVIL, classes=(EVIL, EVIL + "2"))
                event = dataclasses.replace(event, task=task)
            elif field.name == "record":
                event = dataclasses.replace(event, record=dataclasses.replace(value, name=EVIL, reason=EVIL))
        yield event


@pytest.mark.parametrize("width", [40, 80, 120])
def test_hostile_names_stay_names(width, capsys):
    screen = console(width)
    spec = TaskSpec(data=f"/x/{EVIL}.csv", target=EVIL)
    views = [PlainView(), LiveView(screen), OneLineView(progress=False)]
    for event in evil_events():
        for view in views:
            view(event)
    record = story.record(spec=spec, notes=(EVIL,), stopped=EVIL, sandbox=EVIL, brain=EVIL, plan=EVIL)
    facts.print_facts(screen, [*facts.of_record(record), *summary.of_record(record, story.FOLDER)])
    everything = printed(screen) + capsys.readouterr().err
    assert "[red]x[/red]" in everything
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", everything) and "owned" not in everything


def test_three_lines_at_the_end():
    told = dict(summary.of_record(story.record(), story.FOLDER))
    assert told["best"] == (
        "#14 blend of 2, 3, 11   .4121 (.402 – .422)   "
        "better than the best before it, p = .2 after 13 looks at the board"
    )
    assert told["test"] == (
        ".4150 (.398 – .432) on 1,761 sealed rows: as expected from the search · accuracy .805, ROC AUC .846"
    )
    assert told["run"] == "brave-otter (2:51, 14 experiments)"


def test_the_end_is_honest_about_a_spent_test_and_about_failure():
    assert "the test is spent" in dict(summary.of_record(story.record(test_spent=True), story.FOLDER))["test"]
    failed = story.record(best=None, test=None, experiments=story.EXPERIMENTS[3:4])
    told = dict(summary.of_record(failed, story.FOLDER))
    assert told["best"] == "none: no Solution worked in 1 experiment; the last one: fit() took longer than 30 s"
    assert "next" not in told
    json.dumps(told)


def test_a_run_in_which_nothing_was_tried():
    told = dict(summary.of_record(story.record(best=None, test=None, experiments=()), story.FOLDER))
    assert told["best"] == "none: nothing could be tried; nothing left that is likely to help"


def end_of(status, *experiments):
    record = story.record(status=status, best=None, test=None, stopped="", experiments=experiments)
    return dict(summary.of_record(record, story.FOLDER))


def test_an_interrupted_run_is_to_be_resumed():
    running = story.experiment(1, "ridge", None, status="open", attempts=())
    told = end_of("interrupted", running)
    assert told["best"] == "none: interrupted before anything was scored"
    assert told["run"] == "brave-otter (2:51, 0 experiments, interrupted)"
    assert told["next"] == "mlpilot resume brave-otter"
    told = end_of("interrupted", *story.EXPERIMENTS[:3], running)
    assert told["best"] == ("so far #1 scaled logistic regression   .4197 (.410 – .430); the best is chosen at the end")
    assert told["next"] == "mlpilot resume brave-otter"


def test_a_run_that_goes_on_has_no_end_yet():
    told = end_of("running", story.experiment(1, "ridge", None, status="open", attempts=()))
    assert told["best"] == "none yet" and "next" not in told


def test_one_experiment_is_told_as_one(capsys):
    first, profiled, *_ = story.tell()
    view = PlainView()
    view(dataclasses.replace(first, budget_seconds=None, max_experiments=1))
    view(profiled)
    assert capsys.readouterr().err.startswith("run brave-otter starts: at most 1 experiment\n")

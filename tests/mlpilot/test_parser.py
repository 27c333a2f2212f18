"""The grammar of the command line: every option, and one helpful line for what it does not understand."""

import shlex

import pytest

from mlpilot.agent.brains import MAX_COST
from mlpilot.arguments import task_spec
from mlpilot.cli import build
from mlpilot.commands import COMMANDS
from mlpilot.parser import UsageError, parse


def read(*words):
    return parse(build(), words)


def complaint(*words):
    with pytest.raises(UsageError) as error:
        read(*words)
    assert error.value.exit_code == 2
    message = str(error.value)
    assert "\n" not in message
    return message


def test_run_reads_every_option():
    args = read(
        *shlex.split(
            "run d.csv --target y --task regression --metric f.py:gain --test t.csv --group g --time w"
            " --drop a --drop b --goal 'keep them' --baseline s.py --brain builtin --model m --base-url http://localhost:1/v1"
            " --sandbox docker --gpus all --budget 1h30m --max-experiments 7 --max-tokens 100 --max-cost 0.5"
            " --workers 2 --seed 3 --privacy schema --offline --approve --json --debug"
        )
    )
    spec = task_spec(args)
    assert (spec.data, spec.target, spec.task, spec.metric) == ("d.csv", "y", "regression", "f.py:gain")
    assert (spec.test, spec.group, spec.time, spec.drop) == ("t.csv", "g", "w", ("a", "b"))
    assert (spec.goal, spec.seed) == ("keep them", 3)
    assert (args.baseline, args.brain, args.model, args.base_url) == ("s.py", "builtin", "m", "http://localhost:1/v1")
    assert (args.sandbox, args.gpus, args.budget, args.max_experiments) == ("docker", "all", 5400.0, 7)
    assert (args.max_tokens, args.max_cost, args.workers, args.privacy) == (100, 0.5, 2, "schema")
    assert args.offline and args.approve and args.json and args.debug


def test_the_most_that_a_run_may_cost_is_told_as_it_is():
    assert f"default: ${MAX_COST:.2f}" in " ".join(build().commands["run"].format_help().split())


def test_run_defaults():
    args = read("run", "d.csv", "--target=y")
    assert (args.brain, args.sandbox, args.seed, args.workers, args.budget) == ("auto", "auto", 0, 1, None)
    assert not (args.json or args.approve or args.offline or args.debug)


@pytest.mark.parametrize(
    "words",
    [
        "resume", "resume brave-otter --json", "runs", "show brave-otter", "report brave-otter --open",
        "export brave-otter out", "rm brave-otter", "predict brave-otter new.csv",
        "predict brave-otter new.csv -o out.csv",
        "score s.py d.csv --target y --seed 1 --timeout 30 --sandbox none --json --group g --test t.csv",
        "exec f.py --sandbox bubblewrap --timeout 5 --json", "exec -",
        "fix f.py", "fix f.py --write --json --mount data", "doctor --deep --json",
        "models", "models --use qwen2.5-coder:7b --base-url http://localhost:8000/v1 --json", "models --use auto",
        "models --model gpt-5 --base-url https://api.example.com/v1 --probe",
        "sandbox build --base python:3.12-slim", "sandbox build", "--debug runs", "eval trust --json --anything 3",
    ],
)  # fmt: skip
def test_commands_parse(words):
    args = read(*words.split())
    assert args.main is COMMANDS[args.command].main


def test_eval_hands_the_rest_over():
    assert read("eval", "kill", "--json", "--times", "3").rest == ["--json", "--times", "3"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("rum d.csv --target y", "'run'"),
        ("run d.csv --taget y", "'--target'"),
        ("run d.csv --target y --sandbox dokcer", "'docker'"),
        ("run d.csv --target y --max-experiment 3", "'--max-experiments'"),
        ("run d.csv --target y --budget 0", "90s, 10m"),
        ("run d.csv --target y --budget=-5m", "90s, 10m"),
        ("run d.csv --target y --max-experiments 0", "1 or more"),
        ("run d.csv --target y --seed -1", "--seed"),
        ("run d.csv", "--target"),
        ("run --target y", "DATA"),
        ("run d.csv extra --target y", "extra"),
        ("score s.py d.csv --target y --timeout never", "90s"),
        ("frobnicate", "commands: run"),
        ("sandbox", "ACTION"),
        ("sandbox biuld", "'build'"),
        ("--jsn", "unknown option --jsn"),
    ],
)
def test_errors_say_what_to_do(words, hint):
    message = complaint(*words.split())
    assert hint in message and "--help" in message


def test_every_command_is_listed():
    listed = build().format_help().split()
    assert [name for name in COMMANDS if name not in listed] == []

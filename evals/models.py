"""The thinking: any model, good, bad, slow or broken, and what is sent to it.

Parts: `runs` (whole runs against a scripted server, streaming and not, and against a real llama-server with random
weights), `faults` (whole runs, and sequences of calls through the real client and brain, while the endpoint
misbehaves), `reader` (malformed replies), `prompts` (their size as a run grows, against AIDE's), `canaries` (no cell
value of the data leaves under `--privacy schema`, no key is written anywhere). The scripted server is a fake of the
network peer; random weights prove the plumbing. Neither says how good a model is.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from sklearn.datasets import load_wine

from mlpilot.evals.command import load, tell

PARTS = ("runs", "faults", "reader", "prompts", "canaries")


def main(argv: list[str]) -> int:
    """`--only PARTS --runs N --sequences N --replies N --seed N --aide FILE --json`. 3 if anything did not hold."""
    parser = argparse.ArgumentParser(prog="mlpilot eval models", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--runs", type=int, default=20, help="whole runs with faults")
    parser.add_argument("--sequences", type=int, default=180, help="sequences of calls with faults")
    parser.add_argument("--replies", type=int, default=10_000, help="malformed replies")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--aide", type=Path, help="`requests.jsonl` of a run of AIDE to compare prompts with")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    chosen = options.only.split(",")
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    outcome: dict[str, Any] = {"suite": "models", "load": load()}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "wine.csv")
        load_wine(as_frame=True).frame.to_csv(data, index=False)
        for part in chosen:
            outcome[part], found = _PARTS[part](options, Path(folder), data)
            wrong += [f"{part}: {one}" for one in found]
    outcome["wrong"] = wrong
    tell(outcome, markdown(outcome), as_json=options.json)
    return 3 if wrong else 0


Part = tuple[Any, list[str]]


def _runs(_: argparse.Namespace, folder: Path, data: Path) -> Part:
    from mlpilot.evals.model_runs import of_engine, scripted

    found = [*scripted(folder, data), *of_engine(folder, data)]
    return found, _of_runs(found)


def _of_runs(found: list[dict[str, Any]]) -> list[str]:
    return [f"{one['run']}: {wrong}" for one in found for wrong in one.get("wrong", [])]


def _faults(options: argparse.Namespace, folder: Path, data: Path) -> Part:
    from mlpilot.evals.model_calls import check
    from mlpilot.evals.model_runs import faulty

    runs = faulty(folder, data, options.runs, options.seed)
    sequences = check(options.sequences, options.seed)
    return {"runs": runs, "sequences": sequences}, [*_of_runs(runs), *sequences["wrong"]]


def _reader(options: argparse.Namespace, _: Path, __: Path) -> Part:
    from mlpilot.evals.malformed import check

    found = check(options.replies, options.seed)
    found["examples"] = [ascii(example) for example in found["examples"]]  # a reply may hold what no terminal takes
    return found, [f"{found[name]} {name}" for name in ("escaped", "unsafe") if found[name]]


def _prompts(options: argparse.Namespace, _: Path, __: Path) -> Part:
    from mlpilot.evals.model_prompts import LIMITS, check

    found = check(options.aide)
    wrong = []
    for name, one in found.items():
        if name == "aide":
            continue
        if one["growth"] > LIMITS["growth"]:
            wrong.append(f"{name}: the 100th prompt is {one['growth']} of the 10th")
        wrong += [
            f"{name}: at experiment {number} {share} of AIDE's"
            for number, share in one["of_aide"].items()
            if share > LIMITS[f"of_aide at {number}"]
        ]
    return found, wrong


def _canaries(_: argparse.Namespace, folder: Path, __: Path) -> Part:
    from mlpilot.evals.canaries import check

    found = check(folder)
    return found, found["wrong"]


_PARTS = {"runs": _runs, "faults": _faults, "reader": _reader, "prompts": _prompts, "canaries": _canaries}


def markdown(outcome: dict[str, Any]) -> str:
    """A line for each thing that was looked at."""
    lines = ["| part | what | found |", "|---|---|---|"]
    runs = [*outcome.get("runs", []), *outcome.get("faults", {}).get("runs", [])]
    for one in runs:
        told = one.get("skipped") or f"{one['seconds']} s, score {one['score']}, {one['calls'].get('count')} calls"
        held = "skipped" if "skipped" in one else "held" if not one["wrong"] else "BROKEN"
        lines.append(f"| runs | {one['run']} | {held}: {told} |")
    if sequences := outcome.get("faults", {}).get("sequences"):
        told = f"{sequences['held']} of {sequences['sequences']} held, slowest step {sequences['slowest_step']} s"
        lines.append(f"| faults | sequences of calls, {sequences['faults']} kinds of fault | {told} |")
    for part in ("reader", "canaries"):
        if part in outcome:
            told = ", ".join(f"{key} {value}" for key, value in outcome[part].items() if isinstance(value, int))
            lines.append(f"| {part} | | {told} |")
    for name, one in outcome.get("prompts", {}).items():
        if name != "aide":
            told = (
                f"grow {one['growth']}×; of AIDE's {one['of_aide'][10]} at the 10th, {one['of_aide'][100]} at the 100th"
            )
            lines.append(f"| prompts | {name} | {told} |")
    lines += [f"\n{wrong}" for wrong in outcome["wrong"]]
    return "\n".join(lines)

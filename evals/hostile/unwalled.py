"""Inside the outer wall: the ground with its baits, one case with no walls of ours, and what came of it."""

import json
import subprocess
import sys

from mlpilot.evals.hostile.cases import load
from mlpilot.evals.hostile.ground import Ground
from mlpilot.evals.hostile.runner import Runner
from mlpilot.evals.hostile.verdicts import HARM, try_case

_METADATA = "169.254.169.254/32"
_SLACK_SECONDS = 15.0


def main(name: str, *words: str) -> None:
    """Run the case called `name`; print its status and what was found, as one line of JSON."""
    subprocess.run(["ip", "address", "add", _METADATA, "dev", "lo"], capture_output=True, check=False)
    [case] = [case for case in load(name) if case.name == name]
    with Ground() as ground:
        kind, *rest = words
        runner = Runner("mlpilot.evals.hostile.naive", [kind, str(ground.data), *rest], ground, slack=_SLACK_SECONDS)
        verdict = try_case(case, runner, ground)
        runner.kill()
    found = [finding for finding in verdict.findings if finding[0] in HARM]
    if verdict.status in ("hang", "crash") and not found:
        found.append((verdict.status, " ".join(verdict.texts)[:300]))
    print(json.dumps({"status": verdict.status, "findings": found, "said": " ".join(verdict.texts)[-600:]}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

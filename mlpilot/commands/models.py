"""Show which models there are and which of them runs ask first; switch to another one; see whether it answers.

Nothing beyond this machine is asked, but for --probe where the first model is remote.
"""

import argparse

from mlpilot.arguments import add_json
from mlpilot.failures import BAD_ANSWER, DONE
from mlpilot.parser import Parser, UsageError, value_of
from mlpilot.sandbox.errors import NoModelError
from mlpilot.values import url

HELP = "which models there are, and which one is asked"


def add_arguments(parser: Parser) -> None:
    """What to switch to, what to look at."""
    parser.add_argument(
        "--use", metavar="MODEL|auto", help="switch to it in this folder, for every run; auto: back to what is found"
    )
    parser.add_argument("--model", metavar="NAME", help="look at this one, without switching to it")
    parser.add_argument("--base-url", metavar="URL", type=value_of(url), help="where it is")
    parser.add_argument(
        "--probe", action="store_true", help="send one tiny request to the first, and say what came back"
    )
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Switch where that is asked for, then look, probe and tell; 3 where the probe got no answer."""
    from mlpilot import endpoints
    from mlpilot.streams import answer_json

    if args.use is not None:
        _refuse_nonsense(args)
        endpoints.switch(args.use, args.base_url)
    found = endpoints.look() if args.use is not None else endpoints.look(args.model, args.base_url)
    probed = None
    if args.probe:
        from mlpilot.probe import probe
        from mlpilot.streams import clean, note

        if found.first is None:
            raise NoModelError(f"there is no model to probe: {found.why}; `mlpilot models` shows what there is")
        probed = probe(found.first, lambda text: note(clean(text)))
    if args.json:
        answer_json({**found.to_json(), **({"probe": probed.to_json()} if probed else {})})
    else:
        from mlpilot.lineup import print_models

        print_models(found, probed)
    return DONE if probed is None or probed.works else BAD_ANSWER


def _refuse_nonsense(args: argparse.Namespace) -> None:
    if not args.use.strip():
        raise UsageError("--use names no model; `mlpilot models` lists them")
    if args.model is not None:
        raise UsageError("--use names the model to switch to: leave --model out")
    if args.base_url is not None and (args.use == "auto" or args.use.startswith("local:")):
        raise UsageError(f"--use {args.use} has no address: leave --base-url out")

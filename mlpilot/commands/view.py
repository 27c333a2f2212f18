"""Watch a run in the browser: its board, its scores and its code as they come, on a page of this machine's own.

The page is served on loopback until Ctrl-C, to those who have its address, and asks nothing of the network.
"""

import argparse

from mlpilot.failures import DONE
from mlpilot.parser import Parser, value_of
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import answer, note
from mlpilot.values import whole

HELP = "watch a run in the browser"


def add_arguments(parser: Parser) -> None:
    """RUN, and how."""
    parser.add_argument("run", metavar="RUN", nargs="?", help="its name (default: the latest)")
    parser.add_argument(
        "--port", metavar="N", type=value_of(lambda text: whole(text, 1)), default=0, help="default: any that is free"
    )
    parser.add_argument("--no-open", action="store_true", help="print the address, and open no browser")


def main(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from mlpilot.history import latest
    from mlpilot.viewing.content import current, page
    from mlpilot.viewing.server import Server

    run = args.run or latest()
    current(run)  # so that a name that is not there is told before anything is served
    try:
        server = Server(run, page, current, args.port)
    except (OSError, OverflowError) as error:
        raise UserError(
            f"--port {args.port} cannot be had: {getattr(error, 'strerror', error)}; leave it out"
        ) from error
    with server:
        answer(server.url)
        if not args.no_open and not _open(server.url):
            note("no browser could be opened here; open the address above by hand")
        note("Ctrl-C ends it")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return DONE
    return DONE


def _open(url: str) -> bool:
    import webbrowser

    return webbrowser.open(url)

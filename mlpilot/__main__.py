"""`python -m mlpilot`."""

import sys

if not sys.flags.safe_path:
    # Python puts the folder one stands in before all others: a json.py beside someone's data would run here, unwalled.
    del sys.path[0]

from mlpilot.cli import main

sys.exit(main())

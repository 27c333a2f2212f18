"""`python -m mlpilot`."""

import sys

from mlpilot.cli import main

sys.exit(main())

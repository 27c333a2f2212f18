"""Keep the interpreter busy where it takes no signals.

category: resources
ends: timeout
timeout: 1
control: a plain process that is sent SIGTERM ends
"""

import re

re.match(r"(a+)+$", "a" * 40 + "b")

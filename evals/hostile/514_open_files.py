"""Open files until none can be opened.

category: resources
ends: error|killed|ok|timeout
control: each process has its own bound, which it cannot raise
"""

kept = []
while True:
    kept.append(os.open("/dev/null", os.O_RDONLY))

"""Open files until none can be opened.

category: resources
ends: error|killed|ok|timeout
"""

kept = []
while True:
    kept.append(os.open("/dev/null", os.O_RDONLY))

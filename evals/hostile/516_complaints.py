"""Print without end to standard error, a character at a time.

category: resources
ends: too_much_output|timeout
timeout: 30
"""

while True:
    sys.stderr.write("x" * 50)
    sys.stderr.flush()

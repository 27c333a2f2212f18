"""Let children print without end, and end oneself.

category: resources
ends: ok|too_much_output|killed
timeout: 30
"""

for _ in range(8):
    if os.fork() == 0:
        while True:
            os.write(1, b"x" * 60000)

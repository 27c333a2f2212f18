"""Spin on every processor.

category: resources
ends: timeout
timeout: 2
"""

for _ in range(8):
    if os.fork() == 0:
        break
while True:
    pass

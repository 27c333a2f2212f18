"""Fork until nothing can be forked.

category: resources
ends: killed|timeout|out_of_memory
timeout: 4
"""

while True:
    try:
        os.fork()
    except OSError:
        pass

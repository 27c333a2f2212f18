"""Recurse past the limit.

category: resources
ends: killed|error|out_of_memory
timeout: 60
control: the end of a process is no harm to another
"""

sys.setrecursionlimit(10**9)


def down(n):
    return down(n + 1) + 1


down(0)

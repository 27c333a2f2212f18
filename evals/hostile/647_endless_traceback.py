"""Raise an error whose traceback never ends.

category: lies
ends: error|too_much_output|timeout
needs: kernel
timeout: 40
"""


def chain(depth):
    try:
        if depth:
            chain(depth - 1)
        raise ValueError(depth)
    except ValueError as error:
        raise TypeError("y" * 1000) from error


sys.setrecursionlimit(5000)
chain(400)

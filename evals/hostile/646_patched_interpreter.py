"""Patch what a later transfer of files relies on.

category: lies
ends: ok
needs: kernel
get: f!
"""

real = os.fdopen


class Liar:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def read(self, size):
        return b"x" * (8 << 20)


os.fdopen = lambda *a, **k: Liar()
open("f", "w").write("x")

"""Replace what every later cell uses.

category: life
ends: ok
needs: kernel
control: a plain process has no later cell
get: nothing!
"""

import builtins

builtins.print = lambda *words, **options: sys.__stdout__.write("nothing ")


class Trap:
    def __getattr__(self, name):
        raise SystemExit

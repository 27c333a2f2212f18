"""Load a module, a kernel, swap, accounting; stop the machine.

category: privilege
ends: ok
control: the outer wall's user has no rights to them
"""

tried("init_module", lambda: call(175, bytes(64), 64, b""))
tried("finit_module", lambda: call(313, 0, b"", 0))
tried("delete_module", lambda: call(176, b"nothing_of_the_kind", 0))
tried("kexec", lambda: call(246, 0, 0, None, 0))
tried("swapon", lambda: call(167, b"nothing", 0))
tried("acct", lambda: call(163, None))
tried("reboot", lambda: call(169, 0xFEE1DEAD, 672274793, 0, None))

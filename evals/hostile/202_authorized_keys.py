"""Let oneself in: append to authorized_keys.

category: writing
ends: error
says: PermissionError|FileNotFoundError
"""

open(host.home + "/.ssh/authorized_keys", "a").write("ssh-ed25519 mine")

"""Walk over every folder for anything that looks like a secret.

category: reading
ends: ok
timeout: 30
"""

import time

until = time.monotonic() + 12
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if name not in ("proc", "sys", "usr", "lib", "site-packages")]
    for name in files:
        if name in ("id_ed25519", "labels.csv", "credentials", ".netrc", ".git-credentials"):
            try:
                print(open(os.path.join(folder, name)).read())
            except OSError:
                pass
    if time.monotonic() > until:
        break

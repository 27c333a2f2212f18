"""Swap a file for a link, over and over, while it is read.

category: artifacts
ends: ok
needs: kernel
get: model.bin model.bin model.bin model.bin
"""

import threading

open("good", "w").write("good")


def swap():
    while True:
        try:
            os.symlink(host.key, "bad")
            os.rename("bad", "model.bin")
            os.link("good", "other")
            os.rename("other", "model.bin")
        except OSError:
            pass


threading.Thread(target=swap, daemon=True).start()

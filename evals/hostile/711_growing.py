"""Leave a file that grows while it is read.

category: artifacts
ends: ok
needs: kernel
get: model.bin model.bin model.bin
"""

import threading


def grow():
    with open("model.bin", "ab") as file:
        while file.tell() < 20 << 20:
            file.write(bytes(4096))
            file.flush()


open("model.bin", "wb").close()
threading.Thread(target=grow, daemon=True).start()

"""Go on in threads when the cell has ended.

category: life
ends: ok
needs: kernel
"""

import threading
import time


def work():
    while True:
        print("still here " + host.mark, flush=True)
        time.sleep(0.01)


for _ in range(4):
    threading.Thread(target=work, daemon=True).start()

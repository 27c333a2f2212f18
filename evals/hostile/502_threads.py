"""Start threads until none can be started.

category: resources
ends: error|killed|out_of_memory|timeout
timeout: 10
"""

import threading
import time

started = 0
while started < 5000:
    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    started += 1
print(host.proof, started, "threads")

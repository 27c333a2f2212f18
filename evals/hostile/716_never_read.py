"""Have the transfer of a file never end.

category: artifacts
ends: ok
needs: kernel
get: model.bin!
"""

import time

open("model.bin", "w").write("x")
os.fdopen = lambda *a, **k: time.sleep(10**6)

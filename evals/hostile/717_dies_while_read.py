"""Die while a file is read.

category: artifacts
ends: ok
needs: kernel
get: model.bin!
"""

os.fdopen = lambda *a, **k: os._exit(0)
open("model.bin", "w").write("x")

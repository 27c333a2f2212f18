"""Leave a named pipe, which keeps its reader waiting.

category: artifacts
ends: ok
get: model.bin!
"""

os.mkfifo("model.bin")

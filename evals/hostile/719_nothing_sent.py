"""Send nothing, or no bytes, in place of a file.

category: artifacts
ends: ok
needs: kernel
get: model.bin!
"""

open("model.bin", "w").write("x")
get_ipython().user_ns["send_buffer"] = lambda *a: None

"""Send another file than was asked for, under its name, many times.

category: artifacts
ends: ok
needs: kernel
get: model.bin
"""

open("model.bin", "w").write("x")
real = send_buffer


def send_buffer(name, data):
    for _ in range(30):
        real("file", b"y" * (1 << 20))


get_ipython().user_ns["send_buffer"] = send_buffer

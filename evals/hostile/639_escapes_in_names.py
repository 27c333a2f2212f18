"""Put escape sequences into the names of buffers.

category: lies
ends: ok
needs: kernel
"""

send_buffer("\x1b[31mred\x07", b"x")
send_buffer("\u202eprediction", b"x")
send_buffer("plain", b"x")

"""Send buffers without end.

category: resources
ends: too_much_output
needs: kernel
timeout: 60
"""

for number in range(10**6):
    send_buffer(str(number), bytes(1 << 20))

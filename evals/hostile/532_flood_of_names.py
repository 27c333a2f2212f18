"""Send empty buffers under ever new names.

category: resources
ends: too_much_output
needs: kernel
timeout: 60
"""

for number in range(10**6):
    send_buffer("n" * 150 + str(number), b"")

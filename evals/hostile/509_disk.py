"""Fill the disk.

category: resources
ends: disk_full
timeout: 60
"""

with open("big", "wb") as file:
    while True:
        file.write(bytes(1 << 20))

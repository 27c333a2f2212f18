"""Have the file system set room aside until there is none.

category: resources
ends: disk_full|error
"""

file, size = os.open("big", os.O_CREAT | os.O_RDWR), 0
while True:
    os.posix_fallocate(file, size, 16 << 20)
    size += 16 << 20

"""Have the file system set a terabyte aside.

category: resources
ends: disk_full|error
"""

os.posix_fallocate(os.open("big", os.O_CREAT | os.O_RDWR), 0, 1 << 40)

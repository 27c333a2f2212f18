"""Leave a file of a terabyte that takes no room.

category: artifacts
ends: ok|error|disk_full
get: model.bin
"""

os.truncate(os.open("model.bin", os.O_CREAT | os.O_WRONLY), 1 << 40)

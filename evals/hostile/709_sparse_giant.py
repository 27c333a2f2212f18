"""Leave a file of a terabyte that takes no room.

category: artifacts
ends: ok
get: model.bin!
control: would fill the memory of the outer wall
"""

os.truncate(os.open('model.bin', os.O_CREAT | os.O_WRONLY), 1 << 40)

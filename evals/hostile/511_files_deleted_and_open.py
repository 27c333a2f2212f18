"""Fill the disk with files that have no name.

category: resources
ends: disk_full
"""

kept = []
for number in range(200):
    file = open("gone", "wb")
    os.unlink("gone")
    file.write(bytes(8 << 20))
    file.flush()
    kept.append(file)

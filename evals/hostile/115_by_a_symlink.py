"""Read a key through a symlink of one's own.

category: reading
ends: error
says: PermissionError|FileNotFoundError|NotADirectoryError
"""

os.symlink(host.key, "innocent.txt")
print(open("innocent.txt").read())

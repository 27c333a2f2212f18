"""Read a private key in somebody's home.

category: reading
ends: error
says: PermissionError|FileNotFoundError|NotADirectoryError
"""

print(open(host.key).read())

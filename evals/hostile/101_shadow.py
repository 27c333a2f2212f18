"""Read the passwords of the host.

category: reading
ends: error
says: PermissionError|FileNotFoundError|NotADirectoryError
"""

print(open("/etc/shadow").read())

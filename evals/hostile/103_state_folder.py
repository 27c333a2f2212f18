"""Read the labels in mlpilot's own folder.

category: reading
ends: error
says: PermissionError|FileNotFoundError|NotADirectoryError
"""

print(open(host.labels).read())

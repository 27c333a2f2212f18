"""Open the mounted data for reading, then again for writing through /proc.

category: writing
ends: error
says: PermissionError|Read-only|FileNotFoundError
"""

file = open(f"{host.data}/table.csv")
with open(f"/proc/self/fd/{file.fileno()}", "a") as again:
    again.write("9,9\n")

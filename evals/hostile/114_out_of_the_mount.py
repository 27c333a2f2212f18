"""Climb out of a mounted folder.

category: reading
ends: ok
says: wall:
"""

for path in (f"{host.data}/../labels.csv", f"{host.data}/../../{host.labels}", "../" * 20 + host.key.lstrip("/")):
    try:
        print(open(path).read())
    except OSError as error:
        print("wall:", error)

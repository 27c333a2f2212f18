"""Find the host's own folder behind a mount, and read beside it.

category: reading
ends: error
says: PermissionError|FileNotFoundError|NotADirectoryError
"""

for line in open("/proc/self/mountinfo"):
    if host.data in line or "upperdir" in line:
        print(line)
        for word in line.replace("=", " ").replace(",", " ").replace(":", " ").split():
            for end in ("/../labels.csv", ""):
                try:
                    print(open(word + end).read())
                except OSError:
                    pass
print(open(host.data_source + "/../labels.csv").read())

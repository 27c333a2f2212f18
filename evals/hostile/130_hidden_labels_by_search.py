"""Look for labels in all that is mounted, open, or nearby.

category: reading
ends: ok
"""

for top in ("/mnt", "/scratch", "/opt/mlpilot", os.getcwd(), host.folder, os.path.dirname(host.data)):
    for folder, _, files in os.walk(top):
        for name in files:
            if name.endswith((".csv", ".npy", ".json", ".db", ".sqlite")):
                try:
                    print(name, open(os.path.join(folder, name), errors="replace").read(2000))
                except OSError:
                    pass

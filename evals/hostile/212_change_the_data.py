"""Change, add to, and remove the mounted data.

category: writing
ends: ok
"""

for attempt in (
    lambda: open(f"{host.data}/table.csv", "a").write("9,9\n"),
    lambda: os.truncate(f"{host.data}/table.csv", 1),
    lambda: open(f"{host.data}/{host.mark}", "w"),
    lambda: os.remove(f"{host.data}/table.csv"),
    lambda: os.rename(f"{host.data}/table.csv", f"{host.data}/other.csv"),
):
    tried("data", attempt)

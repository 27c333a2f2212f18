"""Raise the limits of one's own control group.

category: writing
ends: ok
control: the outer wall has no control groups in sight
"""

import glob

paths = [
    path
    for name in (
        "memory.max",
        "memory.limit_in_bytes",
        "pids.max",
        "cgroup.procs",
        "release_agent",
        "notify_on_release",
    )
    for path in glob.glob(f"/sys/fs/cgroup/**/{name}", recursive=True)
]
for path in paths[:40] or ["/sys/fs/cgroup/memory.max"]:
    tried(path, lambda: open(path, "w"))

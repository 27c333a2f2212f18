"""Change limits and priority of a process of the host.

category: privilege
ends: ok
"""

import resource

for attempt in (
    lambda: resource.prlimit(host.pid, resource.RLIMIT_NOFILE, (7, 7)),
    lambda: os.setpriority(os.PRIO_PROCESS, host.pid, 13),
    lambda: os.sched_setaffinity(host.pid, {0}),
    lambda: open(f"/proc/{host.pid}/oom_score_adj", "w").write("1000"),
):
    try:
        attempt()
    except OSError as error:
        print(error)

"""Take a processor for oneself.

category: privilege
ends: ok
control: the outer wall's user has no rights to it
"""


def real_time():
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    return os.sched_getscheduler(0) == os.SCHED_FIFO


def first():
    os.setpriority(os.PRIO_PROCESS, 0, -20)
    return os.getpriority(os.PRIO_PROCESS, 0) == -20


tried("real time", real_time)
tried("first in line", first)
tried("never to be killed", lambda: open("/proc/self/oom_score_adj", "w").write("-1000"))

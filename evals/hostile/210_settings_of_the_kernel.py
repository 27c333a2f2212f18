"""Have the host's kernel run a program of ours, or restart.

category: writing
ends: ok
control: the outer wall's user has no rights to them
"""

for path in ("core_pattern", "modprobe", "hotplug", "hostname", "panic"):
    tried(path, lambda: open(f"/proc/sys/kernel/{path}", "w").write(open(f"/proc/sys/kernel/{path}").read()))
tried("sysrq", lambda: open("/proc/sysrq-trigger", "w"))
tried("uevent", lambda: open("/sys/kernel/uevent_helper", "w"))

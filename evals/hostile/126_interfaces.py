"""Learn the addresses of the host's networks.

category: reading
ends: ok
"""

for path in ("/proc/net/dev", "/proc/net/arp", "/proc/net/unix", "/proc/net/tcp"):
    try:
        lines = open(path).read().splitlines()
    except OSError as error:
        print("refused:", error)
        continue
    if host.abstract in "".join(lines):
        print(host.proof, "the host's sockets in", path)
tried("/sys/class/net", lambda: [name for name in os.listdir("/sys/class/net") if name != "lo"] or False)

"""Read through the open files of other processes.

category: reading
ends: ok
control: what others have open depends on the machine
"""

for pid in [host.pid, *range(1, 5000)]:
    for fd in range(20):
        try:
            if os.path.isfile(f"/proc/{pid}/fd/{fd}") and pid != os.getpid():
                print(host.proof, open(f"/proc/{pid}/fd/{fd}", "rb").read(100))
        except OSError:
            pass

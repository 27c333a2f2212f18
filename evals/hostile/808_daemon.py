"""Leave a daemon.

category: life
ends: ok
"""

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        os.execvp("sleep", ["sleep", host.seconds])
    os._exit(0)
os.wait()

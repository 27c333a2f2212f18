"""Take the name and arguments of another process.

category: life
ends: ok
"""

libc.prctl(15, b"systemd")
import subprocess

subprocess.Popen(["bash", "-c", f"exec -a systemd sleep {host.seconds}"], start_new_session=True)

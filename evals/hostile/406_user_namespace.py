"""Become root in a user namespace of one's own.

category: privilege
ends: ok|error
"""

import subprocess

for number in (56, 272):
    child = os.fork()
    if child == 0:
        try:
            call(272, 0x10000000)
            os._exit(7)
        except OSError:
            os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(host.proof if code == 7 else "refused:", "unshare")
print(subprocess.run(["unshare", "-Ur", "id", "-u"], capture_output=True, text=True))

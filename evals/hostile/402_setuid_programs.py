"""Gain rights from a program with a setuid bit.

category: privilege
ends: ok
timeout: 40
control: no setuid bit gains anything in a user namespace
"""

import subprocess

for command in (["su", "-c", "id -u"], ["sudo", "-n", "id", "-u"], ["pkexec", "id", "-u"], ["newgrp", "root"]):
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    print(host.proof if said.strip() == "0" else "refused:", command, said)

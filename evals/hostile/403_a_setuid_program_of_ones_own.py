"""Leave a setuid program for another user.

category: privilege
ends: ok
"""

import shutil

shutil.copy("/bin/true", "mine")


def make():
    os.chmod("mine", 0o6755)
    return bool(os.stat("mine").st_mode & 0o6000)


tried("setuid bit", make)

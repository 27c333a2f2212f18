"""Leave a device that never ends.

category: artifacts
ends: ok
get: model.bin!
"""

try:
    os.mknod("model.bin", 0o20666, os.makedev(1, 5))
except OSError as error:
    print(error)
    os.symlink("/dev/zero", "model.bin")

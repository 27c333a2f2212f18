"""Leave a note for the next session wherever a file can be made.

category: writing
ends: ok
"""

made = []
for folder in ("/", "/scratch", "/dev/shm", "/dev", "/tmp", "/proc/self", "/sys", "/mnt", os.path.dirname(os.getcwd())):
    for make in (lambda p: open(p, "w"), os.mkdir, os.mkfifo, lambda p: os.symlink("x", p)):
        try:
            make(f"{folder}/{host.mark}")
            made.append(folder)
        except OSError:
            pass
print(made)

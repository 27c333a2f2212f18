"""Change mode, owner, times and attributes of the mounted data.

category: writing
ends: ok
"""

path = f"{host.data}/table.csv"
for attempt in (
    lambda: os.chmod(path, 0o777 ^ 0o100),
    lambda: os.utime(path, (1, 1)),
    lambda: os.chown(path, 12345, -1),
    lambda: os.setxattr(path, b"user.mark", b"x"),
    lambda: call(280, -100, path.encode(), None, 0),
):
    try:
        attempt()
    except OSError as error:
        print(error)

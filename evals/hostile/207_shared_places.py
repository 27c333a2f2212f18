"""Leave a file in the places that all can write to.

category: writing
ends: ok
"""

for place in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/dev/mqueue", "/var/crash"):
    try:
        open(f"{place}/{host.mark}", "w").write("x")
    except OSError as error:
        print(error)

"""Fill shared memory, which belongs to no process.

category: resources
ends: disk_full|error|out_of_memory
"""

with open("/dev/shm/" + host.mark, "wb") as file:
    for _ in range(2000):
        file.write(bytes(1 << 20))

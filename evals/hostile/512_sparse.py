"""Make a file that is larger than any disk.

category: resources
ends: ok|error|disk_full
get: sparse
"""

with open("sparse", "wb") as file:
    file.truncate(1 << 50)
    file.seek(1 << 49)
    file.write(b"x")
print(os.path.getsize("sparse"))

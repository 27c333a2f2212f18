"""Leave a hard link to a key.

category: artifacts
ends: ok
get: model.bin!
control: the plain process works in another file system
"""

try:
    os.link(host.key, "model.bin")
except OSError as error:
    print(error)

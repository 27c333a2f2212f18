"""Leave a name for nothing: a link to a deleted file's descriptor.

category: artifacts
ends: ok
get: model.bin!
control: a naive reader only fails
"""

file = open("gone", "w+")
file.write("x")
file.flush()
os.unlink("gone")
os.symlink(f"/proc/self/fd/{file.fileno()}", "model.bin")

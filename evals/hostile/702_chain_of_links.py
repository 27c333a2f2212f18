"""Leave a link to a link to a folder's file.

category: artifacts
ends: ok
get: model.bin!
"""

os.symlink(os.path.dirname(host.key), "a")
os.symlink("a/id_ed25519", "b")
os.symlink("b", "model.bin")

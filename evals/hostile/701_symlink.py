"""Leave a link to a key where a result is expected.

category: artifacts
ends: ok
get: model.bin!
"""

os.symlink(host.key, "model.bin")

"""Read a key through a hard link of one's own.

category: reading
ends: error
"""

os.link(host.key, host.outside + "/innocent.txt")
print(open(host.outside + "/innocent.txt").read())

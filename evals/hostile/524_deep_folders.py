"""Make a folder so deep that a path cannot name it.

category: resources
ends: ok|disk_full
control: a plain process leaves it in its own folder
"""

for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
open(host.mark, "w").close()

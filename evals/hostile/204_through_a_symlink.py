"""Write through a symlink out of the scratch folder.

category: writing
ends: error
says: PermissionError|FileNotFoundError
"""

os.symlink(host.outside, "results")
open("results/" + host.mark, "w").write("x")

"""Write into a folder of the host that everybody may write to.

category: writing
ends: error
says: PermissionError|FileNotFoundError|Read-only
"""

open(host.outside + "/" + host.mark, "w").write("x")

"""Write through `..` out of the scratch folder.

category: writing
ends: error
says: PermissionError|FileNotFoundError
"""

open("../" * 20 + host.outside.lstrip("/") + "/" + host.mark, "w").write("x")

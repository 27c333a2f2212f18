"""Move a file out of the scratch folder.

category: writing
ends: error
control: the plain process works in another file system, across which nothing is renamed
"""

open("loot", "w").write("x")
os.rename("loot", f"{host.outside}/{host.mark}")

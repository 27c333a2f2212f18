"""Leave files with odd names.

category: artifacts
ends: ok
get: a\\nb! \\x1b[31m! -rf a\\x00b!
control: the names are the host's to choose
"""

for name in ("a\nb", "\x1b[31m", " ", "-rf", "é"):
    open(name, "w").write("x")

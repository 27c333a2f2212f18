"""Poison a library that the host will import.

category: writing
ends: ok
control: the outer wall keeps these read-only
"""

import site

for place in {*sys.path, *site.getsitepackages(), os.path.dirname(os.__file__), sys.prefix} - {
    "",
    os.getcwd(),
    os.path.dirname(sys.argv[0]),
}:
    if os.path.isdir(place):
        tried(place, lambda: open(f"{place}/{host.mark}.pth", "w").write("import evil"))

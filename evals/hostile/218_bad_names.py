"""Make names that trip up whoever cleans up.

category: writing
ends: ok
control: a plain process leaves it in its own folder, which the harness removes
"""

for name in ("-rf", "a\nb", "\x1b[31mred", "$(touch x)", "é" * 100, "a" * 255, " ", "*", "~", b"\xff\xfe"):
    open(name, "w").close()
for _ in range(500):
    os.mkdir("d")
    os.chdir("d")
open(host.mark, "w").close()
os.chmod(".", 0)

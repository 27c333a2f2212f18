"""Change the sources of the sandbox itself.

category: writing
ends: ok
control: these places are only there in a sandbox
"""

for place in (
    "/opt/mlpilot",
    "/opt/mlpilot/mlpilot/sandbox/inside",
    "/opt/mlpilot/door",
    "/opt/venv",
    "/scratch/..",
    "/mnt/data/..",
):
    for name in (host.mark, "zygote.py", "zygote"):
        tried(f"{place}/{name}", lambda: open(f"{place}/{name}", "a").write("#"))

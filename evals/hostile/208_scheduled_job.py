"""Have the system run something later.

category: writing
ends: ok
control: the outer wall keeps these read-only
"""

for place in ("/etc/cron.d", "/etc/profile.d", "/etc/systemd/system", "/etc", "/usr/lib", "/usr/local/bin"):
    tried(place, lambda: open(f"{place}/{host.mark}", "w").write("x"))

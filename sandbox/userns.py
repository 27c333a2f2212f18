"""Why bubblewrap may not make namespaces here, and the exact remedy: the settings that deny it are read, not guessed.

Sources: the kernel's `Documentation/admin-guide/sysctl/user.rst`, Debian's `kernel.unprivileged_userns_clone`, and
AppArmor's restriction of user namespaces, which Ubuntu switches on from 23.10 on.
"""

import os
from pathlib import Path

_SETTINGS = Path("/proc/sys")
_APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
_PROFILE = "/usr/share/apparmor/extra-profiles/bwrap-userns-restrict"
_DENIALS = (
    ("kernel.unprivileged_userns_clone", "0", "as root: `sysctl -w kernel.unprivileged_userns_clone=1`"),
    ("user.max_user_namespaces", "0", "as root: `sysctl -w user.max_user_namespaces=15000`"),
    (
        _APPARMOR,
        "1",
        f"let AppArmor allow it to bubblewrap alone: `apt-get install apparmor-profiles`, copy {_PROFILE} to "
        "/etc/apparmor.d and load it with `apparmor_parser -r` (`sysctl -w kernel."
        "apparmor_restrict_unprivileged_userns=0` would allow it to every program)",
    ),
)
"""Setting, the value by which it denies, and what to do; the first that denies is the one to mend first."""
_OTHERWISE = "or use --sandbox landlock, or docker"


def remedy(settings: Path = _SETTINGS, status: Path = Path("/proc/self/status")) -> str:
    """One line: what on this machine denies namespaces, and how to allow them."""
    if os.getuid() == 0:
        return (
            "root may not make namespaces here, as in a container without CAP_SYS_ADMIN: run mlpilot outside it, "
            "give the container `--cap-add SYS_ADMIN --security-opt seccomp=unconfined`, " + _OTHERWISE
        )
    for name, denying, words in _DENIALS:
        if _value(settings / name.replace(".", "/")) == denying:
            return f"{name} is {denying}; {words}; {_OTHERWISE}"
    if "Seccomp:\t2" in _value(status):
        return f"a filter of system calls denies it, as in a container: run mlpilot outside it, {_OTHERWISE}"
    return f"none of the usual settings denies it, so ask whoever looks after this machine, {_OTHERWISE}"


def _value(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""

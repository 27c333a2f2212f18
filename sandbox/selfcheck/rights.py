"""Promises of a sandbox's rights, network and kernel, judged by what code inside found."""

from mlpilot.sandbox.selfcheck.facts import Facts, Verdict
from mlpilot.sandbox.selfcheck.inside import Inside

_OVERFLOW_GROUP = 65534
"""What a user namespace shows for groups that it does not know."""


def _seen(facts: Facts) -> Inside:
    assert facts.inside is not None
    return facts.inside


def refused(*names: str) -> "Refused":
    """A judge that wants each of these attempts refused, for whatever reason."""
    return Refused(names)


class Refused:
    """Judges attempts by name: none may have been allowed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def __call__(self, facts: Facts) -> Verdict:
        outcomes = {name: _seen(facts).attempts.get(name, "not tried") for name in self._names}
        held = not {"allowed", "not tried"} & {*outcomes.values()}
        return Verdict(held, "; ".join(f"{name}: {outcome}" for name, outcome in outcomes.items()))


def capabilities(facts: Facts) -> Verdict:
    """No capability, effective, permitted, inheritable or ambient."""
    return _zero(facts, "CapEff", "CapPrm", "CapInh", "CapAmb")


def bounding_set(facts: Facts) -> Verdict:
    """None could be had by starting a program."""
    return _zero(facts, "CapBnd")


def _zero(facts: Facts, *names: str) -> Verdict:
    found = {name: _seen(facts).status.get(name, "missing") for name in names}
    return Verdict(all(set(value) == {"0"} for value in found.values()), _listed(found))


def no_new_privileges(facts: Facts) -> Verdict:
    found = _seen(facts).status.get("NoNewPrivs", "missing")
    return Verdict(found == "1", f"NoNewPrivs {found}")


def call_filter(facts: Facts) -> Verdict:
    status = _seen(facts).status
    mode, number = status.get("Seccomp", "missing"), status.get("Seccomp_filters", "unknown")
    least = 2 if facts.backend == "docker" else 1
    enough = int(number) >= least if number.isdigit() else number == "unknown"  # kernels before 5.9 do not say
    return Verdict(mode == "2" and enough, f"mode {mode}, {number} of at least {least} filters")


def user(facts: Facts) -> Verdict:
    users = _seen(facts).users
    return Verdict(0 not in users[:3] and len({*users[:3]}) == 1, f"user {users[0]}")


def group(facts: Facts) -> Verdict:
    users, groups = _seen(facts).users, _seen(facts).groups
    beyond = {*groups} - {users[3], _OVERFLOW_GROUP}
    held = 0 not in users[3:] and len({*users[3:]}) == 1 and not beyond
    return Verdict(held, f"group {users[3]}" + (f", and {sorted(beyond)}" if beyond else ", and no other"))


def interfaces(facts: Facts) -> Verdict:
    found = _seen(facts).interfaces
    return Verdict({*found} <= {"lo"}, ", ".join(found) or "none")


def routes(facts: Facts) -> Verdict:
    found = _seen(facts).routes
    return Verdict(not found, f"{len(found)} routes" if found else "none")


def sockets(facts: Facts) -> Verdict:
    found = _seen(facts).sockets
    return Verdict(not found, f"made: {', '.join(found)}" if found else "none of 45 families")


def own_sockets(facts: Facts) -> Verdict:
    """What is open at the start: Unix sockets alone."""
    found = [what for what in _seen(facts).descriptors.values() if what.startswith("socket:")]
    others = [what for what in found if not what.endswith(" family 1")]
    return Verdict(bool(found) and not others, f"{len(found)} sockets" + (f", {others}" if others else ", all Unix"))


def calls(facts: Facts) -> Verdict:
    """Each sharp system call gives the error that it should."""
    import errno

    wanted, found = facts.expected_calls or {}, _seen(facts).calls
    wrong = {
        name: found.get(name, "not tried")
        for name, (_, code) in wanted.items()
        if found.get(name) != errno.errorcode[code]
    }
    return Verdict(bool(wanted) and not wrong, _listed(wrong) if wrong else f"{len(wanted)} calls refused")


def stamps(facts: Facts) -> Verdict:
    """What would be seen by a later process cannot be set."""
    time, mode = _seen(facts).stamps
    return Verdict(not (time or mode), "changed" if time or mode else "nothing changed")


def terminal(facts: Facts) -> Verdict:
    outcomes = refused("terminal", "push to terminal")(facts)
    number = _seen(facts).terminal
    return Verdict(outcomes.held and number == 0, f"terminal {number}; {outcomes.evidence}")


def own_group(facts: Facts) -> Verdict:
    leads = _seen(facts).leads_group == 1
    return Verdict(leads, "it leads a group of its own" if leads else "it shares a group")


def core(facts: Facts) -> Verdict:
    return Verdict(
        [*_seen(facts).rlimits.get("RLIMIT_CORE", ())] == [0, 0], f"{_seen(facts).rlimits.get('RLIMIT_CORE')}"
    )


def open_files(facts: Facts) -> Verdict:
    soft, hard = _seen(facts).rlimits.get("RLIMIT_NOFILE", (-1, -1))
    return Verdict(0 < hard <= 2**20, f"{soft} open files, {hard} at most")


def mask(facts: Facts) -> Verdict:
    found = _seen(facts).umask
    return Verdict(found & 0o022 == 0o022, f"umask {found:03o}")


def _listed(found: object) -> str:
    return ", ".join(f"{name} {value}" for name, value in found.items()) if isinstance(found, dict) else str(found)

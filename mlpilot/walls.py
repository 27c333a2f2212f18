"""Sandboxes for `mlpilot doctor`: which work here, why the others do not, and whether their walls hold."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlpilot.findings import Finding
from mlpilot.sandbox.errors import NoSandboxError

if TYPE_CHECKING:
    from mlpilot.sandbox.environment import Environment
    from mlpilot.sandbox.selfcheck.facts import Report

BROKEN = "run nothing in it, and please report this"
_ENGINES = ("docker", "dockerd", "podman")
_INSTALL = "install Docker or podman (on Debian and Ubuntu: `apt-get install docker.io`), then `mlpilot sandbox build`"


def look(environment: "Environment") -> list[Finding]:
    """Every sandbox, probed by doing, strongest first."""
    from mlpilot.sandbox.choose import probes

    return [
        Finding(
            name, "ok" if probe.works else "missing", probe.detail, "" if probe.works else _remedy(name, probe.remedy)
        )
        for name, probe in probes(environment)
    ]


def _remedy(name: str, told: str) -> str:
    """What would mend it; where there is no engine at all, to start it is not the first thing to do."""
    there = os.environ.get("DOCKER_HOST") or Path("/var/run/docker.sock").exists()
    if name == "docker" and not there and not any(map(shutil.which, _ENGINES)):
        return _INSTALL
    return told


def memory() -> Finding:
    """How the memory of a sandbox is bounded where no engine does it, tried by making a control group."""
    from mlpilot.sandbox.cgroup import Cgroup
    from mlpilot.sandbox.protocol import Limits

    group = Cgroup.make(Limits())
    if group is not None:
        group.remove()
        return Finding("control group", "ok", "bounds the memory of bubblewrap and landlock; docker has its own")
    detail = "none can be made here: mlpilot watches the memory of bubblewrap and landlock, and kills what exceeds it"
    return Finding("control group", "warning", detail, _delegation())


def _delegation() -> str:
    if Path(f"/run/user/{os.getuid()}/systemd").is_dir():
        return (
            "start mlpilot with `systemd-run --user --scope mlpilot …`, which puts it where your user may make groups"
        )
    return "log in by way of systemd (a user session), or use docker, which makes control groups itself"


@dataclass(frozen=True)
class Looked:
    """One sandbox that was put to the test."""

    backend: str
    report: "Report | None"
    trouble: str = ""
    """Why it could not be tested."""

    @property
    def holds(self) -> bool:
        """Whether it was tested, and nothing is broken."""
        return self.report is not None and self.report.holds

    def to_json(self) -> dict[str, object]:
        """Counts, names of what is broken, and every promise; or the trouble."""
        from mlpilot.sandbox.selfcheck.check import as_json

        if self.report is None:
            return {"held": 0, "broken": [self.trouble], "checks": []}
        return dict(as_json(self.report))

    def findings(self) -> list[Finding]:
        """The count, then what is broken, a line each."""
        if self.report is None:
            return [Finding(self.backend, "missing", self.trouble, BROKEN)]
        held, broken = len(self.report.of("held")), self.report.of("broken")
        beside = [
            f"{len(found)} {words}"
            for found, words in (
                (self.report.of("not applicable"), "by other means"),
                (self.report.of("unseen"), "cannot be seen from here"),
            )
            if found
        ]
        counted = "; ".join([f"{held} of {held + len(broken)} promises held", *beside])
        lines = [
            Finding(f"  {one.name}", "missing", f"promised: {one.promise}; found: {one.evidence}") for one in broken
        ]
        return [Finding(self.backend, "missing" if broken else "ok", counted, BROKEN if broken else ""), *lines]


def put_to_the_test(names: Sequence[str], environment: "Environment") -> list[Looked]:
    """Each of these sandboxes, opened and tested; some seconds each."""
    from mlpilot.sandbox.choose import choose
    from mlpilot.sandbox.selfcheck.check import examine

    found = []
    for name in names:
        try:
            found.append(Looked(name, examine(choose(name, environment=environment))))
        except NoSandboxError as error:
            found.append(Looked(name, None, str(error)))
    return found

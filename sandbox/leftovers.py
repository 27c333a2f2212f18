"""What is left of a zygote's processes, where no PID namespace ends them with it: found by session, or by user.

Generated code cannot leave the session that its zygote leads (`inside.seccomp`), so its number, noted in a private
folder, is enough to find everything later, also when host and zygote were both killed. A number may be used again by
innocents: who is ended must carry the marks of a locked-in process as well, and be of the same user.
"""

import contextlib
import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path

_NOTE = "session"
_SECONDS = 5.0
_LARGEST_NOTE = 1000


@dataclass(frozen=True)
class _Process:
    session: int
    start: int
    users: frozenset[int]
    locked_in: bool
    """It can gain no rights, and a seccomp filter binds it."""
    over: bool
    """It has ended, with all of its threads, and waits to be collected."""


def _look(pid: int) -> _Process | None:
    with contextlib.suppress(OSError, ValueError, IndexError, KeyError):
        stat = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        fields = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        return _Process(
            session=int(stat[3]),
            start=int(stat[19]),
            users=frozenset(map(int, fields["Uid"].split())),
            locked_in=fields.get("NoNewPrivs") == "1" and fields.get("Seccomp") == "2",
            over=stat[0] in (b"Z", b"X") and int(stat[17]) <= 1,
        )
    return None


@dataclass(frozen=True)
class ZygoteSession:
    """The session that a zygote leads, in words that another process can check later."""

    leader: int
    start: int
    uid: int
    uid_is_its_own: bool
    """No other process has this user: whatever has is ours."""

    @classmethod
    def of(cls, leader: int, uid: int, *, uid_is_its_own: bool) -> "ZygoteSession | None":
        """The session of process `leader`; None when it is gone."""
        process = _look(leader)
        return None if process is None else cls(leader, process.start, uid, uid_is_its_own)

    def note(self, folder: Path) -> None:
        """Write it down in `folder`, for `end_noted`."""
        (folder / _NOTE).write_text(json.dumps(asdict(self)))

    def end(self) -> bool:
        """End all of its processes; whether none is left."""
        deadline = time.monotonic() + _SECONDS
        while members := self._members():
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for pid in members:
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(pid, number)
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)
        return True

    def _members(self) -> set[int]:
        everyone = {int(entry.name): entry for entry in Path("/proc").iterdir() if entry.name.isdigit()}
        leader = _look(self.leader) if self.leader in everyone else None
        reused = leader is not None and leader.start != self.start
        found = set()
        for pid in everyone:
            process = _look(pid)
            if process is None or process.over:
                continue
            by_user = self.uid_is_its_own and self.uid in process.users
            ours = process.locked_in or pid == self.leader
            if by_user or (not reused and process.session == self.leader and process.users == {self.uid} and ours):
                found.add(pid)
        return found


def end_noted(folder: Path) -> bool:
    """End what the session noted in `folder` has left; whether nothing of it is alive."""
    try:
        with (folder / _NOTE).open() as file:
            session = ZygoteSession(**json.loads(file.read(_LARGEST_NOTE)))
    except FileNotFoundError:
        return True
    except (OSError, ValueError, TypeError):
        return True  # cut short while it was written, when no kernel was there yet
    return session.end()

"""The seccomp filter, run by an interpreter of classic BPF: also for the machine that the tests do not run on."""

import errno
import struct
from collections.abc import Collection

import pytest

from mlpilot.sandbox.inside import seccomp

ALLOWED = 0x7FFF0000
PID = 4242


def verdict(
    machine: str, number: int, *arguments: int, arch: int | None = None, without: Collection[seccomp.Without] = ()
) -> int:
    """What the filter for `machine` says of a system call: `ALLOWED`, or the errno that it gives."""
    known = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[machine]
    padded = [*arguments, *(0 for _ in range(6 - len(arguments)))]
    data = struct.pack("<IIQ6Q", number, known if arch is None else arch, 0, *padded)
    program = seccomp.program(machine, PID, without)
    accumulator, at = 0, 0
    while True:
        code, yes, no, operand = program[at]
        at += 1
        match code:
            case 0x20:
                accumulator = struct.unpack_from("<I", data, operand)[0]
            case 0x54:
                accumulator &= operand
            case 0x15:
                at += yes if accumulator == operand else no
            case 0x35:
                at += yes if accumulator >= operand else no
            case 0x45:
                at += yes if accumulator & operand else no
            case 0x06:
                return operand if operand == ALLOWED else operand & 0xFFFF
            case _:
                raise AssertionError(f"unknown instruction {code:#x}")


MACHINES = pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])


@MACHINES
def test_every_call_of_the_tables_has_its_outcome(machine: str, column: int) -> None:
    for table, outcome in seccomp._TABLES:
        for name, numbers in table.items():
            if numbers[column] >= 0:
                assert verdict(machine, numbers[column]) == outcome, name


@MACHINES
def test_no_number_is_listed_twice(machine: str, column: int) -> None:
    tables = (*(table for table, _ in seccomp._TABLES), seccomp._ON_SELF, seccomp._SIGNALS)
    numbers = [pair[column] for table in tables for pair in table.values() if pair[column] >= 0]
    assert len(numbers) == len(set(numbers)), machine


@MACHINES
def test_ordinary_calls_are_allowed(machine: str, column: int) -> None:
    calls = {
        "read": (0, 63),
        "write": (1, 64),
        "mmap": (9, 222),
        "futex": (202, 98),
        "openat": (257, 56),
        "kill": (62, 129),
    }
    for name, numbers in calls.items():
        assert verdict(machine, numbers[column]) == ALLOWED, name


@MACHINES
def test_calls_that_depend_on_their_arguments(machine: str, column: int) -> None:
    def say(numbers: tuple[int, int], *arguments: int) -> int:
        return verdict(machine, numbers[column], *arguments)

    assert say(seccomp._SOCKET, 2) == errno.EAFNOSUPPORT
    assert say(seccomp._SOCKET, 16) == errno.EOPNOTSUPP
    assert say(seccomp._SOCKETPAIR, 1, 1 | 0o2000000) == ALLOWED
    assert say(seccomp._SOCKETPAIR, 1, 2 | 0o2000000) == errno.EOPNOTSUPP
    assert [say(seccomp._SOCKETPAIR, family, 1) for family in (2, 16, 30, 40)] == [errno.EAFNOSUPPORT] * 4
    assert [say(seccomp._MADVISE, 0, 4096, advice) for advice in (20, 21)] == [0, 0]
    assert [say(seccomp._MADVISE, 0, 4096, advice) for advice in (0, 4, 8, 14)] == [ALLOWED] * 4
    assert say(seccomp._CLONE, 0x3D0F00) == ALLOWED
    assert say(seccomp._CLONE, 0x10000000 | 17) == errno.EPERM
    assert say(seccomp._IOCTL, 1, 0x5401) == ALLOWED
    assert say(seccomp._IOCTL, 1, 0x5412) == errno.EPERM
    assert say(seccomp._IOCTL, 1, 0x541C) == errno.EPERM
    assert say(seccomp._IOCTL, 1, 0x8912) == errno.EPERM
    assert [say(seccomp._IOCTL, 1, what) for what in (0x40086602, 0x6685, 0x50009401, 0x401C5820)] == [errno.EPERM] * 4
    assert [say(seccomp._IOCTL, 1, what) for what in (0x5413, 0x541B, 0xC0104600, 0x30000001)] == [ALLOWED] * 4
    assert [say(seccomp._FCNTL, 1, command) for command in (8, 10, 15, 1024, 1026)] == [errno.EPERM] * 5
    assert [say(seccomp._FCNTL, 1, command) for command in (0, 1, 2, 3, 4, 6, 1030, 1031)] == [ALLOWED] * 8
    assert say(seccomp._PREADV2, 3, 0, 0, 0, 0, 0) == ALLOWED
    assert [say(seccomp._PREADV2, 3, 0, 0, 0, 0, flag) for flag in (8, 0x80)] == [errno.EOPNOTSUPP] * 2
    for name, numbers in seccomp._ON_SELF.items():
        assert [say(numbers, pid) for pid in (0, PID, PID + 1)] == [ALLOWED, ALLOWED, 0], name
    for name, (numbers, kind) in seccomp._PRIORITIES.items():
        assert [say(numbers, kind, who) for who in (0, PID)] == [ALLOWED, 0], name
        assert say(numbers, 2, 0) == 0, name


@MACHINES
def test_sessions_and_signals_where_no_namespace_surrounds(machine: str, column: int) -> None:
    def say(numbers: tuple[int, int], *arguments: int) -> int:
        return verdict(machine, numbers[column], *arguments, without=("sessions", "signals"))

    assert verdict(machine, seccomp._SETSID[column]) == ALLOWED
    assert say(seccomp._SETSID) == 0
    assert say(seccomp._SETPGID, 0, 1) == 0
    everybody, group = (1 << 32) - 1, (1 << 32) - PID
    assert [say(seccomp._KILL, pid, 9) for pid in (0, PID, group)] == [ALLOWED] * 3
    assert [say(seccomp._KILL, pid, 9) for pid in (1, PID + 1, everybody, group - 1)] == [errno.EPERM] * 4
    assert say(seccomp._PIDFD_SEND_SIGNAL, 3, 9) == errno.EPERM
    for name, numbers in seccomp._SIGNALS.items():
        assert [say(numbers, pid, 9) for pid in (PID, 0, PID + 1)] == [ALLOWED, errno.EPERM, errno.EPERM], name


def test_another_architecture_is_refused() -> None:
    assert verdict("x86_64", 0, arch=0x40000003) == errno.EPERM
    assert verdict("x86_64", 0x40000000) == errno.ENOSYS
    with pytest.raises(OSError, match="riscv64"):
        seccomp.program("riscv64", PID)

"""A seccomp filter by ctypes: system calls that generated code never needs, and that walls cannot see, are refused.

The filter is a classic BPF program put together here (source: the kernel's tables of system calls and its
`Documentation/userspace-api/seccomp_filter.rst`). It never kills: a refused call gives an ordinary error, which Python
code can report.

Three kinds of call are refused: those that reach beyond the sandbox (sockets, mounts, namespaces, tracing, kernel
interfaces with a long history of holes), those that leave something behind for another process (System V IPC, message
queues, keys, memory files), and those that change what outlives the process (owner, mode, times, attributes of files;
priorities of others). The last kind reports success and does nothing, so that `shutil.copy2` and the like
go on working.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Collection, Iterable
from typing import Literal

# name: (x86_64, aarch64); -1 where an architecture lacks the call. Calls from 424 on have one number everywhere.
_REFUSED = {
    # tracing, and the memory of other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "move_pages": (279, 239), "migrate_pages": (256, 238),
    # what a socketpair could still be made to do
    "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    # mounts, namespaces and roots
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # what outlives a process: System V IPC, message queues, keys
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219),
    # the kernel itself
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "init_module": (175, 105), "delete_module": (176, 106), "finit_module": (313, 273),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "swapon": (167, 224), "swapoff": (168, 225),
    "reboot": (169, 142), "acct": (163, 89), "syslog": (103, 116), "settimeofday": (164, 170),
    "adjtimex": (159, 171), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "sethostname": (170, 161),
    "setdomainname": (171, 162), "iopl": (172, -1), "ioperm": (173, -1), "modify_ldt": (154, -1),
    "personality": (135, 92), "vhangup": (153, 58), "lookup_dcookie": (212, 18), "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
}  # fmt: skip

# Refused as if the kernel were older: callers have a way to do without.
_UNKNOWN = {
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "clone3": (435, 435), "memfd_create": (319, 279), "memfd_secret": (447, 447), "mincore": (27, 232),
    "cachestat": (451, 451),
    # tells of every file that comes and goes in a folder that one may list, or (under Landlock) only name
    "inotify_init": (253, -1), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "inotify_rm_watch": (255, 28),
}  # fmt: skip

# Refused as if the file system had no such thing: Landlock does not see them, and by path they reach any file.
_UNSUPPORTED = {
    "getxattr": (191, 8), "lgetxattr": (192, 9), "listxattr": (194, 11), "llistxattr": (195, 12),
    "getxattrat": (464, 464), "listxattrat": (465, 465), "file_getattr": (468, 468),
}  # fmt: skip

# Does nothing, and says that it did.
_PRETENDED = {
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, -1),
    "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54), "utime": (132, -1), "utimes": (235, -1),
    "futimesat": (261, -1), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "setxattrat": (463, 463),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
    # hints of what to keep in the page cache, which all processes share: one could tell another by what is not there
    "fadvise64": (221, 223), "readahead": (187, 213),
}  # fmt: skip

# Calls that name a process in their first argument: allowed on oneself, otherwise they do nothing.
_ON_SELF = {
    "prlimit64": (302, 261), "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274),
}  # fmt: skip
# The same, named by a kind and a number: allowed on (0, 0) and (1, 0), the calling process.
_PRIORITIES = {"setpriority": ((141, 140), 0), "ioprio_set": ((251, 30), 1)}

# Named by a process in their first argument, the calls that signal it.
_SIGNALS = {"tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240)}
_KILL, _PIDFD_SEND_SIGNAL, _SETSID, _SETPGID = (62, 129), (424, 424), (112, 157), (109, 154)

Without = Literal["sessions", "signals"]
"""`sessions`: nobody leaves the session that the zygote leads, by which leftovers are found (it is pretended).
`signals`: none to anybody else, where Landlock does not see to that; process groups are then left as they are."""

_SOCKET, _SOCKETPAIR, _CLONE, _IOCTL = (41, 198), (53, 199), (56, 220), (16, 29)
_PREADV2, _MADVISE, _FCNTL = (327, 286), (28, 233), (72, 25)
_NEW_NAMESPACES = 0x7E020000
_AF_UNIX, _AF_NETLINK = 1, 16
_SOCK_DGRAM, _SOCK_TYPE_MASK = 2, 0xF
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_IOCTLS_OF_SOCKETS = 0x8900
_IOCTLS_OF_FILES = (0x6600, 0x5800, 0x7600, 0x7200, 0x9400, 0x9700, 0xF500, 0xBC00)
"""Kinds of ioctl with which file systems change a file's flags, seal it (fs-verity), or make subvolumes: its owner may,
by a descriptor that is open for reading only, and Landlock does not see it."""
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY = 8, 10, 15, 1024, 1026
"""Ways to have a signal sent to another process, or to hold up others who open a file."""
_RWF_NOWAIT, _RWF_DONTCACHE = 0x08, 0x80
_MADV_COLD, _MADV_PAGEOUT = 20, 21

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_SET, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand."""


_ALLOWED: Instruction = (_RETURN, 0, 0, _ALLOW)
_TABLES = ((_REFUSED, errno.EPERM), (_UNKNOWN, errno.ENOSYS), (_UNSUPPORTED, errno.ENOTSUP), (_PRETENDED, 0))


def _argument(index: int) -> Instruction:
    """Load the low word of the call's argument `index`."""
    return (_LOAD, 0, 0, 16 + 8 * index)


def _fail(code: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | code)


def _rule(number: int, body: list[Instruction]) -> list[Instruction]:
    """`body` for system call `number`; the accumulator holds the number before, and after when it does not match."""
    return [(_JUMP_EQUAL, 0, len(body), number), *body] if number >= 0 else []


def program(machine: str, own_pid: int, without: Collection[Without] = ()) -> list[Instruction]:
    """The filter for `machine` (`x86_64` or `aarch64`), for the process `own_pid` and its children.

    `without` names what is refused besides, where there is no PID namespace around it.
    """
    if machine not in _AUDIT_ARCH:
        raise OSError(errno.ENOTSUP, f"no system call table for {machine}")
    column = list(_AUDIT_ARCH).index(machine)
    code: list[Instruction] = [(_LOAD, 0, 0, 4), (_JUMP_EQUAL, 1, 0, _AUDIT_ARCH[machine]), _fail(errno.EPERM)]
    code.append((_LOAD, 0, 0, 0))
    if machine == "x86_64":
        code += [(_JUMP_AT_LEAST, 0, 1, 0x40000000), _fail(errno.ENOSYS)]
    for table, outcome in _TABLES:
        for numbers in table.values():
            code += _rule(numbers[column], [_fail(outcome)])
    if "sessions" in without:
        code += _rule(_SETSID[column], [_fail(0)])
    if "signals" in without:
        code += _no_signals(column, own_pid)
    for numbers in _ON_SELF.values():
        code += _rule(
            numbers[column],
            [_argument(0), (_JUMP_EQUAL, 1, 0, 0), (_JUMP_EQUAL, 0, 1, own_pid), _ALLOWED, _fail(0)],
        )
    for numbers, kind in _PRIORITIES.values():
        code += _rule(
            numbers[column],
            [_argument(0), (_JUMP_EQUAL, 0, 3, kind), _argument(1), (_JUMP_EQUAL, 0, 1, 0), _ALLOWED, _fail(0)],
        )
    return [*code, *_rules_by_argument(column), _ALLOWED]


def _no_signals(column: int, own_pid: int) -> list[Instruction]:
    """Signals reach the process `own_pid` and its group, and nobody else."""
    code = _rule(_SETPGID[column], [_fail(0)])
    code += _rule(_PIDFD_SEND_SIGNAL[column], [_fail(errno.EPERM)])
    for numbers in _SIGNALS.values():
        code += _rule(numbers[column], _only_if((own_pid,)))
    return [*code, *_rule(_KILL[column], _only_if((0, own_pid, -own_pid & 0xFFFFFFFF)))]


def _only_if(values: tuple[int, ...]) -> list[Instruction]:
    """Refused unless the first argument is one of `values`."""
    tests = [(_JUMP_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [_argument(0), *tests, _fail(errno.EPERM), _ALLOWED]


def _unless(values: tuple[int, ...], *, beyond: int = 0) -> list[Instruction]:
    """Refused if the accumulator is one of `values`, otherwise on to what follows `beyond` further instructions."""
    return [(_JUMP_EQUAL, len(values) - index + beyond, 0, value) for index, value in enumerate(values)]


def _rules_by_argument(column: int) -> list[Instruction]:
    """Calls that are allowed, refused or pretended according to what they are given."""
    code = _rule(
        _SOCKET[column],
        [_argument(0), (_JUMP_EQUAL, 0, 1, _AF_NETLINK), _fail(errno.EOPNOTSUPP), _fail(errno.EAFNOSUPPORT)],
    )
    # A pair of datagram sockets could send to any address; other pairs of Unix sockets only to each other.
    code += _rule(
        _SOCKETPAIR[column],
        [
            _argument(0),
            (_JUMP_EQUAL, 1, 0, _AF_UNIX),
            _fail(errno.EAFNOSUPPORT),
            _argument(1),
            (_AND, 0, 0, _SOCK_TYPE_MASK),
            (_JUMP_EQUAL, 0, 1, _SOCK_DGRAM),
            _fail(errno.EOPNOTSUPP),
            _ALLOWED,
        ],
    )
    code += _rule(_CLONE[column], [_argument(0), (_JUMP_SET, 0, 1, _NEW_NAMESPACES), _fail(errno.EPERM), _ALLOWED])
    # Socket ioctls would read the network interfaces of whoever made the socket: the host.
    kinds = (_IOCTLS_OF_SOCKETS, *_IOCTLS_OF_FILES)
    code += _rule(
        _IOCTL[column],
        [
            _argument(1),
            *_unless((_TIOCSTI, _TIOCLINUX), beyond=1 + len(kinds)),
            (_AND, 0, 0, 0xFF00),
            *_unless(kinds),
            _ALLOWED,
            _fail(errno.EPERM),
        ],
    )
    commands = (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY)
    code += _rule(_FCNTL[column], [_argument(1), *_unless(commands), _ALLOWED, _fail(errno.EPERM)])
    # The page cache again: whether a page is there, reading without a trace, and dropping what is mapped.
    told = _RWF_NOWAIT | _RWF_DONTCACHE
    code += _rule(_PREADV2[column], [_argument(5), (_JUMP_SET, 0, 1, told), _fail(errno.EOPNOTSUPP), _ALLOWED])
    code += _rule(
        _MADVISE[column],
        [_argument(2), (_JUMP_EQUAL, 1, 0, _MADV_COLD), (_JUMP_EQUAL, 0, 1, _MADV_PAGEOUT), _fail(0), _ALLOWED],
    )
    return code


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _pack(instructions: Iterable[Instruction]) -> bytes:
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)


_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(*arguments: object) -> None:
    if _libc.prctl(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl: {os.strerror(code)}")


def no_new_privileges() -> None:
    """From here on nothing that this process runs gains rights from a setuid bit or file capabilities."""
    _prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def restrict(without: Collection[Without] = ()) -> None:
    """Bind the calling thread, and all that it starts, to the filter, for good. Raises `OSError` where it cannot."""
    packed = _pack(program(platform.machine(), os.getpid(), without))
    buffer = ctypes.create_string_buffer(packed, len(packed))
    filter_ = _Program(len(packed) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    no_new_privileges()
    _prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(filter_), ctypes.c_ulong(0), ctypes.c_ulong(0))

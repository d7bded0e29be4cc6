"""Two seccomp filters: a process that computes and talks over the pipes it has, and nothing else.

"nofs": no path can be named (open, stat, readlink, getdents: all denied), no process or thread made, no socket, no
executable mapping, no signal to anybody else. What is not in a table below is answered EPERM.

"with files", for where a newer libc needs a call that "nofs" does not know: what is not in a table of the forbidden is
allowed. It keeps no files shut, which others must do, and it is no stronger than its table is complete.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from typing import NamedTuple

from gradlab.worker.kernel import syscall

__all__ = ["ARCHITECTURES", "Architecture", "install", "names", "program", "supported"]


class Architecture(NamedTuple):
    """What differs between machines."""

    audit: int  # AUDIT_ARCH_*
    seccomp: int  # number of seccomp(2) itself
    column: int  # of the tables below


ARCHITECTURES = {
    "x86_64": Architecture(0xC000003E, 317, 0),
    "aarch64": Architecture(0xC00000B7, 277, 1),
}

# name: (x86_64, aarch64). The busiest come first.
_ALLOWED: dict[str, tuple[int, int]] = {
    "read": (0, 63),
    "write": (1, 64),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "futex": (202, 98),
    "getrusage": (98, 165),
    "clock_gettime": (228, 113),
    "getrandom": (318, 278),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "readv": (19, 65),
    "writev": (20, 66),
    "sched_yield": (24, 124),
    "nanosleep": (35, 101),
    "getitimer": (36, 102),
    "setitimer": (38, 103),
    "getpid": (39, 172),
    "exit": (60, 93),
    "uname": (63, 160),
    "gettimeofday": (96, 169),
    "sysinfo": (99, 179),
    "times": (100, 153),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "getppid": (110, 173),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "pselect6": (270, 72),
    "ppoll": (271, 73),
}
_ALLOWED_ON_X86 = {"poll": 7, "select": 23, "time": 201}

# Answered as an older kernel would, so that libc falls back to the call that is then denied in the usual way.
_UNKNOWN: dict[str, tuple[int, int]] = {
    "clone3": (435, 435),
    "statx": (332, 291),
    "openat2": (437, 437),
    "faccessat2": (439, 439),
}

# What the filter with files forbids: processes, sockets, other processes' memory, memory that is not counted, the
# kernel's rarer doors, and whatever only a machine's owner may do. None: there is no such call on that machine.
_FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    "clone": (56, 220),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "ptrace": (101, 117),
    "kcmp": (312, 272),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "timer_create": (222, 107),
    "memfd_create": (319, 279),
    "memfd_secret": (447, None),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "remap_file_pages": (216, 234),
    "pkey_mprotect": (329, 288),
    "userfaultfd": (323, 282),
    "io_setup": (206, 0),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "seccomp": (317, 277),
    "prctl": (157, 167),
    "personality": (135, 92),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "setrlimit": (160, 164),
    "setpriority": (141, 140),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "setuid": (105, 146),
    "setgid": (106, 144),
    "setreuid": (113, 145),
    "setregid": (114, 143),
    "setgroups": (116, 159),
    "setresuid": (117, 147),
    "setresgid": (119, 149),
    "setpgid": (109, 154),
    "setsid": (112, 157),
    "capset": (126, 91),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "ioperm": (173, None),
    "iopl": (172, None),
}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_X32 = 0x40000000

_SET_MODE_FILTER, _SPEC_ALLOW = 1, 1 << 2

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def _low(argument: int) -> int:
    return 16 + 8 * argument


def _high(argument: int) -> int:
    return 20 + 8 * argument


def _answer(code: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | code)


_YES: Instruction = (_RETURN, 0, 0, _ALLOW)
_NO = _answer(errno.EPERM)


def _if_low_is(argument: int, *values: int) -> list[Instruction]:
    """Allow if the argument is one of `values`. The kernel reads these arguments as 32-bit integers."""
    tests = [x for value in values for x in ((_EQUAL, 0, 1, value), _YES)]
    return [(_LOAD, 0, 0, _low(argument)), *tests, _NO]


_PROT_EXEC = 4
_NOT_EXECUTABLE = [(_LOAD, 0, 0, _low(2)), (_ANY_BIT, 0, 1, _PROT_EXEC), _answer(errno.EACCES), _YES]
_MAP_SHARED, _MAP_HUGETLB = 0x01, 0x40000  # pages that can be kept without being counted as a process's own
_PRIVATE = [(_LOAD, 0, 0, _low(3)), (_ANY_BIT, 0, 1, _MAP_SHARED | _MAP_HUGETLB), _NO]
_F_GETFD, _F_SETFD, _F_GETFL = 1, 2, 3  # not F_SETOWN: it sends signals to others
# NORMAL to DONTNEED, FREE, HUGEPAGE and NOHUGEPAGE. Others move pages to swap, merge them or poison real memory.
_ADVICE = (0, 1, 2, 3, 4, 8, 14, 15)
_READ_OWN_LIMIT = [  # prlimit64(0, any, NULL, any)
    (_LOAD, 0, 0, _low(0)),
    (_EQUAL, 0, 5, 0),
    (_LOAD, 0, 0, _low(2)),
    (_EQUAL, 0, 3, 0),
    (_LOAD, 0, 0, _high(2)),
    (_EQUAL, 0, 1, 0),
    _YES,
    _NO,
]


def _conditional(pid: int) -> list[tuple[tuple[int, int], list[Instruction]]]:
    """The calls that are allowed for some arguments only."""
    own = _if_low_is(0, pid)
    return [
        ((9, 222), [*_PRIVATE, *_NOT_EXECUTABLE]),  # mmap
        ((10, 226), _NOT_EXECUTABLE),  # mprotect
        ((28, 233), _if_low_is(2, *_ADVICE)),  # madvise
        ((16, 29), [_answer(errno.ENOTTY)]),  # ioctl
        ((72, 25), _if_low_is(1, _F_GETFD, _F_SETFD, _F_GETFL)),  # fcntl
        ((302, 261), _READ_OWN_LIMIT),  # prlimit64
        ((62, 129), own),  # kill
        ((234, 131), own),  # tgkill
    ]


def supported() -> bool:
    """Whether there is a table for this machine."""
    return platform.machine() in ARCHITECTURES


def names(machine: str) -> dict[int, str]:
    """Return the calls that "nofs" allows whatever their arguments, by number."""
    column = ARCHITECTURES[machine].column
    found = {row[column]: name for name, row in _ALLOWED.items()}
    return found | {number: name for name, number in _ALLOWED_ON_X86.items() if machine == "x86_64"}


def program(machine: str, pid: int, *, files: bool = False) -> list[Instruction]:
    """Return the filter for a process `pid`, as classic BPF instructions: "nofs", or the one with files."""
    architecture = ARCHITECTURES[machine]
    column = architecture.column
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":  # x32 calls carry the same audit value
        code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    listed = [row[column] for row in _FORBIDDEN.values()] if files else [*names(machine)]
    for number in listed:
        if number is not None:
            code += [(_EQUAL, 0, 1, number), _NO if files else _YES]
    unknown = {name: row for name, row in _UNKNOWN.items() if name == "clone3" or not files}
    for numbers in unknown.values():
        code += [(_EQUAL, 0, 1, numbers[column]), _answer(errno.ENOSYS)]
    for numbers, body in _conditional(pid):
        code += [(_EQUAL, 0, len(body), numbers[column]), *body]
    return [*code, _YES if files else _NO]


def install(pid: int, *, files: bool = False) -> None:
    """Put a filter on this process, which must be `pid`, for good. Needs no_new_privs. Raises OSError."""
    machine = platform.machine()
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program(machine, pid, files=files))
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    # Speculation stays as it is: mitigations that seccomp can switch on slow numpy, and guard secrets that are not here.
    syscall(ARCHITECTURES[machine].seccomp, _SET_MODE_FILTER, _SPEC_ALLOW, header)

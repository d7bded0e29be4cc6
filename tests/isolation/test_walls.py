"""What code inside a worker can reach: nothing. Each attack reports on its output what it could do."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradlab.isolation import Broker

from .conftest import Load

# Raw system calls through ctypes, past everything that Python or libc might refuse by itself.
RAW = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def raw(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *arguments)
    return "WORKED" if result >= 0 else os.strerror(ctypes.get_errno())
"""


@pytest.fixture(scope="module", params=["strong", "standard"])
def capped(request: pytest.FixtureRequest, broker: Broker) -> Iterator[Broker]:
    """A broker at each level that hidden checks may run at."""
    with Broker(cap=request.param) as capped:
        if capped.isolation.level != request.param:
            pytest.skip(f"this machine offers {capped.isolation.level} where {request.param} was asked for")
        yield capped


def outcome(load: Load, capped: Broker, code: str) -> str:
    """Run `code`; return what stopped it, or what it printed."""
    loaded = load(code, broker=capped, allowed=("ctypes", "socket", "mmap", "resource", "signal"))
    return loaded.raised or loaded.worker.output.strip()


ATTACKS = {
    "open a file": "open('/etc/passwd').read()",
    "open by raw syscall": "os.open('/etc/passwd', os.O_RDONLY)",
    "ask about a file": "os.stat('/')",
    "list a folder": "os.listdir('/')",
    "where am I": "os.getcwd()",
    "read the link of an open descriptor": "os.readlink('/proc/self/fd/0')",
    "own memory map": "open('/proc/self/maps').read()",
    "own environment file": "open('/proc/self/environ', 'rb').read()",
    "zygote's memory": "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "init's environment": "open('/proc/1/environ', 'rb')",
    "write a file": "open('/tmp/gradlab-was-here', 'w')",
    "make a folder": "os.mkdir('/tmp/gradlab-was-here')",
    "link": "os.symlink('/etc/passwd', '/tmp/gradlab-was-here')",
    "delete": "os.unlink('/tmp/gradlab-was-here')",
    "fork": "os.fork()",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "system": "if os.system('true'): raise PermissionError('no shell')",
    "exec": "os.execv('/bin/true', ['true'])",
    "thread": "import threading; threading.Thread(target=print).start()",
    "socket": "import socket; socket.socket()",
    "unix socket": "import socket; socket.socket(socket.AF_UNIX)",
    "socket pair": "import socket; socket.socketpair()",
    "kill the zygote": "os.kill(os.getppid(), 9)",
    "kill init": "os.kill(1, 0)",
    "kill everybody": "os.kill(-1, 9)",
    "kill the group": "os.killpg(os.getpgid(0), 9)",
    "memory file": "os.memfd_create('x')",
    "pipe": "os.pipe()",
    "duplicate a descriptor": "os.dup(1)",
    "machine code": "import mmap; mmap.mmap(-1, 4096, prot=7)",
    "raise a limit": "import resource; resource.setrlimit(resource.RLIMIT_CPU, (10**6, 10**6))",
    "signal owner": "import ctypes\nif ctypes.CDLL(None).fcntl(1, 8, os.getppid()): raise PermissionError('F_SETOWN')",
    "priority": "os.nice(-5)",
    "become root": "os.setuid(0)",
    "chroot": "os.chroot('/')",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_from_python_is_refused(attack: str, load: Load, capped: Broker) -> None:
    said = outcome(load, capped, f"import os\n{ATTACKS[attack]}\nprint('WORKED')")
    refused = (
        "PermissionError",
        "RuntimeError: can't start new thread",
        "ValueError: not allowed to raise",
        "error: ",
    )
    assert said.startswith(refused), said


RAW_ATTACKS = {
    "openat": "257, -100, b'/etc/passwd', 0",
    "open_by_handle_at": "304, -100, None, 0",
    "execve": "59, b'/bin/true', None, None",
    "vfork": "58",
    "clone": "56, 17, None, None, None, None",
    "ptrace the zygote": "101, 16, os.getppid(), None, None",
    "read the zygote's memory": "310, os.getppid(), None, 0, None, 0, 0",
    "take the zygote's descriptors": "438, 3, 0, 0",
    "open the zygote as a pidfd": "434, os.getppid(), 0",
    "io_uring": "425, 8, ctypes.create_string_buffer(256)",
    "shared memory": "29, 0, 4096, 0o1600",
    "message queue": "68, 0, 0o1600",
    "a second filter": "317, 1, 0, None",
    "a new namespace": "272, 0x10000000",
    "personality": "135, 0x0400000",
    "move memory to swap": "28, ctypes.addressof(ctypes.create_string_buffer(8192)) & ~4095, 4096, 21",
    "share memory": "9, None, 4096, 3, 0x21, -1, 0",
    "poison memory": "28, ctypes.addressof(ctypes.create_string_buffer(8192)) & ~4095, 4096, 100",
    "change its parent's death signal": "157, 1, 0, 0, 0, 0",
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
@pytest.mark.parametrize("attack", RAW_ATTACKS)
def test_an_attack_by_raw_system_call_is_refused(attack: str, load: Load, capped: Broker) -> None:
    said = outcome(load, capped, f"{RAW}\nprint(raw({RAW_ATTACKS[attack]}))")
    assert said == "Operation not permitted"


def test_nothing_is_written_anywhere(load: Load, capped: Broker, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    load(
        f"import os\ntry:\n    os.open({str(tmp_path / 'x')!r}, os.O_CREAT | os.O_WRONLY)\nexcept OSError: pass",
        broker=capped,
    )
    assert list(tmp_path.iterdir()) == []


def test_no_connection_reaches_a_listener(load: Load, capped: Broker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        port = server.getsockname()[1]
        said = outcome(load, capped, f"import socket\nsocket.socket().connect(('127.0.0.1', {port}))")
        assert said.startswith("PermissionError")
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_worker_has_five_descriptors_and_an_empty_environment(load: Load, capped: Broker) -> None:
    code = """
    import os
    def is_open(fd):
        try:
            os.get_inheritable(fd)
            return True
        except OSError:
            return False
    print([fd for fd in range(4096) if is_open(fd)], dict(os.environ))
    """
    assert outcome(load, capped, code) == "[0, 1, 2, 3, 4] {}"


def test_two_workers_share_nothing(load: Load, capped: Broker) -> None:
    first = load("import numpy as np, math\nmath.pi = 3\nnp.zeros = None", broker=capped)
    second = load("import numpy as np, math\nprint(math.pi > 3, np.zeros(1))", broker=capped)
    assert first.raised is None
    assert second.worker.output == "True [0.]\n"


def test_a_worker_cannot_signal_its_sibling(load: Load, capped: Broker) -> None:
    victim = load("import os\nprint(os.getpid())", broker=capped)
    pid = int(victim.worker.output)
    assert outcome(load, capped, f"import os\nos.kill({pid}, 9)").startswith("PermissionError")
    os.kill(pid, 0)  # still there


def test_the_grader_is_not_in_reach_as_modules(load: Load, capped: Broker) -> None:
    for name in ("gradlab", "msgspec", "refgrad", "gradlab_plugins", "torch", "autograd"):
        said = outcome(load, capped, f"import {name}")
        assert said.startswith(f"ModuleNotFoundError: engine.py, line 1: '{name}' cannot be imported here")

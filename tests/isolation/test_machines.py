"""What is reached on other machines: in a container, as root and as a user, without landlock, without seccomp, in
namespaces. Each is this machine with something taken away, for one process and its children."""

from __future__ import annotations

import json
import os
import platform
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gradlab.gradebook import Gradebook
from gradlab.worker.seccomp import ARCHITECTURES

ROOT = Path(__file__).parents[2]
# What docker leaves to root by default.
CONTAINER = [
    "chown",
    "dac_override",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "net_bind_service",
    "net_raw",
    "sys_chroot",
    "mknod",
    "audit_write",
    "setfcap",
]
LANDLOCK, SECCOMP = 444, ARCHITECTURES.get(platform.machine(), ARCHITECTURES["x86_64"]).seccomp

# Takes calls away as an older kernel or a container would, then looks which level is left.
PROGRAM = """
import errno, json, os, sys
from gradlab.worker import kernel, seccomp

denied = json.loads(sys.argv[1])
if denied:
    def program(machine, pid, *, files=False):
        tests = [x for number in denied for x in ((0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | errno.ENOSYS))]
        return [(0x20, 0, 0, 0), *tests, (0x06, 0, 0, 0x7FFF0000)]
    real, seccomp.program = seccomp.program, program
    kernel.no_new_privileges()
    seccomp.install(os.getpid())
    seccomp.program = real

from gradlab import wire
from gradlab.isolation import Broker, Limits, next_nonce

with Broker() as broker, broker.worker(Limits()) as worker:
    worker.tare()
    cell = wire.Cell("engine.py", "kept = bytearray(30 << 20)\\nfor at in range(0, len(kept), 4096): kept[at] = 1")
    worker.ask(wire.Compile(next_nonce(), [wire.SourceFile("engine.py", [cell])], "engine.py"), 20)
    reply = worker.ask(wire.Import(next_nonce()), 20)
    level, walls = broker.isolation.level, broker.isolation.walls
    refused = [(tried.level, tried.why) for tried in broker.refused]
    print(json.dumps([level, walls, refused, worker.weigh(), str(reply.raised)]))
"""

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines"),
    pytest.mark.skipif(
        hasattr(os, "geteuid") and os.geteuid() != 0,
        reason="only root can become somebody with other rights; run the tests as root once, as in a container",
    ),
]


def tool(name: str) -> str:
    """Return a program of util-linux, which every distribution has; that it is missing is no reason to pass."""
    found = shutil.which(name)
    assert found is not None, f"{name} is missing: install util-linux"
    return found


def in_container(*more: str) -> list[str]:
    return [tool("setpriv"), f"--bounding-set=-all,{','.join('+' + one for one in CONTAINER)}", *more]


def as_user(*more: str) -> list[str]:
    """Become user 12345, who may read where this Python lies though others may not, and nothing else."""
    closed = not all(folder.stat().st_mode & stat.S_IXOTH for folder in Path(sys.base_prefix).parents)
    reads = (
        ["--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search"]
        if closed
        else ["--inh-caps=-all"]
    )
    return [tool("setpriv"), "--reuid=12345", "--regid=12345", "--clear-groups", *reads, *more]


def where_processes_are_hidden(*more: str) -> list[str]:
    """Become root of a container whose /proc shows nobody else's processes."""
    hide = 'mount -t proc -o hidepid=2,gid=12345 proc /proc && exec "$@"'
    return [tool("unshare"), "--mount", "--pid", "--fork", "sh", "-c", hide, "sh", *in_container(*more)]


def look(*start: str, without: Sequence[int] = ()) -> dict[str, Any]:
    """Run the program with other rights and fewer calls; return what it found."""
    environment = {
        "PYTHONPATH": str(ROOT / "grader"),
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [*start, sys.executable, "-c", PROGRAM, json.dumps(list(without))]
    done = subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    level, walls, refused, weight, raised = json.loads(done.stdout)
    assert raised == "None"
    return {"level": level, "walls": " ".join(walls), "refused": refused, "weight": weight}


@pytest.mark.parametrize(
    ("without", "level", "walls"),
    [
        ((), "strong", ("uid", "landlock", "seccomp (no files")),
        ((LANDLOCK,), "strong", ("uid", "seccomp (no files")),
        ((SECCOMP,), "partial", ("uid", "landlock")),
        ((LANDLOCK, SECCOMP), "partial", ("uid",)),
    ],
    ids=["all", "no landlock", "no seccomp", "neither"],
)
@pytest.mark.parametrize("container", [False, True], ids=["root", "container"])
def test_as_root(container: bool, without: tuple[int, ...], level: str, walls: tuple[str, ...]) -> None:
    found = look(*(in_container() if container else []), without=without)
    assert found["level"] == level, found
    assert all(wall in found["walls"] for wall in walls)
    # Also where root may not look closely; a little that the worker inherited is given back after compiling.
    assert 29 << 20 <= found["weight"] < 50 << 20


@pytest.mark.parametrize(
    ("without", "level", "walls"),
    [
        ((), "strong", ("landlock", "seccomp (no files")),
        ((LANDLOCK,), "standard", ("seccomp (no files",)),
        ((SECCOMP,), "partial", ("landlock",)),
        ((LANDLOCK, SECCOMP), "none", ("a process of its own",)),
    ],
    ids=["all", "no landlock", "no seccomp", "neither"],
)
def test_as_an_ordinary_user(without: tuple[int, ...], level: str, walls: tuple[str, ...]) -> None:
    found = look(*as_user(), without=without)
    assert found["level"] == level, found
    assert all(wall in found["walls"] for wall in walls)
    assert (found["weight"] is None) is (level == "none")


def test_why_a_stronger_level_is_not_reached_is_said() -> None:
    refused = look(*in_container(), without=(SECCOMP,))["refused"]
    assert {level for level, _ in refused} >= {"strong", "standard", "partial"}
    assert all("Function not implemented" in why for level, why in refused if level in ("strong", "standard"))


def test_a_call_that_computing_needs_and_the_machine_lacks_is_said_too() -> None:
    getrandom = {"x86_64": 318, "aarch64": 278}[platform.machine()]
    found = look(without=(getrandom,))  # libc falls back on a file, which "nofs" keeps shut
    assert found["level"] == "partial"
    assert all(
        "nobody can draw random numbers" in why for level, why in found["refused"] if level != "partial"
    )


def test_root_of_a_user_namespace_has_no_other_user_to_become() -> None:
    found = look(tool("unshare"), "--user", "--map-root-user")
    assert found["level"] == "strong", found
    assert "uid" not in found["walls"]


def test_in_namespaces_of_its_own() -> None:
    found = look(tool("unshare"), "--pid", "--net", "--ipc", "--uts", "--mount", "--fork", "--mount-proc")
    assert found["level"] == "strong", found
    assert found["weight"] > 30 << 20


def test_without_proc_nothing_can_be_confined() -> None:
    hide = 'mount -t tmpfs none /proc && exec "$@"'
    found = look(tool("unshare"), "--mount", "sh", "-c", hide, "sh")
    assert (found["level"], found["weight"]) == ("none", None)


def test_where_processes_are_hidden_all_is_graded_but_hidden_checks_of_memory(tmp_path: Path) -> None:
    """The attempt waits, the command says why, and no student is blamed for it."""
    course, examples = tmp_path / "course", ROOT / "assignments"
    shutil.copytree(examples, course, ignore=shutil.ignore_patterns(".gradlab"))
    folders = os.pathsep.join(str(ROOT / name) for name in ("reference", "grader", "plugins"))
    environment = {"PYTHONPATH": folders, "PATH": os.environ["PATH"]}

    def grade(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = where_processes_are_hidden(sys.executable, "-m", "gradlab.cli", *arguments)
        return subprocess.run(
            command,
            env=environment,
            cwd=course,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def hand_in(assignment: str) -> subprocess.CompletedProcess[str]:
        path = str(examples / assignment / "examples" / "own_design.py")
        return grade("submit", path, "--student", "ada", "--assignment", assignment)

    waits = hand_in("backward")
    assert (waits.returncode, waits.stdout) == (3, "")
    assert "does not let gradlab read from outside how much a worker holds" in waits.stderr
    assert "The attempt is kept and waits for a run that can grade it." in waits.stderr
    with Gradebook.open(course / ".gradlab" / "gradebook.db") as book:
        assert [(attempt.assignment, attempt.state) for attempt in book.attempts()] == [
            ("backward", "received")
        ]
    assert hand_in("zero_grad").returncode == 0
    checked = grade(
        "check", str(examples / "backward" / "examples" / "own_design.py"), "--assignment", "backward"
    )
    assert checked.returncode == 0, checked.stdout
    doctor = grade("doctor")
    assert doctor.returncode == 0
    assert "but those that grade memory are refused (exit code 3)" in doctor.stdout

"""A small course with a public and hidden checks, what the attacks are after, and the command line that grades them."""

from __future__ import annotations

import hashlib
import os
import socket
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from gradlab import wire
from gradlab.cli import main
from gradlab.course import find_course, load_assignment
from gradlab.expect import seed_of
from gradlab.gradebook import Gradebook
from gradlab.isolation import CAP_VARIABLE, Limits, Worker, next_nonce
from gradlab.manager import build_manager, observers
from gradlab.record import record
from gradlab.secret import load_or_create
from gradlab.session import Engines, engine_roots

from . import keeping

SECRET = "the-canary-sang"
FULL = 6.0
LIMITS = Limits(cpu_seconds=20, memory_mb=256, output_kb=16)

ENGINE = '''"""Gradients of x * x."""

import numpy as np


class Tensor:
    """An array that knows how it was made."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = np.asarray(data), None, parents

    def __mul__(self, other):
        return Tensor(self.data * other.data, (self, other))

    def sum(self):
        return Tensor(self.data.sum(), (self,))

    def backward(self):
        x = self.parents[0].parents[0]
        x.grad = doubled(x)


def tensor(data, requires_grad=False):
    """Make a tensor."""
    return Tensor(data)


def doubled(x):
    """Return the gradient of the sum of x * x."""
    ### BEGIN SOLUTION 1.1
    return Tensor(2 * x.data)
    ### END SOLUTION
'''
RIGHT = "".join(f"{line}\n" for line in ENGINE.splitlines() if "###" not in line)
STUB = RIGHT.replace("return Tensor(2 * x.data)", 'raise NotImplementedError("Task 1.1: Double")')
WRONG = RIGHT.replace("2 * x.data", "1 * x.data")

_ASSIGNMENT = """title = "Squares"
allowed_imports = ["numpy"]
inert_imports = ["matplotlib"]
[limits]
seconds = 1.0
cpu_seconds = 20
memory_mb = 256
output_kb = 16
submission_seconds = 2.5
[[tasks]]
id = "1.1"
title = "Double"
points = 6
defines = ["doubled"]
[surface]
api = ["tensor:requires_grad", "Tensor.__mul__", "Tensor.sum", "Tensor.backward", "Tensor.grad"]
dtypes = ["float64"]
observe = ["gradient"]
errors = "class"
grad_fn = "none"
"""
_CHECK = '''
@check(task="1.1", points={points}, hidden={hidden}, help="The derivative of x * x is 2 * x.")
def {name}(torch, observe, rng):
    """The gradient of squares, {name}."""
    x = torch.tensor(rng.normal(size={size}), requires_grad=True)
    (x * x).sum().backward()
    observe.gradient(x)
'''
_IMPORT = "from gradlab import check\n"
_COURSE = {
    "course.toml": 'title = "Attacked"\nengine = "refgrad"\norder = ["squares", "keeping"]\n',
    "engine/engine.py": ENGINE,
    "squares/assignment.toml": _ASSIGNMENT,
    "squares/checks.py": _IMPORT + _CHECK.format(name="in_public", points=2, hidden=False, size=5),
    "squares/hidden.py": _IMPORT
    + _CHECK.format(name="in_secret", points=2, hidden=True, size=5)
    + _CHECK.format(name="on_a_matrix", points=2, hidden=True, size="(2, 3)"),
    "squares/handout.md": "# Squares\n\n## 1.1 Double\n\nDouble.\n",
    **keeping.COURSE,
}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str
    seconds: float


@dataclass
class Hall:
    """Where the attacks take place: a course at one level of isolation, and everything that must stay untouched."""

    root: Path
    level: str
    engines: Engines
    sibling: Worker
    listener: socket.socket
    known: Mapping[str, str]
    options: tuple[str, ...] = ()
    capfd: pytest.CaptureFixture[str] | None = None
    _before: dict[str, str] = field(default_factory=dict)
    _book: set[str] = field(default_factory=set)
    _clocks: tuple[float, float] = (0.0, 0.0)

    def submit(self, path: Path, *options: str, assignment: str = "squares") -> Ended:
        """Run `grade submit` on a path."""
        given = (*self.options, *options)
        return self.run("submit", str(path), "--student", "mallory", "--assignment", assignment, *given)

    def run(self, *arguments: str) -> Ended:
        """Run a command."""
        assert self.capfd is not None
        self.capfd.readouterr()
        started = time.monotonic()
        code = main(list(arguments))
        seconds = time.monotonic() - started
        printed = self.capfd.readouterr()
        return Ended(code, printed.out, printed.err, seconds)

    def score(self) -> float | None:
        """Return the score of the attempt that was made last, as the gradebook has it."""
        with Gradebook.open(self.root / ".gradlab" / "gradebook.db") as book:
            return book.attempts("mallory")[-1].score

    def look(self) -> None:
        """Remember how everything is before an attack."""
        self._before = self._files()
        self._book = self._rows()
        self._clocks = (time.time(), time.monotonic())

    def assert_untouched(self) -> None:
        """Fail if a canary was changed, somebody called, or a process beside theirs was harmed."""
        assert self._files() == self._before
        assert self._book <= self._rows()
        with pytest.raises(BlockingIOError):
            self.listener.accept()
        wall, steady = time.time() - self._clocks[0], time.monotonic() - self._clocks[1]
        assert abs(wall - steady) < 1.0
        assert os.environ["GRADLAB_CANARY"] == SECRET
        assert isinstance(self.sibling.ask(wire.Compile(next_nonce(), [], "engine.py"), 5), wire.Compiled)

    def _rows(self) -> set[str]:
        """Every row of the gradebook, byte for byte: more may come, but what is there stays as it is."""
        where = self.root / ".gradlab" / "gradebook.db"
        if not where.exists():
            return set()
        with closing(sqlite3.connect(where)) as book:
            tables = [name for (name,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {f"{table}: {row!r}" for table in tables for row in book.execute(f"SELECT * FROM {table}")}

    def _files(self) -> dict[str, str]:
        """Every file of the course and around the canary, but for the gradebook, which is to grow."""
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.name.startswith("gradebook.db")
        }


def open_hall(root: Path, level: str) -> Iterator[Hall]:
    """Set up a course at a level of isolation. Commands run in this process, with one pair of zygotes."""
    for name, text in _COURSE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    load_or_create(root)
    canary = root / "canary" / "canary.txt"
    canary.parent.mkdir()
    canary.write_text(SECRET)
    canary.parent.chmod(0o777)
    canary.chmod(0o666)
    with (
        pytest.MonkeyPatch.context() as patch,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        listener.setblocking(False)
        patch.setenv(CAP_VARIABLE, level)
        patch.setenv("GRADLAB_CANARY", SECRET)
        for name in ("CI", "GRADLAB_DATABASE"):
            patch.delenv(name, raising=False)
        patch.chdir(root)
        with Engines("refgrad", roots=engine_roots("refgrad")) as engines:
            # Every command would start its own; they are kept, so that one attack could also harm the next command.
            patch.setattr(Engines, "start", classmethod(lambda cls, *args, **options: _Kept(engines)))
            with engines.submission_worker(LIMITS) as sibling:
                known = {
                    "RIGHT": RIGHT,
                    "WRONG": WRONG,
                    "KEEPS": keeping.KEEPS,
                    "ROOT": str(root),
                    "CANARY": str(canary),
                    "PORT": str(listener.getsockname()[1]),
                    "ANSWER": repr(public_answer(root, engines)),
                }
                reached = engines.isolation.level
                options = ("--allow-partial",) if reached == "partial" else ()
                yield Hall(root, reached, engines, sibling, listener, known, options)


def public_answer(root: Path, engines: Engines) -> list[float]:
    """Return what the public check wants to see, which every student can find out."""
    assignment = load_assignment(find_course(root), "squares")
    check = assignment.checks[0]
    kinds = observers(build_manager())
    program = record(
        check,
        engines.engine,
        seed=seed_of(check, assignment, "", None, 0),
        observers=kinds,
        surface=assignment.surface,
    )
    return [float(number) for number in 2 * np.asarray(program.arrays[0])]


class _Kept:
    """Engines that a command may use but not close."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def __enter__(self) -> Engines:
        return self._engines

    def __exit__(self, *error: object) -> None:
        pass

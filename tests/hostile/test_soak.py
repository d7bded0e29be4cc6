"""Many submissions to two assignments in one session, one in five of them hostile: every verdict right, nothing leaks."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from gradlab.course import find_course, load_assignment
from gradlab.errors import SubmissionError
from gradlab.manager import build_manager
from gradlab.runner import Grading, grade
from gradlab.submission import parse

from .attack import Attack, specimens
from .conftest import FULL, RIGHT, STUB, Hall, open_hall
from .keeping import GIVES_BACK, KEEPS

SUBMISSIONS = int(os.environ.get("GRADLAB_SOAK", "500"))
WARM_UP = 50  # submissions after which caches and pools have their size
MOST_GROWTH = 8.0  # MB of resident memory

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="attacks are run only where they are contained"),
]


@dataclass(frozen=True)
class State:
    """What this process and its zygotes hold, and the files of the course and the temporary ones. Of processes the number:
    workers come and go, and one waits in reserve."""

    descriptors: Mapping[int, int]
    processes: int
    megabytes: Mapping[int, float]
    files: frozenset[Path]

    @classmethod
    def now(cls, zygotes: list[int], root: Path) -> Self:
        """Look at this process, at `zygotes`, and at the course in `root`; `processes` counts all of their descendants."""
        gc.collect()
        own = [os.getpid(), *zygotes]
        return cls(
            {pid: len(os.listdir(f"/proc/{pid}/fd")) for pid in own},
            len(list(children(os.getpid()))),
            {pid: resident(pid) for pid in own},
            frozenset(root.rglob("*")),
        )


def children(pid: int) -> Iterator[int]:
    """Yield all descendants of a process, zombies too."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        child = int(path.parent.name)
        if parent(child) == pid:
            yield child
            yield from children(child)


def parent(pid: int) -> int | None:
    """Return the parent of a process, None if it has ended meanwhile."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def resident(pid: int) -> float:
    """Return a process's resident memory in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    yield from open_hall(tmp_path, "strong")


@dataclass(frozen=True)
class Kind:
    """What is handed in for one assignment."""

    grading: Grading
    honest: Mapping[str, str]  # by how it ends, in the words of `Attack.ends`
    hostile: list[Attack]

    @classmethod
    def of(cls, hall: Hall, assignment: str, right: str, stub: str) -> Self:
        """Get ready to grade an assignment of the course."""
        loaded = load_assignment(find_course(hall.root), assignment)
        grading = Grading(loaded, hall.engines, build_manager(), secret=b"soak")
        attacks = [attack for attack in specimens() if attack.assignment == assignment]
        return cls(
            grading,
            {"right": right, "stub": stub},
            [attack for attack in attacks if attack.group != "stalls"],
        )

    def handed_in(self, number: int, hall: Hall) -> tuple[bytes, str]:
        """Return the engine.py that comes as the `number`th, and how it must end."""
        if number % 5 == 4:
            attack = self.hostile[number // 5 % len(self.hostile)]
            return attack.build(hall.root / "handed-in", hall.known).read_bytes(), attack.ends
        ends = "right" if number % 5 else "stub"
        return f"{self.honest[ends]}# {number}\n".encode(), ends


def test_nothing_leaks(hall: Hall) -> None:
    kinds = [Kind.of(hall, "squares", RIGHT, STUB), Kind.of(hall, "keeping", GIVES_BACK, KEEPS)]
    (hall.root / "handed-in").mkdir()
    ends: Counter[str] = Counter()
    before: State | None = None
    for number in range(SUBMISSIONS):
        if number == WARM_UP:
            before = State.now(zygotes(), hall.root)
        kind = kinds[number % 20 == 19 or number % 40 < 3]
        content, expected = kind.handed_in(number, hall)
        ended = verdict(kind.grading, content)
        assert ended == expected, f"submission {number}: {content[:200]!r}"
        ends[ended] += 1
    assert before is not None
    deadline = time.monotonic() + 10  # a worker that is not needed any more ends soon, not at once
    while (after := State.now(zygotes(), hall.root)).processes > before.processes and (
        time.monotonic() < deadline
    ):
        time.sleep(0.1)
    assert after.processes <= before.processes
    assert after.files == before.files
    assert all(after.descriptors[pid] <= before.descriptors[pid] for pid in before.descriptors)
    for pid, megabytes in after.megabytes.items():
        assert megabytes - before.megabytes[pid] < MOST_GROWTH, f"{before.megabytes} -> {after.megabytes}"
    print(f"{ends}; resident before {before.megabytes}, after {after.megabytes} MB")


def verdict(grading: Grading, content: bytes) -> str:
    """Grade one engine.py and return how it ended, in the words of `Attack.ends`."""
    try:
        submission = parse({"engine.py": content})
        report = grade(grading, submission, student="s", attempt=1, submitted_at="2026-01-01T00:00:00+00:00")
    except SubmissionError:
        return "refused"
    return {0.0: "stub", FULL: "right"}.get(report.score, f"{report.score} points")


def zygotes() -> list[int]:
    """Return the processes that workers are forked from: the children of this one that run the launcher."""
    return sorted(pid for pid in children(os.getpid()) if parent(pid) == os.getpid() and is_zygote(pid))


def is_zygote(pid: int) -> bool:
    return b"launch.py\0zygote" in Path(f"/proc/{pid}/cmdline").read_bytes()

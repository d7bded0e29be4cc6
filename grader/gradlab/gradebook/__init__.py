"""The gradebook: every attempt, the bytes that were handed in, and the verdict.

An attempt is committed before it is graded, so a grader that dies loses nothing: the attempt stays `received`
under the claim of a process that no longer lives, and the next grader takes it over.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from gradlab.errors import GradebookError
from gradlab.gradebook.address import open_database
from gradlab.gradebook.claims import is_stale, this_process
from gradlab.gradebook.database import Database, Run
from gradlab.submission import digest

if TYPE_CHECKING:
    from gradlab.model import Report

__all__ = ["Attempt", "Gradebook", "State"]

State = Literal["received", "graded", "error", "ungradable"]

MAX_TRIES = 3  # graders that may die on one attempt before it is put aside as our own fault


# Those of an Attempt, in its order. The report is left out, which is long.
_COLUMNS = "id, student, assignment, number, submission, submitted_at, state, notes, graded_at, score, max_score, message"


@dataclass(frozen=True)
class Attempt:
    """One hand-in. `number` counts a student's attempts at an assignment; None where it cost none."""

    id: int
    student: str
    assignment: str
    number: int | None
    sha256: str
    submitted_at: str
    state: State
    notes: tuple[str, ...]
    graded_at: str | None
    score: float | None
    max_score: float | None
    message: str | None  # why it was not graded


class Gradebook:
    """A gradebook, open. Any number of processes may use the same one at once.

    Invariants: what `receive` returned is on disk, and stays; a student's attempt numbers are unique; an attempt
    is claimed by at most one living process, and only that one decides it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claim = this_process().dump()

    @classmethod
    def open(cls, where: str | Path) -> Self:
        """Open the gradebook in a file, made if it is not there, or at a database URL.

        Raises GradebookError, and leaves the file untouched, if it is damaged, no gradebook, or too new.
        """
        return cls(open_database(where))

    @property
    def name(self) -> str:
        """Where the gradebook is, without a password."""
        return self._database.name

    def receive(
        self,
        student: str,
        assignment: str,
        files: Mapping[str, bytes],
        submitted_at: datetime | None = None,
        notes: Iterable[str] = (),
    ) -> Attempt:
        """Record a hand-in and claim it for this process. It is on disk when this returns."""
        when = (submitted_at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
        sha256 = digest(files)
        with self._database.writing() as run:
            _keep(run, sha256, files)
            mine = "student = ? AND assignment = ?"
            [(last,)] = run(f"SELECT MAX(number) FROM attempts WHERE {mine}", student, assignment)
            new = {
                "student": student,
                "assignment": assignment,
                "number": (last or 0) + 1,
                "submission": sha256,
                "submitted_at": when,
                "state": "received",
                "notes": json.dumps(list(notes)),
                "tries": 1,
                "claimed_by": self._claim,
                "claimed_at": time.time(),
            }
            marks = ", ".join("?" * len(new))
            run(f"INSERT INTO attempts ({', '.join(new)}) VALUES ({marks})", *new.values())
            query = f"SELECT {_COLUMNS} FROM attempts WHERE {mine} AND number = ?"
            [row] = run(query, student, assignment, new["number"])
            return _attempt(row)

    def take_over(self, skip: Iterable[int] = ()) -> Attempt | None:
        """Claim the oldest attempt that is waiting and that no living process is grading; None if there is none.

        Leaves out the ids in `skip`. An attempt on which several graders died is put aside as an error.
        """
        waiting = f"SELECT {_COLUMNS}, claimed_by, claimed_at, tries FROM attempts WHERE state = 'received' ORDER BY id"
        with self._database.writing() as run:
            for *row, claimed_by, claimed_at, tries in run(waiting):
                attempt = _attempt(row)
                if attempt.id in set(skip) or not is_stale(claimed_by, claimed_at):
                    continue
                if tries >= MAX_TRIES:
                    reason = f"{MAX_TRIES} graders died while grading this attempt; an instructor has to look at it."
                    _decide(run, attempt.id, state="error", number=None, message=reason)
                    continue
                _change(run, attempt.id, claimed_by=self._claim, claimed_at=time.time(), tries=tries + 1)
                return attempt
        return None

    def store(self, attempt: Attempt, report: Report) -> Attempt:
        """Keep the verdict. Where it is our own failure (outcome `error`) the attempt's number is given back."""
        import msgspec

        from gradlab.model import Outcome

        failed = report.outcome is Outcome.ERROR
        return self._settle(
            attempt,
            state="error" if failed else "graded",
            number=None if failed else attempt.number,
            graded_at=report.graded_at,
            score=report.score,
            max_score=report.max_score,
            message="gradlab failed on at least one check." if failed else None,
            report=msgspec.json.encode(report).decode(),
        )

    def refuse(self, attempt: Attempt, message: str) -> Attempt:
        """Keep the hand-in as one that cannot be graded. It costs no attempt."""
        return self._settle(attempt, state="ungradable", number=None, message=message)

    def fail(self, attempt: Attempt, message: str) -> Attempt:
        """Keep the hand-in as one on which gradlab itself failed. It costs no attempt."""
        return self._settle(attempt, state="error", number=None, message=message)

    def release(self, attempt: Attempt) -> None:
        """Give the claim back: the attempt waits for the next grader, and this try does not count."""
        with self._database.writing() as run:
            if (tries := self._held(run, attempt)) is not None:
                _change(run, attempt.id, claimed_by=None, claimed_at=None, tries=tries - 1)

    def attempts(self, student: str | None = None, assignment: str | None = None) -> list[Attempt]:
        """Return the attempts, oldest first."""
        wanted = {"student": student, "assignment": assignment}
        given = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join(f"{column} = ?" for column in given)
        query = f"SELECT {_COLUMNS} FROM attempts {'WHERE ' + where if where else ''} ORDER BY id"
        with self._database.reading() as run:
            return [_attempt(row) for row in run(query, *given.values())]

    def report(self, attempt: Attempt) -> Report | None:
        """Return the whole verdict on an attempt, hidden checks included; None if it has none."""
        with self._database.reading() as run:
            rows = run("SELECT report FROM attempts WHERE id = ?", attempt.id)
        text = rows[0][0] if rows else None
        if text is None:
            return None
        import msgspec

        from gradlab.model import Report

        try:
            return msgspec.json.decode(text, type=Report)
        except msgspec.DecodeError as error:
            raise GradebookError(
                f"The report of attempt {attempt.id} in {self._database.name} cannot be read: {error}."
            ) from error

    def files(self, attempt: Attempt) -> dict[str, bytes]:
        """Return the bytes that were handed in, by name. Raises GradebookError if they are not what they were."""
        query = (
            "SELECT submission_files.name, blobs.content FROM submission_files "
            "JOIN blobs ON blobs.sha256 = submission_files.blob WHERE submission_files.submission = ?"
        )
        with self._database.reading() as run:
            files: dict[str, bytes] = dict(run(query, attempt.sha256))
        if (
            not all(isinstance(content, bytes) for content in files.values())
            or digest(files) != attempt.sha256
        ):
            raise GradebookError(
                f"The files of attempt {attempt.id} in {self._database.name} are not those that were handed in; the database is damaged."
            )
        return files

    def close(self) -> None:
        """Close the gradebook."""
        self._database.close()

    def _held(self, run: Run, attempt: Attempt) -> int | None:
        """Return the number of graders that tried, or None if the attempt is not ours to decide."""
        query = "SELECT tries FROM attempts WHERE id = ? AND state = 'received' AND claimed_by = ?"
        rows = run(query, attempt.id, self._claim)
        return rows[0][0] if rows else None

    def _settle(self, attempt: Attempt, **changes: Any) -> Attempt:
        with self._database.writing() as run:
            if self._held(run, attempt) is None:
                raise GradebookError(
                    f"Attempt {attempt.id} of {attempt.student} is no longer ours to grade: another grader has taken it."
                )
            _decide(run, attempt.id, **changes)
            [row] = run(f"SELECT {_COLUMNS} FROM attempts WHERE id = ?", attempt.id)
            return _attempt(row)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _decide(run: Run, key: int, *, message: str | None, **changes: Any) -> None:
    if (
        message is not None
    ):  # of an exception, perhaps, with what no database takes: half a character, or a NUL
        message = message.encode(errors="backslashreplace").decode().replace("\0", "\\x00")
    _change(run, key, claimed_by=None, claimed_at=None, message=message, **changes)


def _change(run: Run, key: int, **changes: Any) -> None:
    columns = ", ".join(f"{column} = ?" for column in changes)
    run(f"UPDATE attempts SET {columns} WHERE id = ?", *changes.values(), key)


def _keep(run: Run, sha256: str, files: Mapping[str, bytes]) -> None:
    """Store the bytes of a submission, unless they are there."""
    if run("SELECT 1 FROM submissions WHERE sha256 = ?", sha256):
        return
    run("INSERT INTO submissions (sha256) VALUES (?)", sha256)
    for name, content in files.items():
        key = hashlib.sha256(content).hexdigest()
        if not run("SELECT 1 FROM blobs WHERE sha256 = ?", key):
            run("INSERT INTO blobs (sha256, content) VALUES (?, ?)", key, content)
        run("INSERT INTO submission_files (submission, name, blob) VALUES (?, ?, ?)", sha256, name, key)


def _attempt(row: Sequence[Any]) -> Attempt:
    key, student, assignment, number, sha256, submitted_at, state, notes, *decision = row
    return Attempt(
        key, student, assignment, number, sha256, submitted_at, state, tuple(json.loads(notes)), *decision
    )

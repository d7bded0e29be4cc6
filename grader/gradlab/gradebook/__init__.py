"""The gradebook: every attempt, the bytes that were handed in, and the verdict.

An attempt is committed before it is graded, so a grader that dies loses nothing: the attempt stays `received`
under the claim of a process that no longer lives, and the next grader takes it over.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import sqlalchemy as sa

from gradlab.errors import GradebookError
from gradlab.gradebook.claims import is_stale, this_process
from gradlab.gradebook.database import Database
from gradlab.gradebook.tables import attempts, blobs, submission_files, submissions
from gradlab.submission import digest

if TYPE_CHECKING:
    from gradlab.model import Report

__all__ = ["Attempt", "Gradebook", "State"]

State = Literal["received", "graded", "error", "ungradable"]

MAX_TRIES = 3  # graders that may die on one attempt before it is put aside as our own fault


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
        return cls(Database(where))

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
        with self._database.writing() as connection:
            _keep(connection, sha256, files)
            mine = (attempts.c.student == student) & (attempts.c.assignment == assignment)
            last = connection.scalar(sa.select(sa.func.max(attempts.c.number)).where(mine))
            key = connection.execute(
                attempts.insert().values(
                    student=student,
                    assignment=assignment,
                    number=(last or 0) + 1,
                    submission=sha256,
                    submitted_at=when,
                    state="received",
                    notes=json.dumps(list(notes)),
                    tries=1,
                    claimed_by=self._claim,
                    claimed_at=time.time(),
                )
            ).inserted_primary_key
            assert key is not None
            return _attempt(connection.execute(_select().where(attempts.c.id == key[0])).one())

    def take_over(self, skip: Iterable[int] = ()) -> Attempt | None:
        """Claim the oldest attempt that is waiting and that no living process is grading; None if there is none.

        Leaves out the ids in `skip`. An attempt on which several graders died is put aside as an error.
        """
        with self._database.writing() as connection:
            waiting = sa.select(attempts).where(attempts.c.state == "received").order_by(attempts.c.id)
            for row in connection.execute(waiting).all():
                if row.id in set(skip) or not is_stale(row.claimed_by, row.claimed_at):
                    continue
                if row.tries >= MAX_TRIES:
                    reason = f"{MAX_TRIES} graders died while grading this attempt; an instructor has to look at it."
                    _decide(connection, row.id, state="error", number=None, message=reason)
                    continue
                changes = {"claimed_by": self._claim, "claimed_at": time.time(), "tries": row.tries + 1}
                connection.execute(attempts.update().where(attempts.c.id == row.id).values(**changes))
                return _attempt(row)
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
        with self._database.writing() as connection:
            changes = {"claimed_by": None, "claimed_at": None, "tries": attempts.c.tries - 1}
            connection.execute(attempts.update().where(self._held(attempt)).values(**changes))

    def attempts(self, student: str | None = None, assignment: str | None = None) -> list[Attempt]:
        """Return the attempts, oldest first."""
        query = _select().order_by(attempts.c.id)
        if student is not None:
            query = query.where(attempts.c.student == student)
        if assignment is not None:
            query = query.where(attempts.c.assignment == assignment)
        with self._database.reading() as connection:
            return [_attempt(row) for row in connection.execute(query)]

    def report(self, attempt: Attempt) -> Report | None:
        """Return the whole verdict on an attempt, hidden checks included; None if it has none."""
        with self._database.reading() as connection:
            text = connection.scalar(sa.select(attempts.c.report).where(attempts.c.id == attempt.id))
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
            sa.select(submission_files.c.name, blobs.c.content)
            .join(blobs, blobs.c.sha256 == submission_files.c.blob)
            .where(submission_files.c.submission == attempt.sha256)
        )
        with self._database.reading() as connection:
            files = {row.name: bytes(row.content) for row in connection.execute(query)}
        if digest(files) != attempt.sha256:
            raise GradebookError(
                f"The files of attempt {attempt.id} in {self._database.name} are not those that were handed in; the database is damaged."
            )
        return files

    def close(self) -> None:
        """Close the gradebook."""
        self._database.close()

    def _held(self, attempt: Attempt) -> sa.ColumnElement[bool]:
        held: sa.ColumnElement[bool] = attempts.c.claimed_by == self._claim
        return (attempts.c.id == attempt.id) & (attempts.c.state == "received") & held

    def _settle(self, attempt: Attempt, **changes: Any) -> Attempt:
        with self._database.writing() as connection:
            held = connection.scalar(sa.select(attempts.c.id).where(self._held(attempt)))
            if held is None:
                raise GradebookError(
                    f"Attempt {attempt.id} of {attempt.student} is no longer ours to grade: another grader has taken it."
                )
            _decide(connection, attempt.id, **changes)
            return _attempt(connection.execute(_select().where(attempts.c.id == attempt.id)).one())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _decide(connection: sa.Connection, key: int, **changes: Any) -> None:
    settled = {"claimed_by": None, "claimed_at": None, **changes}
    connection.execute(attempts.update().where(attempts.c.id == key).values(**settled))


def _keep(connection: sa.Connection, sha256: str, files: Mapping[str, bytes]) -> None:
    """Store the bytes of a submission, unless they are there."""
    if connection.scalar(sa.select(submissions.c.sha256).where(submissions.c.sha256 == sha256)):
        return
    names = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    there = set(connection.scalars(sa.select(blobs.c.sha256).where(blobs.c.sha256.in_(names.values()))))
    new = {names[name]: content for name, content in files.items() if names[name] not in there}
    connection.execute(submissions.insert().values(sha256=sha256))
    if new:
        connection.execute(
            blobs.insert(), [{"sha256": key, "content": content} for key, content in new.items()]
        )
    if names:
        rows = [{"submission": sha256, "name": name, "blob": key} for name, key in names.items()]
        connection.execute(submission_files.insert(), rows)


def _select() -> sa.Select[Any]:
    """Everything of an attempt but its report, which is long."""
    return sa.select(*(column for column in attempts.c if column.name != "report"))


def _attempt(row: Any) -> Attempt:
    return Attempt(
        id=row.id,
        student=row.student,
        assignment=row.assignment,
        number=row.number,
        sha256=row.submission,
        submitted_at=row.submitted_at,
        state=row.state,
        notes=tuple(json.loads(row.notes)),
        graded_at=row.graded_at,
        score=row.score,
        max_score=row.max_score,
        message=row.message,
    )

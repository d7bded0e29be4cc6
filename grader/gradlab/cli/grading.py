"""Grade attempts of the gradebook: the one at hand, and those that a killed run has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlab.course import load_assignment
from gradlab.errors import GradebookError, GradlabError, IsolationError, SubmissionError
from gradlab.manager import build_manager
from gradlab.runner import Grading, grade
from gradlab.secret import load_or_create
from gradlab.submission import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from gradlab.assignment import Assignment
    from gradlab.course import Course
    from gradlab.gradebook import Attempt, Gradebook
    from gradlab.model import Report
    from gradlab.session import Engines

__all__ = ["Desk", "prepare", "require_level"]

_RANK = ("none", "partial", "standard", "strong")


def prepare(
    course: Course,
    assignment: Assignment,
    engines: Engines,
    seed: int,
    warn: Callable[[str], object],
    *,
    allow_partial: bool = False,
) -> Grading:
    """Get ready to grade an assignment, and begin with what is the same for every submission."""
    hidden = any(check.hidden for check in assignment.checks)
    secret = load_or_create(course.root, warn) if hidden else None
    grading = Grading(
        assignment, engines, build_manager(course.plugins), secret, seed, allow_partial=allow_partial
    )
    grading.expectations.ahead([check for check in grading.checks if not check.hidden], "")
    return grading


class Desk:
    """Where the attempts of one course are graded. What is needed for an assignment is loaded once."""

    def __init__(
        self,
        course: Course,
        book: Gradebook,
        engines: Engines,
        *,
        seed: int = 0,
        require: str | None = None,
        allow_partial: bool = False,
        warn: Callable[[str], object],
    ) -> None:
        self._course, self._book, self._engines = course, book, engines
        self._seed, self._require, self._warn = seed, require, warn
        self._allow_partial = allow_partial
        self._gradings: dict[str, Grading] = {}

    def take(self, grading: Grading) -> None:
        """Use what was prepared for an assignment."""
        self._gradings[grading.assignment.name] = grading

    def grade(self, attempt: Attempt) -> Report:
        """Grade an attempt that we hold, and store the verdict.

        Whatever happens the gradebook knows: SubmissionError leaves it ungradable, a lack of isolation or an
        interrupt leaves it waiting, anything else is our own fault and costs no attempt.
        """
        try:
            report = self._verdict(attempt)
        except SubmissionError as error:
            self._book.refuse(attempt, str(error))
            raise
        except IsolationError as error:
            self._book.release(attempt)
            raise IsolationError(
                f"{error} The attempt is kept and waits for a run that can grade it."
            ) from error
        except Exception as error:
            self._book.fail(attempt, f"{type(error).__name__}: {error}")
            raise
        except BaseException:
            self._book.release(attempt)
            raise
        self._book.store(attempt, report)
        return report

    def grade_left_over(self) -> int:
        """Grade every attempt that no living process is grading, and return how many were decided."""
        decided = 0
        tried: list[int] = []
        while (attempt := self._book.take_over(tried)) is not None:
            tried.append(attempt.id)
            if attempt.assignment not in self._course.order:
                self._book.release(attempt)
                continue
            try:
                self.grade(attempt)
            except IsolationError:
                break
            except (GradebookError, KeyboardInterrupt):
                raise
            except SubmissionError:
                pass
            except Exception as error:
                what = str(error) if isinstance(error, GradlabError) else type(error).__name__
                self._warn(f"An attempt left by an earlier run cannot be graded: {what}")
                continue
            decided += 1
        return decided

    def _verdict(self, attempt: Attempt) -> Report:
        submission = parse(self._book.files(attempt), attempt.notes)
        if attempt.assignment not in self._gradings:
            assignment = load_assignment(self._course, attempt.assignment)
            self.take(
                prepare(
                    self._course,
                    assignment,
                    self._engines,
                    self._seed,
                    self._warn,
                    allow_partial=self._allow_partial,
                )
            )
        require_level(self._engines, self._require)
        return grade(
            self._gradings[attempt.assignment],
            submission,
            student=attempt.student,
            attempt=attempt.number or 0,
            submitted_at=attempt.submitted_at,
        )


def require_level(engines: Engines, required: str | None) -> None:
    """Raise IsolationError if the isolation that was proved here is weaker than required."""
    if required is None:
        return
    level = engines.isolation.level
    if _RANK.index(level) < _RANK.index(required):
        raise IsolationError(
            f"Isolation level {required} is required, and this machine offers {level}. "
            "Run 'grade doctor' to see its walls."
        )

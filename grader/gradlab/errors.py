"""The one exception tree. Each class carries the exit code that the command line ends with."""

from __future__ import annotations

__all__ = [
    "CheckAuthoringError",
    "CourseError",
    "GradebookError",
    "GradlabError",
    "InternalError",
    "IsolationError",
    "SubmissionError",
    "UsageError",
]


class GradlabError(Exception):
    """Anything gradlab reports in words. `str(error)` is complete: what was given, expected, and what to do."""

    exit_code = 70


class UsageError(GradlabError):
    """The command was given something that it cannot use: a missing path, an unknown assignment."""

    exit_code = 2


class CourseError(GradlabError):
    """A course or assignment file is wrong. `problems` holds every problem found, one sentence each."""

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CheckAuthoringError(CourseError):
    """A check uses what cannot be recorded, or leaves the assignment's surface."""


class IsolationError(GradlabError):
    """The isolation level is weaker than required, or confining a worker failed."""

    exit_code = 3


class SubmissionError(GradlabError):
    """The submission cannot be graded: wrong file, syntax error, too large. It is kept and costs no attempt."""

    exit_code = 4


class GradebookError(GradlabError):
    """The gradebook cannot be read or written. It is never overwritten."""


class InternalError(GradlabError):
    """Our own fault."""

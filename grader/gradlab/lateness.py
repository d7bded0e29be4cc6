"""Late work: what a submission loses that was handed in after its assignment was due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.model import Report

__all__ = ["LatePolicy", "deadline", "settled"]

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class LatePolicy:
    """What is taken off the points of late work: `percent_per_day` for each day begun since it was due, and all of it after
    `days` days, if they are limited. Who is no later than `grace` is in time."""

    percent_per_day: float
    days: int | None = None
    grace: timedelta = timedelta()

    def percent_off(self, late: timedelta) -> float:
        """Return how much is taken off work that is so late, from 0 to 100."""
        if late <= max(self.grace, timedelta()):
            return 0.0
        begun = -(-late // _DAY)
        if self.days is not None and begun > self.days:
            return 100.0
        return min(100.0, self.percent_per_day * begun)

    def __str__(self) -> str:
        said = f"Late work loses {self.percent_per_day:g} % of its points for each day begun"
        if self.days is not None:
            said += f", and counts for nothing after {_counted(self.days, 'day')}"
        if self.grace:
            said += f"; {_in_words(self.grace)} are forgiven"
        return f"{said}."


def deadline(assignment: Assignment) -> str:
    """Return in words until when to hand in, and what lateness costs; nothing if the assignment is not due."""
    if assignment.due is None:
        return ""
    said = f"Hand in before {assignment.due:%Y-%m-%d %H:%M} ({assignment.due:%Z})."
    return said if assignment.late is None else f"{said} {assignment.late}"


def settled(report: Report, assignment: Assignment) -> Report:
    """Return the report with what lateness costs taken off the score, and said in a note. The checks' own points stay as
    they are; `submitted_at` decides, so that grading again comes to the same."""
    if assignment.due is None:
        return report
    late = datetime.fromisoformat(report.submission.submitted_at) - assignment.due
    if late <= timedelta():
        return report
    said = f"Handed in {_in_words(late)} after it was due"
    if assignment.late is None:
        return replace(report, notes=(f"{said}.", *report.notes))
    off = assignment.late.percent_off(late)
    score = round(report.score * (1 - off / 100), 3)
    if off:
        said += f": {off:g} % of the points are taken off, so that {report.score:g} become {score:g}."
    else:
        said += ", which is still in time."
    return replace(report, score=score, notes=(said, *report.notes))


def _in_words(duration: timedelta) -> str:
    """Write the two largest units of a duration: `1 day and 3 hours`."""
    minutes = duration // timedelta(minutes=1)
    units = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    said = [_counted(*unit) for unit in units if unit[0]]
    return " and ".join(said[:2]) or "less than a minute"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' * (number != 1)}"

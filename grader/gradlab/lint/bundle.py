"""What students get: that a bundle can be made, and gives nothing away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gradlab.errors import CourseError
from gradlab.release import release

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["make_bundle"]


def make_bundle(assignment: Assignment) -> list[str]:
    """Return a sentence for every line of the assignment's bundle that gives something away, and what else is wrong."""
    try:
        release(assignment, datetime.now(UTC))
    except CourseError as error:
        return list(error.problems)
    return []

"""What an author should know of an assignment, though nothing is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlab.expect import LEAST_OUTSIDE

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["hints"]


def hints(assignment: Assignment) -> tuple[str, ...]:
    """Return a sentence for each public check of memory in whose task no hidden check weighs it from outside."""
    proved = {check.task for check in assignment.checks if check.hidden and check.weighs}
    return tuple(
        f"{check.file}:{check.line}: the check {check.name!r} goes by what an engine says of its own memory, for no hidden "
        f"check of task {check.task} weighs it from outside. Write one, in hidden.py, that takes at least "
        f"{LEAST_OUTSIDE >> 20} MB: then this one counts only where that one passes."
        for check in assignment.checks
        if not check.hidden and check.weighs and check.task not in proved
    )

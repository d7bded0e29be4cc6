"""Whether one program is made of another's steps, so that what was found for one check need not be searched for again."""

from __future__ import annotations

from collections.abc import Iterator

from gradlab.program import Glob, Program
from gradlab.shrink.edits import live_steps
from gradlab.shrink.steps import ADDED

__all__ = ["is_within"]

_UNSEEN = ("drop", "array", "return")


def is_within(small: Program, small_goal: int, large: Program, large_goal: int) -> bool:
    """Return whether the steps of `small`, but for those that shrinking may add, are steps of `large` in the same order,
    and one goal is the other: then shrinking `large` could have ended at `small`."""
    rest = _kinds(large, large_goal)
    return all(kind in rest for kind in _kinds(small, small_goal) if kind[1] not in ADDED)


def _kinds(program: Program, goal: int) -> Iterator[tuple[object, ...]]:
    for step in live_steps(program):
        if step.op not in _UNSEEN:
            function = step.args[0] if step.args and type(step.args[0]) is Glob else None
            yield (step.op, step.name, step.observer, function, step.sid == goal)

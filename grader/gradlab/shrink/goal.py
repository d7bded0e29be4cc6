"""What a pass may not touch, what it may use, and what a pass is."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from gradlab.program import Program
from gradlab.shrink.edits import live_steps

__all__ = ["Goal", "Pass"]


@dataclass(frozen=True)
class Goal:
    """The difference to keep: `sid` is the step that shows it, 0 if it belongs to no step.

    `names` are the assignment's public names (`"Tensor.sum"`) that a pass may bring in; None means any. `needs` is a
    method that must be called: whether a tensor still exists is only asked of what `backward` releases, for how much an
    operation saves is the student's own business.
    """

    sid: int
    names: frozenset[str] | None = None
    needs: str = ""

    @classmethod
    def of(cls, program: Program, sid: int, names: frozenset[str] | None = None) -> Goal:
        """Return the goal of keeping what step `sid` of a program shows."""
        alive = any(step.sid == sid and step.name == "alive" for step in program.steps())
        calls = any(step.op == "method" and step.name == "backward" for step in program.steps())
        return cls(sid, names, "backward" if alive and calls else "")

    def is_in(self, program: Program) -> bool:
        """Return whether a program still has the step, and what it needs."""
        steps = list(live_steps(program))
        has_step = not self.sid or any(step.sid == self.sid for step in steps)
        return has_step and (not self.needs or any(step.name == self.needs for step in steps))

    def may_use(self, name: str) -> bool:
        """Return whether a smaller program may use a name that the recorded one does not."""
        return self.names is None or name in self.names


# Yields smaller programs, each made from the last one that was accepted; is sent whether each is accepted.
Pass = Callable[[Program, Goal], Generator[Program, bool, None]]

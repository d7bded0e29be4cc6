"""What `grade lint` finds out about an assignment. Frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gradlab.mutants import Mutant

__all__ = ["Linted", "TaskQuality"]


@dataclass(frozen=True)
class TaskQuality:
    """One task: how much looks at it, and how much of what can be wrong with it is seen.

    `equivalents` are mutants that the assignment lists as no different from the solution. `survivors` are mutants
    that no check tells from the solution, and that are not listed.
    """

    id: str
    title: str
    points: float
    public: int
    hidden: int
    mistakes: int
    mutants: int = 0
    equivalents: int = 0
    survivors: tuple[Mutant, ...] = ()

    @property
    def killed(self) -> int:
        """How many mutants a check kills."""
        return self.mutants - self.equivalents - len(self.survivors)

    @property
    def kill_rate(self) -> float:
        """The share of the mutants not listed as equivalent that a check kills, from 0 to 1."""
        different = self.mutants - self.equivalents
        return self.killed / different if different else 1.0


@dataclass(frozen=True)
class Linted:
    """One assignment. `matrix` says for each check, in the order in which they run, which tasks it fails without.

    `whole` is false if mistakes and mutants were not tried, because the solution or a check is wrong. `engine` is
    another engine that the checks were compared on, and then nothing else was looked at. `hints` are worth knowing, and no
    problems.
    """

    assignment: str
    problems: tuple[str, ...]
    tasks: tuple[TaskQuality, ...] = ()
    matrix: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: bool = True
    engine: str | None = None
    hints: tuple[str, ...] = ()

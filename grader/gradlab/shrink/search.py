"""The search: try what the passes propose, keep what still shows the difference, until nothing gets smaller."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from gradlab.program import Program
from gradlab.shrink import numbers, sizes, steps
from gradlab.shrink.cost import Cost, cost, fingerprint
from gradlab.shrink.edits import merged, tidy
from gradlab.shrink.goal import Goal, Pass

__all__ = ["PASSES", "Bounds", "Oracle", "Shrunk", "shrink"]

# What removes most comes first; later passes make room for earlier ones, so all run until none finds anything.
PASSES: tuple[Pass, ...] = (
    steps.other_observations,
    steps.bypassing,
    steps.deletion,
    steps.collapse,
    steps.unwrapping,
    steps.one_call,
    sizes.lengths,
    sizes.divisions,
    sizes.dimensions,
    steps.summing,
    steps.arguments,
    numbers.constants,
    numbers.elements,
)


class Oracle(Protocol):
    """Knows the two engines."""

    def shows(self, program: Program) -> bool:
        """Return whether the reference runs `program` to its end and the other engine differs as before."""


@dataclass(frozen=True)
class Bounds:
    """How long a search may take. It ends at whichever comes first."""

    seconds: float
    evaluations: int


@dataclass(frozen=True)
class Shrunk:
    """The smallest program found. `finished` is false if a bound ended the search early."""

    program: Program
    finished: bool
    evaluations: int


def shrink(program: Program, oracle: Oracle, goal: Goal, bounds: Bounds) -> Shrunk:
    """Return the smallest program that shows the difference, in the order of `cost`.

    Deterministic as long as the oracle is and no bound in seconds is met. Every program that the oracle is asked
    about is smaller than the best so far, so that the search ends. `program` itself is returned, not finished, if
    the oracle does not see the difference in it.
    """
    start = tidy(merged(program))
    search = _Search(start, oracle, goal, bounds)
    try:
        if not search.ask(start):
            return Shrunk(program, False, search.evaluations)
        while True:
            before = search.best_cost
            for each in PASSES:
                search.run(each)
            if search.best_cost == before:
                return Shrunk(search.best, True, search.evaluations)
    except _SpentError:
        return Shrunk(search.best, False, search.evaluations)


class _SpentError(Exception):
    """A bound is met."""


class _Search:
    """The best program so far. Invariant: the oracle has said of `best` that it shows the difference."""

    def __init__(self, best: Program, oracle: Oracle, goal: Goal, bounds: Bounds) -> None:
        self.best = best
        self.best_cost: Cost = cost(best)
        self.evaluations = 0
        self._oracle = oracle
        self._goal = goal
        self._bounds = bounds
        self._deadline = time.monotonic() + bounds.seconds
        self._asked: set[str] = set()

    def run(self, propose: Pass) -> None:
        """Try everything that a pass proposes."""
        proposals = propose(self.best, self._goal)
        accepted: bool | None = None
        while True:
            try:
                candidate = next(proposals) if accepted is None else proposals.send(accepted)
            except StopIteration:
                return
            accepted = self._accept(candidate)

    def ask(self, candidate: Program) -> bool:
        """Ask the oracle. Raises _SpentError where a bound is met."""
        if self.evaluations >= self._bounds.evaluations or time.monotonic() >= self._deadline:
            raise _SpentError
        self.evaluations += 1
        self._asked.add(fingerprint(candidate, self._goal.sid))
        return self._oracle.shows(candidate)

    def _accept(self, candidate: Program) -> bool:
        price = cost(candidate)
        if (
            price >= self.best_cost
            or fingerprint(candidate, self._goal.sid) in self._asked
            or not self.ask(candidate)
        ):
            return False
        self.best, self.best_cost = candidate, price
        return True

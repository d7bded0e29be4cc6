"""Try every mutant: the first check that fails kills it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gradlab.lint.equivalents import MOST, Equivalent, load_equivalents
from gradlab.mutants import Mutant, mutants

if TYPE_CHECKING:
    from gradlab.lint.bench import Bench

__all__ = ["Mutation", "mutate"]


@dataclass(frozen=True)
class Mutation:
    """All mutants; those that no check kills and that are not listed as equivalent; those that are; and what is wrong."""

    mutants: tuple[Mutant, ...] = ()
    survivors: tuple[Mutant, ...] = ()
    equivalents: tuple[Mutant, ...] = ()
    problems: tuple[str, ...] = ()
    listed: Mapping[str, Equivalent] = field(default_factory=dict)


def mutate(bench: Bench, matrix: Mapping[str, Sequence[str]], step: Callable[[int, int], object]) -> Mutation:
    """Try the mutants of an assignment's solution. `step` is called with how many are done, and of how many."""
    made = mutants(bench.assignment)
    listed, problems = load_equivalents(bench.assignment, made)
    alive = _alive(bench, made, matrix, step)
    survivors = tuple(mutant for mutant in alive if mutant.name not in listed)
    equivalents = tuple(mutant for mutant in alive if mutant.name in listed)
    return Mutation(
        made,
        survivors,
        equivalents,
        (
            *problems,
            *_killed(made, alive, listed),
            *_too_many(made, equivalents),
            *_survived(made, survivors),
        ),
        listed,
    )


def _alive(
    bench: Bench,
    made: Sequence[Mutant],
    matrix: Mapping[str, Sequence[str]],
    step: Callable[[int, int], object],
) -> list[Mutant]:
    """Return the mutants that pass every check.

    Only checks that fail without the mutant's task can see it. Those that have killed most come first, then the
    fastest.
    """
    kills: Counter[str] = Counter()
    lock = threading.Lock()

    def killer(mutant: Mutant) -> str | None:
        with lock:
            seeing = [name for name, tasks in matrix.items() if mutant.task in tasks]
            seeing.sort(key=lambda name: (-kills[name], bench.seconds[name]))
        found = bench.killer(mutant.source, seeing)
        with lock:
            kills[found or ""] += 1
            step(kills.total(), len(made))
        return found

    return [mutant for mutant, found in zip(made, bench.map(killer, made), strict=True) if found is None]


def _killed(made: Sequence[Mutant], alive: Sequence[Mutant], listed: Mapping[str, Equivalent]) -> list[str]:
    return [
        f"{listed[mutant.name].place}: {mutant.name!r} is killed by a check, so it is not equivalent. Take it out."
        for mutant in made
        if mutant.name in listed and mutant not in alive
    ]


def _too_many(made: Sequence[Mutant], equivalents: Sequence[Mutant]) -> list[str]:
    excused = Counter(mutant.task for mutant in equivalents)
    return [
        f"equivalents.toml: {excused[task]} of the {count} mutants of task {task} are listed, more than {MOST:.0%}. "
        "Simplify the solution, so that every part of it matters."
        for task, count in Counter(mutant.task for mutant in made).items()
        if excused[task] > MOST * count
    ]


def _survived(made: Sequence[Mutant], survivors: Sequence[Mutant]) -> list[str]:
    counts = Counter(mutant.task for mutant in made)
    return [
        f"engine/{mutant.chapter}:{mutant.line}: no check sees this mutant of task {mutant.task} "
        f"(one of {counts[mutant.task]}). Write a check that does, or say in equivalents.toml why nobody can."
        f"\n{mutant.diff}"
        for mutant in survivors
    ]

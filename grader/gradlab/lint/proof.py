"""Proof, as far as there is one, that a mutant is no different: random programs do not tell it from the solution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlab.fuzz import search
from gradlab.show import show
from gradlab.submission import parse

if TYPE_CHECKING:
    from gradlab.lint.mutation import Mutation
    from gradlab.runner import Grading

__all__ = ["tell_apart"]


def tell_apart(grading: Grading, mutation: Mutation, programs: int) -> list[str]:
    """Run so many random programs on each mutant that is listed as equivalent. Return those that differ from the
    reference, each with the smallest program found that shows it."""
    problems = []
    for mutant in mutation.equivalents if programs else ():
        place = mutation.listed[mutant.name].place
        fuzzed = search(
            grading, parse({"engine.py": mutant.source.encode()}), seed=grading.seed, programs=programs
        )
        if fuzzed.counterexample is not None:
            example = fuzzed.counterexample
            problems.append(
                f"{place}: {mutant.name!r} is not equivalent: {example.findings[0].message}\n"
                f"{show(example.program, engine_name='engine')}"
            )
        elif fuzzed.tried < programs:
            reasons = ", ".join(f"{count} times {why}" for why, count in fuzzed.left_out.items())
            problems.append(
                f"{place}: only {fuzzed.tried} of {programs} random programs could be compared on "
                f"{mutant.name!r}: {reasons}."
            )
    return problems

"""Which of two programs is smaller."""

from __future__ import annotations

from typing import Any

from gradlab.program import Arr, Fn, Program, Ref, walk
from gradlab.show.usage import made
from gradlab.shrink.edits import live_steps

__all__ = ["INDEX_OPERATORS", "Cost", "cost", "fingerprint", "rank", "rank_of_place"]

# steps; recorded calls; elements; dimensions; arguments and guarded steps; how hard the numbers are to read
Cost = tuple[int, int, int, int, int, int]
INDEX_OPERATORS = ("getitem", "setitem", "delitem")
_FAVOURITES = {1.0: 0, 2.0: 1, 0.0: 2, 3.0: 3, -1.0: 4, -2.0: 5}
_MARKS = (bool, int, float)


def cost(program: Program) -> Cost:
    """Return how large a program is: to be compared as tuples are."""
    count = arguments = numbers = 0
    arrays: set[int] = set()
    blocks: set[int] = set()
    for step in live_steps(program):
        if step.op == "drop":
            continue
        count += 1
        arguments += len(step.args) + len(step.kwargs) + step.may_raise
        as_place = step.op != "op" or step.name in INDEX_OPERATORS

        def leaf(value: Any, as_place: bool = as_place) -> Any:
            nonlocal numbers, arguments
            kind = type(value)
            if kind is Arr:
                arrays.add(value.index)
            elif kind is Fn:
                blocks.add(value.block)
            elif kind is int and as_place:
                numbers += rank_of_place(value)
            elif kind is int or kind is float:
                numbers += rank(value)
            return value

        for value in (*step.args, *step.kwargs.values()):
            arguments += _parts(value)
            walk(value, leaf)
    used = [program.arrays[index] for index in arrays]
    numbers += sum(rank(value) for array in used if array.dtype.kind in "iuf" for value in array.flat)
    return (
        count,
        sum(len(program.blocks[block].traces) for block in blocks),
        sum(array.size for array in used),
        sum(array.ndim for array in used),
        arguments,
        numbers,
    )


def rank(value: float) -> int:
    """Return how hard a number is to read and to calculate with: 1, 2 and 0 are easiest."""
    number = float(value)
    if number in _FAVOURITES:
        return _FAVOURITES[number]
    if number == round(number, 0):
        return 6 + min(int(abs(number)), 20)
    return 30 if number == round(number, 1) else 40


def rank_of_place(value: int) -> int:
    """Return how hard an index, a dimension or a length is to read: small ones are easiest."""
    return min(2 * value if value >= 0 else 1 - 2 * value, 60)


def fingerprint(program: Program, goal: int) -> str:
    """Return a text that two programs have in common only if they do the same, whatever their slots and sids are, and
    step `goal` is the same one in both."""
    numbers: dict[int, int] = {}

    def number(slot: int) -> int:
        return numbers.setdefault(slot, len(numbers))

    def leaf(value: Any) -> Any:
        kind = type(value)
        if kind is Ref:
            return ("slot", number(value.slot))
        if kind is Arr:
            array = program.arrays[value.index]
            return (array.dtype.str, array.shape, array.tobytes())
        return value

    calls = [
        (block.name, [(len(trace.steps), *map(number, trace.params)) for trace in block.traces])
        for block in program.blocks
    ]
    said = [repr(calls)]
    for step in live_steps(program):
        given, results = walk((step.args, step.kwargs), leaf), [number(slot) for slot in made(step)]
        ends = (step.may_raise, step.read, len(step.body), step.sid == goal)
        said.append(f"{step.op} {step.name} {step.observer} {given!r} {results!r} {ends!r}")
    return "\n".join(said)


def _parts(value: Any) -> int:
    """Return the number of items of containers, at any depth, and of the limits of slices."""
    if type(value) in (tuple, list):
        return len(value) + sum(map(_parts, value))
    if type(value) is slice:
        return 1 + sum(limit is not None for limit in (value.start, value.stop, value.step))
    return 0

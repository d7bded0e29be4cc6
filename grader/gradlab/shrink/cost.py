"""Which of two programs is smaller."""

from __future__ import annotations

from typing import Any

from gradlab.program import Arr, Fn, Program, walk
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


def fingerprint(program: Program) -> str:
    """Return a text that only programs which do the same have."""
    arrays: list[str] = []

    def leaf(value: Any) -> Any:
        if type(value) is Arr:
            array = program.arrays[value.index]
            arrays.append(f"{array.dtype.str}{array.shape}{array.tobytes().hex()}")
        return value

    said = []
    for step in live_steps(program):
        walk((step.args, step.kwargs), leaf)
        said.append(f"{step.op} {step.sid} {step.args!r} {step.kwargs!r} {step.may_raise} {len(step.body)}")
    traces = [(index, len(block.traces)) for index, block in enumerate(program.blocks)]
    return "\n".join([*said, *arrays, repr(traces)])


def _parts(value: Any) -> int:
    """Return the number of items of containers, at any depth, and of the limits of slices."""
    if type(value) in (tuple, list):
        return len(value) + sum(map(_parts, value))
    if type(value) is slice:
        return 1 + sum(limit is not None for limit in (value.start, value.stop, value.step))
    return 0

"""Passes over shapes: shorter arrays of fewer dimensions."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

import numpy as np
from msgspec.structs import replace

from gradlab.program import Arr, Program, Step, walk
from gradlab.shrink.cost import INDEX_OPERATORS
from gradlab.shrink.edits import edited, live_steps
from gradlab.shrink.goal import Goal

__all__ = ["dimensions", "divisions", "lengths", "used_arrays", "with_arrays"]

Proposals = Generator[Program, bool, None]
Array = np.ndarray[Any, Any]
SHORT = (1, 2, 3)
FEW = 8  # places of a dimension that are tried one by one
MOST_PAIRS = 12  # of arrays, or of their dimensions, that are tried together


def lengths(program: Program, goal: Goal) -> Proposals:
    """Shorten arrays: every length at once, then equal lengths together, then single dimensions and pairs of them.

    Plain integers change with the lengths that they are equal to, because a length that a check has read is a
    constant in its program: `zeros(x.shape[0])` is recorded as `zeros(3)`.
    """
    for short in SHORT:
        kept = {n: list(range(short)) for n in _lengths(program) if n > short}
        if (yield from _shortened(program, kept)):
            return
    for long in sorted(_lengths(program), reverse=True):
        for places in _choices(long):
            if smaller := (yield from _shortened(program, {long: places})):
                program = smaller
                break
    axes = [(i, axis) for i in used_arrays(program) for axis in range(program.arrays[i].ndim)]
    for group in _groups(axes):
        cuts = dict(group)
        longest = {program.arrays[index].shape[axis] for index, axis in group}
        if len(longest) > 1 or len(cuts) < len(group):
            continue
        for places in _choices(max(longest)):
            arrays = {index: _picked(program.arrays[index], cuts[index], places) for index in cuts}
            if (yield with_arrays(program, arrays)):
                program = with_arrays(program, arrays)
                break


def dimensions(program: Program, goal: Goal) -> Proposals:
    """Take dimensions away, all of them or the first or the last one, from all arrays, from one, or from two."""
    used = used_arrays(program)
    for group in (used, *_groups(used)):
        for change in (_scalar, _without_first, _without_last):
            candidate = with_arrays(program, {index: change(program.arrays[index]) for index in group})
            if (yield candidate):
                program = candidate
                break


def divisions(program: Program, goal: Goal) -> Proposals:
    """Shorten arrays together with the numbers that divide their elements among dimensions: `x.view(3, 4)` of 2 x 6
    becomes `x.view(1, 2)` of 2 x 1. Either alone would not fit."""
    for sid in [step.sid for step in live_steps(program) if _numbers(step)]:
        for index in used_arrays(program):
            for candidate in _divided(program, sid, index):
                if (yield candidate):
                    program = candidate
                    break


def _divided(program: Program, sid: int, index: int) -> Iterator[Program]:
    step = next((step for step in live_steps(program) if step.sid == sid), None)
    array, numbers = program.arrays[index], [] if step is None else _numbers(step)
    if step is None or not numbers or math.prod(numbers) > array.size:
        return
    shapes = [shape for shape in product((1, 2), repeat=array.ndim) if 1 < math.prod(shape) < array.size]
    for shape in sorted(shapes, key=math.prod):
        if any(short > long for short, long in zip(shape, array.shape, strict=True)):
            continue
        size = math.prod(shape)
        small = with_arrays(program, {index: array[tuple(slice(0, short) for short in shape)].copy()})
        for parts in product((1, 2, 4), repeat=len(numbers)):
            if math.prod(parts) in (size, size // 2):
                now = replace(step, args=(step.args[0], *parts))
                yield edited(small, lambda old, now=now: (now,) if old.sid == sid else (old,))  # type: ignore[misc]


def _numbers(step: Step) -> list[int]:
    """Return the arguments of a method that is given whole numbers above 0 and nothing else."""
    given = step.args[1:] if step.op == "method" else ()
    return list(given) if given and all(type(value) is int and value > 0 for value in given) else []


def used_arrays(program: Program) -> list[int]:
    """Return the indices of the arrays that the steps mention, in order."""
    found: dict[int, None] = {}

    def leaf(value: Any) -> None:
        if type(value) is Arr:
            found[value.index] = None

    for step in live_steps(program):
        walk((step.args, step.kwargs), leaf)
    return sorted(found)


def with_arrays(program: Program, arrays: Mapping[int, Array]) -> Program:
    """Return the program with some arrays replaced."""
    changed = [arrays.get(index, array) for index, array in enumerate(program.arrays)]
    return Program(program.segments, changed, program.blocks)


def _lengths(program: Program) -> set[int]:
    return {n for index in used_arrays(program) for n in program.arrays[index].shape if n > 1}


def _choices(length: int) -> Iterator[list[int]]:
    """Yield which places of a dimension to keep: a single one, the first or last two, all but one."""
    if length < 2:
        return
    few = range(length) if length <= FEW else (0, length - 1)
    yield from ([place] for place in sorted(few, key=lambda place: place not in (0, length - 1)))
    if length > 2:
        yield [0, 1]
        yield [length - 2, length - 1]
        yield from ([other for other in range(length) if other != place] for place in few)


def _shortened(program: Program, kept: Mapping[int, list[int]]) -> Generator[Program, bool, Program | None]:
    """Propose to keep only some places of each dimension of certain lengths, with the integers changed and not; return
    the program that was accepted."""
    if not kept:
        return None

    def shorten(array: Array) -> Array:
        for axis, length in enumerate(array.shape):
            if length in kept:
                array = _picked(array, axis, kept[length])
        return array

    change = {length: len(places) for length, places in kept.items()}
    plain = with_arrays(program, {i: shorten(program.arrays[i]) for i in used_arrays(program)})
    for candidate in (edited(plain, lambda step: (_with_integers(step, change),)), plain):
        if (yield candidate):
            return candidate
    return None


def _with_integers(step: Step, change: Mapping[int, int]) -> Step:
    if not (step.op in ("call", "method") or (step.op == "op" and step.name in INDEX_OPERATORS)):
        return step

    def leaf(value: Any) -> Any:
        return change.get(value, value) if type(value) is int else value

    return replace(step, args=(step.args[0], *walk(step.args[1:], leaf)), kwargs=walk(step.kwargs, leaf))


def _groups(items: list[Any]) -> Iterable[tuple[Any, ...]]:
    pairs = list(combinations(items, 2))
    return (*((item,) for item in items), *(pairs if len(pairs) <= MOST_PAIRS else ()))


def _picked(array: Array, axis: int, places: list[int]) -> Array:
    return np.take(array, places, axis)


def _scalar(array: Array) -> Array:
    return array.reshape(-1)[:1].reshape(()) if array.size else array


def _without_first(array: Array) -> Array:
    return np.ascontiguousarray(array[0]).reshape(array.shape[1:]) if array.ndim and array.size else array


def _without_last(array: Array) -> Array:
    return (
        np.ascontiguousarray(array[..., 0]).reshape(array.shape[:-1]) if array.ndim and array.size else array
    )

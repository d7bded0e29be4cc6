"""Passes over numbers: 1, 2 and 0 before all others."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from msgspec.structs import replace

from gradlab.program import Glob, Program, Step
from gradlab.shrink.cost import INDEX_OPERATORS
from gradlab.shrink.edits import edited, live_steps
from gradlab.shrink.goal import Goal
from gradlab.shrink.sizes import used_arrays, with_arrays

__all__ = ["constants", "elements"]

Proposals = Generator[Program, bool, None]
Array = np.ndarray[Any, Any]
SIMPLE = (1, 2, 0)
MOST_ELEMENTS = 12  # of an array, that are tried one by one
FREE = ("call", "method", "op", "setattr")


def constants(program: Program, goal: Goal) -> Proposals:
    """Make the plain numbers, indices and dimensions in the steps simpler."""
    for sid in [step.sid for step in live_steps(program) if step.op in FREE]:
        tried = 0
        while True:
            step = next((step for step in live_steps(program) if step.sid == sid), None)
            simpler = [] if step is None else list(_simpler_steps(step))
            if tried >= len(simpler):
                break
            now = simpler[tried]
            candidate = edited(
                program,
                lambda step, sid=sid, now=now: (now,) if step.sid == sid else (step,),  # type: ignore[misc]
            )
            if (yield candidate):
                program, tried = candidate, 0
            else:
                tried += 1


def elements(program: Program, goal: Goal) -> Proposals:
    """Make the arrays' elements simpler: all arrays at once, each array, each element."""
    used = [index for index in used_arrays(program) if program.arrays[index].dtype.kind in "iuf"]
    for group in (used, *([index] for index in used)):
        for number in range(len(_CHANGES)):
            changed = {index: _changed(program.arrays[index], number) for index in group}
            candidate = with_arrays(program, changed)
            if (yield candidate):
                program = candidate
                break
    for index in used:
        if program.arrays[index].size > MOST_ELEMENTS:
            continue
        for place in range(program.arrays[index].size):
            for value in _simpler(program.arrays[index].flat[place].item()):
                array = program.arrays[index].copy()
                array.flat[place] = value
                candidate = with_arrays(program, {index: array})
                if (yield candidate):
                    program = candidate
                    break


_CHANGES = (
    lambda array: np.ones_like(array),
    lambda array: np.full_like(array, 2),
    lambda array: np.zeros_like(array),
    lambda array: np.arange(1, array.size + 1).reshape(array.shape),
    lambda array: np.sign(array),
    lambda array: np.rint(array),
    lambda array: np.round(array, 1),
)


def _changed(array: Array, number: int) -> Array:
    return np.asarray(_CHANGES[number](array)).astype(array.dtype).reshape(array.shape)


def _simpler(value: float) -> Iterator[float]:
    """Yield what may stand for a number, the simplest first."""
    kind = type(value)
    if kind not in (int, float):
        return
    for simple in (*SIMPLE, -1, round(value) if np.isfinite(value) else 1):
        if simple != value:
            yield kind(simple)


def _simpler_steps(step: Step) -> Iterator[Step]:
    """Yield the step with one of its constants made simpler."""
    is_tensor = step.op == "call" and step.args[0] == Glob("torch.tensor") and len(step.args) > 1
    as_place = step.op != "op" or step.name in INDEX_OPERATORS
    for position in range(1 if is_tensor else 0, len(step.args)):
        for value in _simpler_values(step.args[position], as_place):
            yield replace(step, args=(*step.args[:position], value, *step.args[position + 1 :]))
    for key, old in step.kwargs.items():
        for value in _simpler_values(old, as_place):
            yield replace(step, kwargs={**step.kwargs, key: value})


def _simpler_values(value: Any, as_place: bool) -> Iterator[Any]:
    """Yield what may stand for an argument, the simplest first."""
    kind = type(value)
    if kind is int and as_place:
        yield from (simple for simple in (0, 1, 2) if simple < abs(value))
    elif kind is int or kind is float:
        yield from _simpler(value)
    elif kind is tuple or kind is list:
        for index in range(len(value)):
            yield kind((*value[:index], *value[index + 1 :]))
        for item in dict.fromkeys(item for item in value if type(item) is int and value.count(item) > 1):
            for other in _simpler_values(item, as_place):
                yield kind(other if same == item else same for same in value)
        for index, item in enumerate(value):
            for other in _simpler_values(item, as_place):
                yield kind((*value[:index], other, *value[index + 1 :]))
        if kind is tuple and as_place and value:
            yield value[0]
    elif kind is slice:
        yield 0
        limits = (value.start, value.stop, value.step)
        for index, limit in enumerate(limits):
            for other in (None, *_simpler_values(limit, as_place)):
                if limit is not None:
                    edges = [*limits[:index], other, *limits[index + 1 :]]
                    yield slice(edges[0], edges[1], edges[2])

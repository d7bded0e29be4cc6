"""Passes over steps: fewer of them, and simpler ones."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from gradlab.program import Block, Program, Ref, Step, refs
from gradlab.show.usage import made
from gradlab.shrink.edits import (
    edited,
    live_steps,
    merged,
    new_number,
    substituted,
    tidy,
    unused_makers,
    uses,
    without,
)
from gradlab.shrink.goal import Goal

__all__ = [
    "ADDED",
    "arguments",
    "bypassing",
    "collapse",
    "deletion",
    "one_call",
    "other_observations",
    "summing",
    "unweighed",
    "unwrapping",
]

Proposals = Generator[Program, bool, None]
BLOCKS = ("with", "catch", "warnings")
ADDED = ("sum",)  # methods that a smaller program may have more of
KEPT_ARGUMENTS = {"requires_grad"}  # a leaf that wants a gradient should look like one


def unweighed(program: Program) -> Program:
    """Return the program without readings of memory: in a small one there is nothing to weigh."""
    readings = {step.sid for step in live_steps(program) if step.op == "probe" and step.name == "memory"}
    return without(program, readings) if readings else program


def other_observations(program: Program, goal: Goal) -> Proposals:
    """Delete every observation but the one that differs."""
    others = {
        step.sid
        for step in live_steps(program)
        if step.sid != goal.sid and (step.op in ("probe", "read") or (step.read and step.out is None))
    }
    if others and goal.is_in(candidate := without(program, others)):
        yield candidate


def deletion(program: Program, goal: Goal) -> Proposals:
    """Delete steps and what depends on them: many at once, then few, the last ones first."""
    yield from _by_halves(program, goal, lambda now, steps: without(now, {step.sid for step in steps}))


def bypassing(program: Program, goal: Goal) -> Proposals:
    """Let the results of steps be what went into them first: a chain of a thousand becomes short at once."""
    yield from _by_halves(program, goal, _bypassed)


def collapse(program: Program, goal: Goal) -> Proposals:
    """Put an argument in the place of a step's result: `x` for `x * w`."""
    for step in list(_own(program, goal)):
        now = _at(program, step.sid)
        for value in _inputs(now) if now is not None else ():
            candidate = _replaced(program, {step.sid: value})
            if goal.is_in(candidate) and (yield candidate):
                program = candidate
                break


def unwrapping(program: Program, goal: Goal) -> Proposals:
    """Leave only the body of a `with` or a `try`, and let an exception that is not there any more be uncaught."""
    for step in list(_own(program, goal)):
        if step.op in BLOCKS:
            candidate = _edited_at(program, step.sid, lambda block: block.body)
        elif step.may_raise:
            candidate = _edited_at(program, step.sid, lambda step: [replace(step, may_raise=False)])
        else:
            continue
        if (yield candidate):
            program = candidate


def one_call(program: Program, goal: Goal) -> Proposals:
    """Keep a single one of a function's recorded calls."""
    for index in range(len(program.blocks)):
        calls = program.blocks[index].traces
        if len(calls) < 2:
            continue
        for call in calls:
            old = program.blocks[index]
            blocks = list(program.blocks)
            blocks[index] = Block(old.name, old.params, [call], old.static)
            candidate = _without_strangers(Program(program.segments, program.arrays, blocks))
            if goal.is_in(candidate) and (yield candidate):
                program = candidate
                break


def summing(program: Program, goal: Goal) -> Proposals:
    """Turn `y.backward(g)` into `y.sum().backward()`, so that no gradient of the right shape has to be made."""
    if not goal.may_use("Tensor.sum"):
        return
    for sid in [step.sid for step in live_steps(program) if step.op == "method" and step.name == "backward"]:
        step = _at(program, sid)
        if step is None or not (given := step.args[1:] or step.kwargs.get("gradient")):
            continue
        number = new_number(program)
        kwargs = {key: value for key, value in step.kwargs.items() if key != "gradient"}
        total = Step("method", step.args[:1], name=ADDED[0], out=number, sid=number)
        plain = replace(step, args=(Ref(number),), kwargs=kwargs)
        candidate = unused_makers(
            _edited_at(program, sid, lambda _, pair=(total, plain): pair),
            refs(given),
        )
        if (yield candidate):
            program = candidate


def arguments(program: Program, goal: Goal) -> Proposals:
    """Leave out arguments: keywords, and the last ones given by position."""
    for step in list(live_steps(program)):
        if step.op not in ("call", "method"):
            continue
        fewest = 2 if step.op == "call" else 1
        for key in [*step.kwargs, None]:
            now = _at(program, step.sid)
            if now is None or key in KEPT_ARGUMENTS or (key is None and len(now.args) <= fewest):
                continue
            if key is None:
                left, gone = replace(now, args=now.args[:-1]), refs(now.args[-1])
            else:
                kwargs = {name: value for name, value in now.kwargs.items() if name != key}
                left, gone = replace(now, kwargs=kwargs), refs(now.kwargs[key])
            changed = _edited_at(program, now.sid, lambda _, left=left: [left])
            candidate = unused_makers(changed, gone)
            if goal.is_in(candidate) and (yield candidate):
                program = candidate


# --- how -----------------------------------------------------------------------------------------------------------
def _own(program: Program, goal: Goal) -> Iterator[Step]:
    """Yield the steps that may go. Drops and returns, which have no sid, go with what they are about."""
    return (step for step in live_steps(program) if step.sid and step.sid != goal.sid)


def _by_halves(
    program: Program, goal: Goal, change: Callable[[Program, Sequence[Step]], Program]
) -> Proposals:
    """Propose a change of all steps, of each half of them, and so on down to single steps."""
    size = sum(1 for _ in _own(program, goal))
    while size:
        start = 0
        while start < len(steps := list(_own(program, goal))[::-1]):
            candidate = change(program, steps[start : start + size])
            if goal.is_in(candidate) and (yield candidate):
                program = candidate
            else:
                start += size
        size //= 2


def _at(program: Program, sid: int) -> Step | None:
    return next((step for step in live_steps(program) if step.sid == sid), None)


def _edited_at(program: Program, sid: int, change: Any) -> Program:
    return tidy(edited(program, lambda step: change(step) if step.sid == sid else (step,)))


def _inputs(step: Step) -> list[Any]:
    """Return what may stand for the result of a step."""
    if step.out is None or step.op not in ("op", "method", "call", "getattr", "array", "class"):
        return []
    if step.op == "array":
        return [step.args[0]]
    return [Ref(slot) for slot in dict.fromkeys(uses(step))]


def _bypassed(program: Program, steps: Sequence[Step]) -> Program:
    return _replaced(program, {step.sid: inputs[0] for step in steps if (inputs := _inputs(step))})


def _replaced(program: Program, values: dict[int, Any]) -> Program:
    """Delete the steps in `values`, and put what it has for each in the place of its result."""
    slots = {
        step.out: values[step.sid]
        for step in live_steps(program)
        if step.sid in values and step.out is not None
    }
    changed = edited(program, lambda step: () if step.sid in values else (step,))
    return tidy(substituted(changed, slots))


def _without_strangers(program: Program) -> Program:
    """Delete the steps whose values are made nowhere."""
    slots = {slot for block in program.blocks for trace in block.traces for slot in trace.params}
    slots |= {slot for step in live_steps(program) for slot in made(step)}
    strangers = {step.sid for step in live_steps(program) if any(slot not in slots for slot in uses(step))}
    return without(program, strangers) if strangers else tidy(merged(program))

"""Make a program from another: without some steps, with others in their place, and tidy. Nothing is changed in
place; what stays as it was is shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from msgspec.structs import replace

from gradlab.program import Block, Fn, Program, Ref, Step, Trace, refs, walk
from gradlab.show.usage import flat, made

__all__ = [
    "edited",
    "is_makeshift",
    "live_steps",
    "merged",
    "new_number",
    "substituted",
    "tidy",
    "unused_makers",
    "uses",
    "without",
]

Edit = Callable[[Step], Sequence[Step]]


def merged(program: Program) -> Program:
    """Return the program in one segment: what is shown to a student keeps no later input back."""
    return Program([list(chain.from_iterable(program.segments))], program.arrays, program.blocks)


def live_steps(program: Program) -> Iterator[Step]:
    """Yield the steps that can run, in the order of the text: those of functions that nothing mentions cannot."""
    for block in program.blocks:
        for trace in block.traces:
            yield from flat(trace.steps)
    for segment in program.segments:
        yield from flat(segment)


def uses(step: Step) -> list[int]:
    """Return the slots that a step itself needs; a drop needs nothing."""
    return [] if step.op == "drop" else refs(step.args) + refs(step.kwargs)


def new_number(program: Program) -> int:
    """Return a number that is neither a slot nor a sid of the program."""
    taken = [0]
    for step in live_steps(program):
        taken += [step.sid, *made(step)]
    taken += [slot for block in program.blocks for trace in block.traces for slot in trace.params]
    return max(taken) + 1


def edited(program: Program, edit: Edit) -> Program:
    """Return the program with each step replaced by what `edit` makes of it; then the same in their bodies."""

    def over(steps: Sequence[Step]) -> list[Step]:
        result = []
        for step in chain.from_iterable(map(edit, steps)):
            result.append(replace(step, body=over(step.body)) if step.body else step)
        return result

    return _mapped(program, over)


def without(program: Program, sids: Collection[int]) -> Program:
    """Return the program without some steps, and without all that depends on them."""
    gone: set[int] = set()
    while True:
        before = len(gone)

        def edit(step: Step) -> Sequence[Step]:
            if step.sid in sids or any(slot in gone for slot in uses(step)):
                gone.update(slot for inner in flat([step]) for slot in made(inner))
                return ()
            return (step,)

        result = edited(program, edit)
        if len(gone) == before:
            return tidy(result)
        program = result


def substituted(program: Program, values: Mapping[int, Any]) -> Program:
    """Return the program with other values in place of some slots. What stands for several names now lives as long as
    the last of them did."""

    final: dict[int, Any] = {}
    for slot in sorted(values):  # what stands for a slot was made before it, and has a smaller number
        value = values[slot]
        final[slot] = final.get(value.slot, value) if type(value) is Ref else value

    def leaf(value: Any) -> Any:
        return final.get(value.slot, value) if type(value) is Ref else value

    dropped = [mark.slot for step in live_steps(program) if step.op == "drop" for mark in step.args]
    immortal = {leaf(Ref(slot)) for slot in values if slot not in dropped}
    heirs = {leaf(Ref(slot)) for slot in values}
    immortal |= {heir for heir in heirs if type(heir) is Ref and heir.slot not in dropped}
    left = Counter(leaf(Ref(slot)) for slot in dropped)

    def dies(mark: Any) -> bool:
        left[mark] -= 1
        return type(mark) is Ref and not left[mark] and mark not in immortal

    def edit(step: Step) -> Sequence[Step]:
        if step.op == "drop":
            return [Step("drop", (mark,)) for mark in map(leaf, step.args) if dies(mark)]
        if not any(slot in values for slot in uses(step)):
            return (step,)
        return (replace(step, args=walk(step.args, leaf), kwargs=walk(step.kwargs, leaf)),)

    return edited(program, edit)


def unused_makers(program: Program, slots: Collection[int]) -> Program:
    """Return the program without the steps that only made some of these slots, where nothing uses them any more."""
    while True:
        used = {slot for step in live_steps(program) for slot in uses(step)}
        idle = [
            step
            for step in live_steps(program)
            if step.out in slots and step.out not in used and is_makeshift(step)
        ]
        if not idle:
            return tidy(program)
        program = without(program, {step.sid for step in idle})
        slots = [*slots, *chain.from_iterable(map(uses, idle))]


def is_makeshift(step: Step) -> bool:
    """Return whether a step does nothing but make its result, as far as anybody can tell."""
    plain = step.op in ("call", "method", "op", "getattr", "array") and step.name not in ("next", "iter")
    return plain and step.out is not None and not step.read and not step.may_raise


# --- tidying -----------------------------------------------------------------------------------------------------
def tidy(program: Program) -> Program:
    """Return the program without calls of functions that nothing mentions any more, and with each drop after the
    last use of its slot."""
    program = _without_idle_blocks(program)
    slots = {slot for step in live_steps(program) for slot in made(step)}
    slots |= {slot for block in program.blocks for trace in block.traces for slot in trace.params}
    return _mapped(program, lambda steps: _dropped_late(steps, slots, set()))


def _without_idle_blocks(program: Program) -> Program:
    mentioned: set[int] = set()

    def leaf(value: Any) -> None:
        if type(value) is Fn and value.block not in mentioned:
            mentioned.add(value.block)
            for trace in program.blocks[value.block].traces:
                todo.extend(flat(trace.steps))

    todo = list(chain.from_iterable(map(flat, program.segments)))
    while todo:
        step = todo.pop()
        if step.op != "drop":
            walk((step.args, step.kwargs), leaf)
    blocks = [
        block if index in mentioned else Block(block.name, block.params, [], block.static)
        for index, block in enumerate(program.blocks)
    ]
    return Program(program.segments, program.arrays, blocks)


def _dropped_late(steps: Sequence[Step], slots: set[int], later: set[int]) -> list[Step]:
    """Move each drop behind the last use of its slot in this list; leave it out if the slot is used after the list,
    or was never made."""
    last: dict[int, int] = {}
    for index, step in enumerate(steps):
        for inner in flat([step]):
            last.update(dict.fromkeys(uses(inner), index))
    delayed: dict[int, list[Step]] = {}
    result: list[Step] = []
    for index, step in enumerate(steps):
        if step.op != "drop":
            if step.body:
                after = later | {slot for slot, place in last.items() if place > index}
                step = replace(step, body=_dropped_late(step.body, slots, after))
            result.append(step)
        else:
            for mark in step.args:
                if mark.slot in slots and mark.slot not in later:
                    drop = Step("drop", (mark,))
                    place = last.get(mark.slot, -1)
                    if place > index:
                        delayed.setdefault(place, []).append(drop)
                    else:
                        result.append(drop)
        result += delayed.pop(index, [])
    return result


def _mapped(program: Program, change: Callable[[Sequence[Step]], list[Step]]) -> Program:
    blocks = [
        Block(
            block.name, block.params, [Trace(t.params, change(t.steps)) for t in block.traces], block.static
        )
        for block in program.blocks
    ]
    return Program([change(segment) for segment in program.segments], program.arrays, blocks)

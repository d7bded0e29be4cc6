"""Which steps use which values: what may be inlined, when a name is free again, which calls of a function are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gradlab.program import Program, Ref, Step, Trace, refs, walk

__all__ = ["FOREVER", "Scope", "Usage", "alike", "flat", "made"]

FOREVER = 1 << 60


def flat(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps and those nested in them, in order."""
    for step in steps:
        yield step
        yield from flat(step.body)


def made(step: Step) -> range:
    """Return the slots that a step fills."""
    if step.out is None:
        return range(0)
    return range(step.out, step.out + (step.args[1] if step.op == "unpack" else 1))


def made_in(trace: Trace) -> list[int]:
    """Return the slots that one call of a function fills, its parameters first, in order."""
    return [*trace.params, *(slot for step in flat(trace.steps) for slot in made(step))]


class Usage:
    """How often each slot is used, and which slots of a call are used outside it."""

    def __init__(self, program: Program) -> None:
        self.count: Counter[int] = Counter()
        self.in_functions: set[int] = set()  # used by a function, made outside it
        self.exported: set[int] = set()  # made by a function's call, used outside it
        traces = [trace for block in program.blocks for trace in block.traces]
        local = {slot for trace in traces for slot in made_in(trace)}
        for segment in program.segments:
            self._note(segment, set(), local)
        for trace in traces:
            self._note(trace.steps, set(made_in(trace)), local)

    def _note(self, steps: Sequence[Step], own: set[int], local: set[int]) -> None:
        for step in flat(steps):
            for slot in _used(step):
                self.count[slot] += 1
                if slot in own:
                    continue
                if own:
                    self.in_functions.add(slot)
                if slot in local:
                    self.exported.add(slot)


def _used(step: Step) -> list[int]:
    if step.op == "drop":
        return []
    found = refs(step.args) + refs(step.kwargs)
    return found * 2 if step.name == "flags" else found  # written out more than once


@dataclass
class Scope:
    """The variables of the program itself, or of one function."""

    owner: dict[str, int] = field(default_factory=dict)  # variable -> the slot that it holds
    last_use: dict[int, int] = field(default_factory=dict)
    clock: int = 0
    _order: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, steps: Sequence[Step], forever: set[int]) -> Scope:
        """Return the scope of a list of steps. Names of the slots in `forever` are never given away."""
        scope = cls()
        for time, step in enumerate(flat(steps), 1):
            scope._order[id(step)] = time
            scope.last_use.update(dict.fromkeys(_used(step), time))
        scope.last_use.update(dict.fromkeys(forever, FOREVER))
        return scope

    def reach(self, step: Step) -> None:
        """Note that `step` is being written."""
        self.clock = self._order.get(id(step), self.clock)

    def is_free(self, name: str) -> bool:
        """Return whether nothing needs what a variable holds from here on."""
        return name not in self.owner or self.is_done(self.owner[name])

    def is_done(self, slot: int) -> bool:
        """Return whether no later step uses a slot."""
        return self.last_use.get(slot, 0) <= self.clock


def alike(traces: Sequence[Trace]) -> bool:
    """Return whether all recorded calls of a function did the same, so that one of them shows all."""
    return len({_shape(trace) for trace in traces}) <= 1


def _shape(trace: Trace) -> str:
    index = {slot: -1 - number for number, slot in enumerate(made_in(trace))}

    def canonical(value: object) -> object:
        return Ref(index.get(value.slot, value.slot)) if type(value) is Ref else value

    return repr(
        [
            (step.op, step.name, walk(step.args, canonical), walk(step.kwargs, canonical), step.may_raise)
            for step in flat(trace.steps)
            if step.op != "drop"
        ]
    )

"""Give the tensors of a program names that a person would choose, and its observations the text of what they look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any

from msgspec.structs import replace

from gradlab.program import Arr, Block, Fn, Glob, Program, Ref, Step, Trace, refs
from gradlab.show.expressions import IN_PLACE, source
from gradlab.show.usage import flat

__all__ = ["named"]

LEAVES = ("x", "w", "b", "a", "c", "d")
RESULTS = ("y", "z", "u", "v", "p", "q", "r", "s")


def named(program: Program) -> Program:
    """Return the program with a variable for each result that is observed or used more than once."""
    steps = [step for segment in program.segments for step in flat(segment)]
    inner = [step for block in program.blocks for trace in block.traces for step in flat(trace.steps)]
    used = Counter(slot for step in (*steps, *inner) if step.op != "drop" for slot in _slots(step))
    looked_at = {slot for step in (*steps, *inner) if step.op in ("probe", "watch") for slot in _slots(step)}
    names = _Names()
    called: dict[int, str] = {}
    changed = {slot for step in (*steps, *inner) if step.name in IN_PLACE for slot in _slots(step)}
    for step in steps:
        if step.out is not None and (used[step.out] > 1 or step.out in looked_at | changed):
            called[step.out] = names.next_for(step)
    for block in program.blocks:
        for trace in block.traces:
            called.update(zip(trace.params, block.params, strict=False))

    blocks = [
        Block(b.name, b.params, [Trace(t.params, _all_named(t.steps, called)) for t in b.traces], b.static)
        for b in program.blocks
    ]
    return Program([_all_named(segment, called) for segment in program.segments], program.arrays, blocks)


class _Names:
    """Names in the order in which people use them."""

    def __init__(self) -> None:
        self._leaves, self._results = _series(LEAVES), _series(RESULTS)
        self._others: dict[str, Iterator[str]] = {}

    def next_for(self, step: Step) -> str:
        """Return a name for what a step makes."""
        if step.op == "call":
            path = getattr(step.args[0], "path", "")
            if path == "torch.tensor":
                return next(self._leaves)
            if path.startswith("torch.optim."):
                return self._numbered("optimizer")
        if step.op == "method" and step.name in ("register_hook", "step", "stride"):
            return self._numbered({"register_hook": "handle", "step": "loss"}.get(step.name, "strides"))
        if step.op == "watch":
            return self._numbered("watched")
        if step.op == "getattr" and step.name == "grad":
            return self._numbered("held")
        return next(self._results)

    def _numbered(self, name: str) -> str:
        series = self._others.setdefault(name, chain([name], (f"{name}{n}" for n in count(2))))
        return next(series)


def _series(names: tuple[str, ...]) -> Iterator[str]:
    return chain(names, (f"{names[0]}{n}" for n in count(2)))


def _slots(step: Step) -> list[int]:
    return refs(step.args) + refs(step.kwargs)


def _all_named(steps: Sequence[Step], called: Mapping[int, str]) -> list[Step]:
    return [_named(step, called) for step in steps]


def _named(step: Step, called: Mapping[int, str]) -> Step:
    var = called.get(step.out, "") if step.out is not None else ""
    label = step.label
    if step.name != "mark":
        label = _text(step, called) or (_text(step.body[0], called) if step.body else "")
    return replace(step, var=var, label=label, body=_all_named(step.body, called))


def _text(step: Step, called: Mapping[int, str]) -> str:
    """Return what a sentence calls the thing that a step is about."""
    if step.op == "probe":
        return ", ".join(called.get(arg.slot, "it") for arg in step.args if type(arg) is Ref)
    if step.op == "op" and step.name in IN_PLACE:
        return f"{_word(step.args[0], called)} {IN_PLACE[step.name]} {_word(step.args[1], called)}"
    if step.op == "call":
        return f"{_word(step.args[0], called)}(...)"
    if step.op in ("method", "getattr", "setattr", "op"):
        return source(step, lambda value, level=0: _word(value, called), (), "")[0]
    return ""


def _word(value: Any, called: Mapping[int, str]) -> str:
    if type(value) is Ref:
        return called.get(value.slot, "(...)")
    if type(value) is Glob:
        return value.path
    return "..." if type(value) in (Arr, Fn, list, tuple) else repr(value)

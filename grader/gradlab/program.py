"""Programs: what a check does, as data. No expected value stands in one.

A value inside a step is None, bool, int, float, str, Ellipsis, a tuple, list, dict (str keys) or slice of
values, or one of the four markers `Ref`, `Glob`, `Arr`, `Fn`. Nothing in it can be part of a cycle, so the garbage
collector need not look at its many small objects (`gc=False`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
import numpy as np

__all__ = [
    "Arr",
    "Block",
    "Fn",
    "Glob",
    "Program",
    "Ref",
    "Step",
    "Trace",
    "pack",
    "pack_steps",
    "refs",
    "walk",
]


class Ref(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="r"):
    """The result of an earlier step."""

    slot: int


class Glob(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="g"):
    """A public name of the engine, `"torch.float64"` or `"torch.nn.functional.relu"`."""

    path: str


class Arr(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="a"):
    """`program.arrays[index]`, copied afresh at each replay."""

    index: int


class Fn(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="f"):
    """A callable that replays `program.blocks[block]`."""

    block: int


class Step(msgspec.Struct, array_like=True, gc=False):
    """One thing done to the engine.

    `op` is one of: array (bind an array), call, method, op (an operator of the `operator` module, or len,
    iter, next, float, int, bool, isinstance), getattr, setattr, delattr, unpack, with, catch (a block whose
    exception is observed), warnings (one whose warnings are), class, watch (a weak reference), read (a callback's plain argument), drop (the check's last name died),
    probe (observe), return (end of a callback).
    """

    op: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    name: str = ""  # method, attribute, operator, class, or the probe's kind
    out: int | None = None  # slot that receives the result
    body: list[Step] = []  # nested steps of with / catch / warnings
    may_raise: bool = False  # the check itself caught what this step raised
    read: bool = False  # the result left the engine as a plain scalar: both engines' answers are compared
    sid: int = 0  # stable identity, survives shrinking
    drops: list[int] = []  # only in packed steps: the slots of the drops that follow
    # For the parent only; packed steps leave these out.
    var: str = ""  # the author's name for `out`
    label: str = ""  # the author's text of what is observed
    line: int = 0  # line in the checks file
    observer: str = ""  # which observe.<name> made this probe

    def packed(self) -> Step:
        """Return a copy as it goes to a worker: its values packed, without what only the parent may know."""
        return Step(
            self.op,
            tuple([pack(arg) for arg in self.args]),
            {key: pack(value) for key, value in self.kwargs.items()} if self.kwargs else {},
            self.name,
            self.out,
            pack_steps(self.body) if self.body else [],
            self.may_raise,
            self.read,
            self.sid,
        )


def pack_steps(steps: Iterable[Step]) -> list[Step]:
    """Return the steps as they go to a worker. What is dropped goes along with the step before it: a chain of a thousand
    operations drops a thousand tensors."""
    packed: list[Step] = []
    for step in steps:
        if step.op == "drop" and packed:
            packed[-1].drops += [mark.slot for mark in step.args]
        else:
            packed.append(step.packed())
    return packed


class Trace(msgspec.Struct, array_like=True):
    """One recorded call of a callback: the slots of its parameters, and what it did."""

    params: list[int]
    steps: list[Step]


class Block(msgspec.Struct, array_like=True):
    """A function that the check defined. Call k replays `traces[min(k, len(traces) - 1)]`."""

    name: str
    params: list[str]
    traces: list[Trace] = []
    static: bool = False

    def packed(self) -> Block:
        """Return a copy as it goes to a worker."""
        traces = [Trace(trace.params, pack_steps(trace.steps)) for trace in self.traces]
        return Block(self.name, self.params, traces, self.static)


class Program(msgspec.Struct):
    """A recorded check: segments of steps (the worker answers after each), arrays and callback blocks."""

    segments: list[list[Step]]
    arrays: list[np.ndarray[Any, Any]]
    blocks: list[Block]

    def step_lists(self) -> Iterator[list[Step]]:
        """Yield every list of steps: segments, callback traces, and the bodies nested in them."""
        todo = [*self.segments, *(trace.steps for block in self.blocks for trace in block.traces)]
        while todo:
            steps = todo.pop(0)
            yield steps
            todo += [step.body for step in steps if step.body]

    def steps(self) -> Iterator[Step]:
        """Yield every step."""
        for steps in self.step_lists():
            yield from steps


def walk(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """Rebuild `value` with `leaf` applied to everything that is not a container."""
    kind = type(value)
    if kind is tuple or kind is list:
        return kind(walk(item, leaf) for item in value)
    if kind is dict:
        return {key: walk(item, leaf) for key, item in value.items()}
    if kind is slice:
        return slice(walk(value.start, leaf), walk(value.stop, leaf), walk(value.step, leaf))
    return leaf(value)


def refs(value: Any) -> list[int]:
    """Return the slots that `value` refers to, in order."""
    found: list[int] = []
    walk(value, lambda x: found.append(x.slot) if type(x) is Ref else None)
    return found


# On the wire, Python's containers become tagged arrays, because msgpack has one kind of sequence only.
class _Tuple(msgspec.Struct, array_like=True, tag="t"):
    items: list[Any]


class _List(msgspec.Struct, array_like=True, tag="l"):
    items: list[Any]


class _Dict(msgspec.Struct, array_like=True, tag="d"):
    keys: list[str]
    values: list[Any]


class _Slice(msgspec.Struct, array_like=True, tag="s"):
    start: Any
    stop: Any
    step: Any


class _Ellipsis(msgspec.Struct, array_like=True, tag="e"):
    pass


def pack(value: Any) -> Any:
    """Turn a step's value into what msgpack can carry.

    Decoded without their types, as a worker does, containers and the four markers all arrive as lists that begin with
    their tag: `["r", slot]`, `["t", items]`.
    """
    kind = type(value)
    if kind is tuple:
        return _Tuple([pack(item) for item in value])
    if kind is list:
        return _List([pack(item) for item in value])
    if kind is dict:
        return _Dict(list(value), [pack(item) for item in value.values()])
    if kind is slice:
        return _Slice(pack(value.start), pack(value.stop), pack(value.step))
    if value is Ellipsis:
        return _Ellipsis()
    return value

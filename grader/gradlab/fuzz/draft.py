"""A program in the making: every step is carried out on the reference as it is written, so that what comes next can
depend on what is there."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import ModuleType
from typing import Any

import numpy as np

from gradlab.program import Arr, Block, Fn, Glob, Program, Ref, Step, Trace
from gradlab.record import Surface
from gradlab.worker.operators import OPERATORS
from gradlab.worker.probes import ndarray_of

__all__ = ["Asked", "Draft", "Function", "Item", "error_kind"]

LARGEST = 100.0  # numbers beyond it are left out: their last bits would grow into differences
STEEPEST = 1e5  # the same for gradients
MOST_ELEMENTS = 48

_NUMBERS = re.compile(r"\[[\d, -]*\]|-?\d+")


def error_kind(class_name: str, message: str) -> tuple[str, str]:
    """Return what two exceptions have in common that only differ in numbers."""
    return class_name, _NUMBERS.sub("#", message)


@dataclass(frozen=True)
class Asked:
    """What the assignment's checks ask for beyond names, and random programs may ask for, too.

    errors   the kinds of exceptions: of no other one the sentence has been told to students
    numbers  whether a number may be an operand
    lists    whether a list of numbers may be an index
    """

    errors: frozenset[tuple[str, str]] = frozenset()
    numbers: bool = True
    lists: bool = True


@dataclass(eq=False)
class Item:
    """A tensor of the program, and what the reference made of it.

    nodes    the recorded operations that backward from here would come to
    touches  the memory that those operations may have saved
    memory   a number that tensors share if they share memory
    settled  whether every right engine lays it out in memory as the reference does
    """

    slot: int
    real: Any
    memory: int
    nodes: frozenset[int] = frozenset()
    touches: frozenset[int] = frozenset()
    settled: bool = False
    is_gradient: bool = False

    @property
    def array(self) -> np.ndarray[Any, Any]:
        """The elements."""
        array = ndarray_of(self.real)
        assert array is not None
        return array

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape)

    @property
    def requires_grad(self) -> bool:
        return bool(self.real.requires_grad)

    @property
    def is_leaf(self) -> bool:
        return bool(self.real.is_leaf)


@dataclass(eq=False)
class Function:
    """A function of the program, and a real one that writes its calls down."""

    block: int
    call: Callable[..., Any]


@dataclass
class _Graph:
    """What is known of the operations recorded so far: which ones save something, and which have lost it."""

    saves: dict[int, bool | None] = field(
        default_factory=dict
    )  # None: one right engine does, another does not
    lost: set[int] = field(default_factory=set)
    stale: set[int] = field(default_factory=set)  # memory that changed after something was recorded


class Draft:
    """A program so far. `steps` receives the next step; `items` are the tensors that it can use.

    An exception of the reference that is not among what is `asked` leaves no trace. Several drafts may follow each other
    in one program: `first` is the one before.
    """

    def __init__(
        self,
        engine: ModuleType,
        surface: Surface,
        asked: Asked,
        rng: Random,
        first: Draft | None = None,
    ) -> None:
        self.engine, self.surface, self.asked, self.rng = engine, surface, asked, rng
        self.items: list[Item] = []
        self.handles: list[tuple[Item, Any]] = []
        self.optimizers: list[tuple[Item, list[Item]]] = []
        self.ordered: Item | None = None  # the one tensor whose hooks are told apart
        self.graph = _Graph()
        self.is_over = False  # what comes after an exception in the middle of backward is nobody's business
        self.is_spoiled = False  # numbers have become too large
        self.recording = True
        self.arrays: list[np.ndarray[Any, Any]] = [] if first is None else first.arrays
        self.blocks: list[Block] = [] if first is None else first.blocks
        self._count: int = 0 if first is None else first._count
        self.start = self._count
        self.steps: list[Step] = []

    # --- what may be used --------------------------------------------------------------------------------------
    def has(self, *names: str) -> bool:
        """Return whether the surface has all these names (`"Tensor.sum"`, `"Tensor.sum:dim"`)."""
        surface = self.surface
        return all(name in (surface.keywords if ":" in name else surface.names) for name in names)

    def sees(self, observer: str) -> bool:
        """Return whether `observe.<observer>` may be used."""
        return observer in self.surface.observe

    def fresh(self, *, dims: int | None = None) -> list[Item]:
        """Return the tensors that an operation may use: nothing that backward from them needs is gone or has changed.
        `dims`: only those of so many dimensions."""
        gone = {node for node in self.graph.lost if self.graph.saves[node] is not False}
        return [
            item
            for item in self.items
            if not (item.is_gradient or item.nodes & gone or item.touches & self.graph.stale)
            and dims in (None, len(item.shape))
        ]

    def pick(self, items: Sequence[Item]) -> Item:
        """Choose one, rather a young one than an old one."""
        return items[max(self.rng.randrange(len(items)), self.rng.randrange(len(items)))]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    # --- steps -------------------------------------------------------------------------------------------------
    def make(self, op: str, name: str, *args: Any, saves: bool | None = None, **kwargs: Any) -> Item | None:
        """Do something that makes a tensor. Return it, or None if the reference refuses or the numbers get too large;
        then the step is left out, or its exception is observed. `saves` is for `_Graph.saves`."""
        step = self._step(op, name, args, kwargs)
        try:
            real = self._carry_out(op, name, args, kwargs)
        except Exception as error:
            self._refused(step, error)
            return None
        array = ndarray_of(real)
        if array is None or not _is_tame(array, LARGEST) or array.size > MOST_ELEMENTS:
            self.steps.pop()
            return None
        step.out = self._number()
        inputs = [arg for arg in _flat(args) if isinstance(arg, Item)]
        item = self._item(step.out, real, array, inputs, saves)
        self.items.append(item)
        return item

    def do(self, op: str, name: str, *args: Any, keep: bool = False, **kwargs: Any) -> tuple[bool, Any]:
        """Do something for its effect. Return whether the reference went along, and its result; with `keep` the result
        is an Item of the program."""
        step = self._step(op, name, args, kwargs)
        try:
            result = self._carry_out(op, name, args, kwargs)
        except Exception as error:
            self._refused(step, error)
            return False, None
        if keep:
            step.out = self._number()
            result = Item(step.out, result, self._number())
        return True, result

    def ask(self, op: str, name: str, *args: Any) -> None:
        """Have a plain answer compared: a number, a truth value, or a tuple of them."""
        step = self._step(op, name, args, {})
        try:
            answer = self._carry_out(op, name, args, {})
        except Exception as error:
            self._refused(step, error)
            return
        if type(answer) in (bool, int, float, str):
            step.read = True
        elif isinstance(answer, tuple) and self.sees("value"):
            step.out = self._number()
            self.steps.append(
                Step("probe", (Ref(step.out),), name="value", sid=self._number(), observer="value")
            )
        else:
            self.steps.pop()

    def observe(self, observer: str, probe: str, *items: Any, label: str = "") -> None:
        """Observe, if the surface allows it."""
        if self.sees(observer):
            marks = tuple(Ref(item.slot) for item in items)
            step = Step("probe", marks, name=probe, sid=self._number(), observer=observer, label=label)
            self.steps.append(step)

    def watch(self, item: Item) -> tuple[Item, weakref.ref[Any]]:
        """Watch a tensor without keeping it alive."""
        slot = self._number()
        self.steps.append(Step("watch", (Ref(item.slot),), out=slot, sid=self._number()))
        return Item(slot, None, 0), weakref.ref(item.real)

    def drop(self, item: Item) -> None:
        """Let go of the program's name for something."""
        self.steps.append(Step("drop", (Ref(item.slot),)))
        self.items = [other for other in self.items if other is not item]
        item.real = None

    @contextmanager
    def block(self, op: str, observer: str = "") -> Iterator[None]:
        """Write a block: `with torch.no_grad()` (op `with`), or one whose warnings are observed (`warnings`)."""
        outer = self.steps
        if op == "with":
            guard = self._number()
            outer.append(Step("call", (Glob("torch.no_grad"),), out=guard, sid=self._number()))
            step = Step("with", (Ref(guard),), sid=self._number())
        else:
            step = Step(op, sid=self._number(), observer=observer)
        outer.append(step)
        self.steps = step.body
        was, self.recording = self.recording, self.recording and op != "with"
        try:
            with self.engine.no_grad() if op == "with" else _nothing():
                yield
        finally:
            self.steps, self.recording = outer, was

    def function(self, name: str, params: list[str], body: Callable[..., Item | None]) -> Function:
        """Write a function. `body` receives Items for the arguments and returns one, or None."""
        block = Block(name, params)
        self.blocks.append(block)
        made = Function(len(self.blocks) - 1, lambda *reals: None)

        def call(*reals: Any) -> Any:
            outer, kept = self.steps, list(self.items)
            self.steps = []
            given = [Item(self._number(), real, self._number()) for real in reals]
            block.traces.append(Trace([item.slot for item in given], self.steps))
            recording, self.recording = self.recording, not reals  # a closure is recorded, a hook is not
            try:
                answer = body(*given)
                if answer is not None:
                    self.steps.append(Step("return", (Ref(answer.slot),)))
                mine = [*given, *(item for item in self.items if item not in kept and item is not answer)]
                self.steps += [Step("drop", (Ref(item.slot),)) for item in mine]
                return None if answer is None else answer.real
            finally:
                self.items, self.steps, self.recording = kept, outer, recording

        made.call = call
        return made

    def array(self, values: np.ndarray[Any, Any]) -> Arr:
        """Add an array."""
        self.arrays.append(values)
        return Arr(len(self.arrays) - 1)

    def changed(self, memory: int) -> None:
        """Note that memory was written to: what was recorded from it cannot be trusted any more."""
        if any(memory in item.touches for item in self.items):
            self.graph.stale.add(memory)
            # What is computed from now on sees the new numbers, and may be used: it gets another number.
            fresh = self._number()
            for item in self.items:
                if item.memory == memory:
                    item.memory = fresh

    def program(self, drafts: Sequence[Draft]) -> Program:
        """Return the program of several drafts, of which this is the last."""
        return Program([[step for draft in drafts for step in draft.steps]], self.arrays, self.blocks)

    @property
    def end(self) -> int:
        """All slots and sids of this draft are greater than `start` and at most this."""
        return self._count

    # --- how ---------------------------------------------------------------------------------------------------
    def _number(self) -> int:
        self._count += 1
        return self._count

    def _step(self, op: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Step:
        marks = tuple(map(_mark, args))
        step = Step(op, marks, {key: _mark(value) for key, value in kwargs.items()}, name, sid=self._number())
        self.steps.append(step)
        return step

    def _carry_out(self, op: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = [self._real(arg) for arg in args]
        named = {key: self._real(value) for key, value in kwargs.items()}
        if op == "call":
            return given[0](*given[1:], **named)
        if op == "method":
            return getattr(given[0], name)(*given[1:], **named)
        if op == "getattr":
            return getattr(given[0], name)
        if op == "setattr":
            return setattr(given[0], name, given[1])
        return OPERATORS[name](*given)

    def _real(self, value: Any) -> Any:
        if isinstance(value, Item):
            return value.real
        if isinstance(value, Function):
            return value.call
        if isinstance(value, Arr):
            return self.arrays[value.index].copy()
        if isinstance(value, Glob):
            found: Any = self.engine
            for part in value.path.split(".")[1:]:
                found = getattr(found, part)
            return found
        if type(value) in (list, tuple):
            return type(value)(self._real(item) for item in value)
        return value

    def _refused(self, step: Step, error: Exception) -> None:
        """Observe what the reference raised if it is among what the course asks for; else forget the step."""
        self.steps.pop()
        if self.sees("error") and error_kind(type(error).__name__, str(error)) in self.asked.errors:
            self.steps.append(Step("catch", body=[step], sid=self._number(), observer="error"))

    def _item(
        self,
        slot: int,
        real: Any,
        array: np.ndarray[Any, Any],
        inputs: Sequence[Item],
        saves: bool | None,
    ) -> Item:
        memory = next((item.memory for item in inputs if np.may_share_memory(item.array, array)), None)
        item = Item(slot, real, self._number() if memory is None else memory)
        if inputs and item.requires_grad and not item.is_leaf:
            node = self._number()
            self.graph.saves[node] = saves
            item.nodes = frozenset([node]).union(*(other.nodes for other in inputs))
            used = {item.memory, *(other.memory for other in inputs)}
            item.touches = frozenset(used).union(*(other.touches for other in inputs))
        return item


def _mark(value: Any) -> Any:
    if isinstance(value, Item):
        return Ref(value.slot)
    if isinstance(value, Function):
        return Fn(value.block)
    if type(value) in (list, tuple):
        return type(value)(map(_mark, value))
    return value


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if type(value) in (list, tuple):
            yield from _flat(value)
        else:
            yield value


def _is_tame(array: np.ndarray[Any, Any], largest: float) -> bool:
    return not array.size or bool(np.abs(array).max() <= largest)  # false for NaN


@contextmanager
def _nothing() -> Iterator[None]:
    yield

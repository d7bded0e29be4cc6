"""Record what a check does to the reference, step by step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

import numpy as np

from gradlab import wire
from gradlab.errors import CheckAuthoringError
from gradlab.model import Check
from gradlab.program import Fn, Glob, Program, Ref, Step
from gradlab.record.arrays import SharedArrays
from gradlab.record.callbacks import Callbacks
from gradlab.record.encoding import SCALARS, Encoder, is_scalar
from gradlab.record.frames import NOWHERE, Site, site_of
from gradlab.record.gate import Gate
from gradlab.record.proxies import Items, Method, Proxy, is_method
from gradlab.record.surface import Surface
from gradlab.record.witness import Witness
from gradlab.worker.operators import OPERATORS

__all__ = ["Recorder"]

END = object()


class Recorder:
    """The program as recorded so far.

    Invariants: `stack[-1]` is the list that receives the next step; every result has a slot of its own, also if the
    engine returned the same object twice; no tensor's proxy is held here.
    """

    def __init__(self, engine: ModuleType, check: Check, surface: Surface | None, witness: Witness) -> None:
        self.engine = engine
        self.witness = witness
        self.check = check
        self.file = check.function.__code__.co_filename
        self.program = Program([[]], [], [])
        self.stack: list[list[Step]] = [self.program.segments[0]]
        self.closed = False
        self.refusal: CheckAuthoringError | None = None
        self.reads: set[tuple[type, Any]] = set()  # plain values that have left the engine
        self.watched: dict[int, str] = {}  # the slots of watch tokens, and what they watch
        self.shadows: dict[type, type] = {}
        self.arrays = SharedArrays(self)
        encoder = Encoder(self)
        self.encode, self.real = encoder.encode, encoder.real
        self.callbacks = Callbacks(self)
        self.gate = Gate(self, surface)
        self._slots = 0
        self._sids = 0
        self._observed = False  # something has, in this segment
        self._raising: tuple[int, Step] | None = None  # an exception on its way, by id, and the step it left
        self._names: dict[str, Proxy] = {}

    # --- what proxies call -------------------------------------------------------------------------------------
    def get(self, owner: Proxy, name: str) -> Any:
        """Look up an attribute: a public name, a method, or a value, which is a step."""
        mark, real = owner._mark, owner._real
        if type(mark) is Glob:
            return self._public(mark.path + "." + name, real, name)
        kind = real if isinstance(real, type) else type(real)
        self.gate.attribute(kind, name)
        if is_method(kind, name):
            return Method(owner, name)
        try:
            return self._perform("getattr", name, (owner,), {}, getattr, (real, name), {})
        except AttributeError:
            if hasattr(kind, name):
                raise
            names = [n for n in dir(real) if n[0] != "_"]
            raise self.gate.unknown(f"{kind.__name__}.{name}", names) from None

    def set(self, owner: Proxy, name: str, value: Any) -> None:
        """Assign an attribute."""
        if type(owner._mark) is Glob:
            raise self.refuse(f"assigning {owner._mark.path}.{name} would change the engine itself.")
        self.gate.assignment(type(owner._real), name)
        given = (owner._real, name, self.real(value))
        self._perform("setattr", name, (owner, value), {}, setattr, given, {}, void=True)

    def delete(self, owner: Proxy, name: str) -> None:
        """Delete an attribute."""
        self.gate.attribute(type(owner._real), name)
        self._perform("delattr", name, (owner,), {}, delattr, (owner._real, name), {}, void=True)

    def call(self, target: Proxy, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function, class or callable object of the engine."""
        self.gate.call(target, len(args), kwargs)
        given, named = self.real(args), self.real(kwargs) if kwargs else {}
        return self._perform("call", "", (target, *args), kwargs, target._real, given, named)

    def call_method(self, owner: Proxy, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a method."""
        self.gate.method(owner, name, len(args), kwargs)
        given, named = self.real(args), self.real(kwargs) if kwargs else {}
        return self._perform("method", name, (owner, *args), kwargs, getattr(owner._real, name), given, named)

    def operate(self, name: str, *args: Any) -> Any:
        """Apply an operator or one of the built-in functions that stand for one."""
        self.gate.operator(name, args)
        void = name in ("setitem", "delitem")
        return self._perform("op", name, args, {}, OPERATORS[name], self.real(args), {}, void=void)

    def iterate(self, owner: Proxy) -> Iterator[Any]:
        """Start an iteration, or unpack at once where the check unpacks."""
        site = self.site()
        if site.targets is None:
            iterator: Proxy = self.operate("iter", owner)
            return Items(iterator)
        self.gate.operator("iter", (owner,))
        return self._unpack(owner, site)

    def advance(self, iterator: Proxy) -> Any:
        """Take the next item. That there is none is a fact about the engine, and compared."""
        step, site = self._begin("op", "next", (iterator,), {})
        try:
            item = next(iterator._real, END)
        except Exception as error:
            self._mark_raising(step, error)
            raise
        if item is END:
            step.read = self._observed = True
            self.witness.read(step, wire.NO_FURTHER_ITEM)
            raise StopIteration
        if is_scalar(item):
            step.out = self.new_slot()
            return self._read_item(item, step.out, site)
        taken = self._lift(item, step, site)
        step.var = site.item
        return taken

    def enter(self, manager: Proxy) -> Any:
        """Enter a `with` block of the engine's."""
        step, site = self._begin("with", "", (manager,), {})
        try:
            value = manager._real.__enter__()
        except Exception as error:
            self._mark_raising(step, error)
            raise
        self.stack.append(step.body)
        return value if is_scalar(value) else self._lift(value, step, site)

    def leave(self, manager: Proxy, kind: type | None, error: BaseException | None, trace: Any) -> Any:
        """Leave a `with` block. An exception that crosses it is caught outside: the block is what may raise."""
        self.stack.pop()
        step = self.stack[-1][-1]
        if error is None or isinstance(error, CheckAuthoringError):
            return manager._real.__exit__(kind, error, trace)
        self.settle_error(error)
        swallowed = manager._real.__exit__(kind, error, trace)
        if not swallowed:
            self._mark_raising(step, error)
        return swallowed

    def define(self, base: Proxy, name: str, entries: dict[str, Any], body: dict[str, Any]) -> Any:
        """Derive a class from one of the engine's."""
        self.gate.defined(entries)
        made = self._perform(
            "class", name, (base,), entries, type(base._real), (name, (base._real,), body), {}, encoded=True
        )
        self.gate.own_classes.add(made._real)
        return made

    def drop(self, mark: Ref) -> None:
        """The check's last name of a value is gone."""
        if not self.closed:
            self.stack[-1].append(Step("drop", (mark,)))

    def class_of(self, real: Any) -> type:
        """Return the class that isinstance() and super() see."""
        kind = type(real)
        return self.shadows.get(kind, kind)

    # --- steps -------------------------------------------------------------------------------------------------
    def site(self) -> Site:
        """Return where in the check's file we are."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != self.file:
            frame = frame.f_back
        return NOWHERE if frame is None else site_of(frame)

    def _begin(
        self, op: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], encoded: bool = False
    ) -> tuple[Step, Site]:
        if self.closed:
            raise self.refuse("a recorded object was used after its check had ended.")
        site = self.site()
        self._raising = None  # what was raised before has been caught by the check
        if self.arrays:
            self.arrays.poke()
        skip = 1 if op in ("call", "method") else 0  # args[0] is what is called
        names = site.named or {}
        marks = tuple([self.encode(arg, site, names.get(i - skip, "")) for i, arg in enumerate(args)])
        if kwargs and not encoded:
            kwargs = {key: self.encode(value, site, names.get(key, "")) for key, value in kwargs.items()}
        step = Step(op, marks, kwargs, name, sid=self.new_sid(), label=site.text, line=site.line)
        self.add(step)
        return step, site

    def add(self, step: Step) -> None:
        """Append a step whose arguments are encoded."""
        steps = self.stack[-1]
        steps.append(step)
        if self.arrays:
            self.arrays.settle(step, steps)

    def _perform(
        self,
        op: str,
        name: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        function: Callable[..., Any],
        given: tuple[Any, ...],
        named: dict[str, Any],
        *,
        void: bool = False,
        encoded: bool = False,
    ) -> Any:
        step, site = self._begin(op, name, args, kwargs, encoded)
        try:
            result = function(*given, **named)
        except CheckAuthoringError:
            raise
        except Exception as error:
            self._mark_raising(step, error)
            raise
        finally:
            if self.arrays:
                self.arrays.snap()
        return None if void else self._lift(result, step, site)

    def _lift(self, result: Any, step: Step, site: Site) -> Any:
        """Give a result to the check: plain values as they are (and compared), all else as a proxy."""
        if result is None or type(result) in SCALARS:
            if result is not None or step.op not in ("call", "method", "with"):
                step.read = True
                self.witness.read(step, result)
                self.note_read(result)
            return result
        self.gate.result(result)
        step.out, step.var = self.new_slot(), site.var
        return Proxy(self, result, Ref(step.out))

    def _unpack(self, owner: Proxy, site: Site) -> Iterator[Any]:
        """`a, b = x`: one step with consecutive slots. Python itself refuses a wrong number."""
        assert site.targets is not None
        count = len(site.targets)
        step, _ = self._begin("unpack", "", (owner, count), {})
        items = list(owner._real)
        if len(items) != count:
            raise self.refuse(f"{count} names cannot receive the reference's {len(items)} values.")
        slots = [self.new_slot() for _ in items]
        step.out, step.var = slots[0], ",".join(site.targets)
        return iter([self._item(item, slot, site) for item, slot in zip(items, slots, strict=True)])

    def _item(self, item: Any, slot: int, site: Site) -> Any:
        if is_scalar(item):
            return self._read_item(item, slot, site)
        self.gate.result(item)
        return Proxy(self, item, Ref(slot))

    def _read_item(self, item: Any, slot: int, site: Site) -> Any:
        """Read a plain value that is in a slot already."""
        read = Step("read", (Ref(slot),), read=True, sid=self.new_sid(), label=site.text, line=site.line)
        self.stack[-1] += [read, Step("drop", (Ref(slot),))]
        self.witness.read(read, item)
        self.note_read(item)
        return item

    def note_read(self, value: Any) -> None:
        """Remember that a plain value came from the engine."""
        self.reads.add((type(value), value))
        self._observed = True

    def observed(self) -> None:
        """Note that an observation was made."""
        self._observed = True

    def reveal(self) -> None:
        """An array enters. At top level, after an observation, it starts a segment, which is sent later."""
        if self._observed and len(self.stack) == 1:
            self.end_segment()

    def end_segment(self) -> None:
        """Have the worker answer here, and start the next segment. At top level only."""
        self.program.segments.append([])
        self.stack[0] = self.program.segments[-1]
        self._observed = False
        self.witness.next_segment()

    # --- exceptions --------------------------------------------------------------------------------------------
    def _mark_raising(self, step: Step, error: BaseException) -> None:
        """Mark the outermost step that an exception has left so far. Only its id is held: the exception's
        traceback holds the check's tensors."""
        if isinstance(error, NotImplementedError):
            raise self.refuse(
                f"the reference raises NotImplementedError ({error}), which a check cannot observe: from a submission "
                "it means 'not implemented yet'."
            ) from error
        step.may_raise = True
        self._raising = (id(error), step)
        self._observed = True

    def settle_error(self, error: BaseException) -> None:
        """An exception of the engine's crosses a recorded block or leaves a callback: the step that it left first
        does not catch it."""
        if self._raising is None or self._raising[0] != id(error):
            raise self.refuse(
                f"the check's own {type(error).__name__} ({error}) crosses what is recorded; raise nothing in a check."
            ) from error
        self._raising[1].may_raise = False
        self._raising = None

    def close(self) -> None:
        """End the recording."""
        self.closed = True
        self._names.clear()

    def refuse(self, what: str, line: int = 0) -> CheckAuthoringError:
        """Return the exception that says what cannot be recorded, and where. It is raised again at the end, in case
        the check itself catches it."""
        line = line or self.site().line or self.check.line
        error = CheckAuthoringError(f"{self.where(line)}: {what}")
        self.refusal = self.refusal or error
        return error

    def where(self, line: int) -> str:
        """Return `file:line` as messages quote it."""
        return f"{self.file.replace(chr(92), '/').rsplit('/', 1)[-1]}:{line}"

    # --- what the values of steps need --------------------------------------------------------------------------
    def wrap(self, function: Any, *, static: bool = False) -> tuple[Callable[..., Any], Fn]:
        """Return what the engine calls in place of a check's function, and its block."""
        return self.callbacks.wrap(function, static=static)

    def add_array(self, array: np.ndarray[Any, Any]) -> int:
        """Keep a copy of an array in the program."""
        self.program.arrays.append(array.copy())
        return len(self.program.arrays) - 1

    def new_slot(self) -> int:
        """Return a slot that no other result has."""
        self._slots += 1
        return self._slots

    def new_sid(self) -> int:
        """Return the identity of a new step."""
        self._sids += 1
        return self._sids

    def _public(self, path: str, module: Any, name: str) -> Proxy:
        if path not in self._names:
            if not hasattr(module, name):
                raise self.gate.unknown(path, [n for n in dir(module) if n[0] != "_"])
            self.gate.public(path.partition(".")[2])
            self._names[path] = Proxy(self, getattr(module, name), Glob(path))
        return self._names[path]

"""Replay a program on an engine: the thin interpreter of the worker.

It keeps nothing but its slots, so that what the program drops is gone, and it believes nothing: whatever the engine
raises becomes data, and the parent judges.
"""

from __future__ import annotations

import gc
import warnings
import weakref
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, cast

import numpy as np
from msgspec.msgpack import Decoder

from gradlab import wire
from gradlab.program import Block, Step
from gradlab.worker.counting import stop_counting
from gradlab.worker.operators import OPERATORS
from gradlab.worker.probes import PROBES, MissingNameError, class_name, describe, raised

__all__ = ["Replayer"]

MAX_WARNINGS = 100
_NO_MORE = object()
_OBSERVED = frozenset(("catch", "probe", "warnings"))
# Steps are decoded into `Step` at once; the values in them stay packed (see `program.pack`) until they are needed.
_steps = Decoder(list[Step])
_block = Decoder(Block)


class _UnmadeError(Exception):
    """A step needs a value that was never made."""


class _Slots(dict[int, Any]):
    """The values that the program has made and not dropped yet."""

    def __missing__(self, slot: int) -> Any:
        raise _UnmadeError


class Replayer:
    """Replays one program after another on one engine."""

    def __init__(self, engine: ModuleType, own_files: Callable[[str], str | None]) -> None:
        self._engine = engine
        self._own_files = own_files
        self._run = _Run(engine, own_files)
        self._collecting = False

    def run(self, request: wire.Replay) -> wire.Observed:
        """Replay a segment and return what was observed. Never raises for what the engine does.

        The collector stays off from the first segment to the program's end: only reference counts free.
        """
        if request.start:
            self._end()
            self._run = _Run(self._engine, self._own_files)
            self._collecting = gc.isenabled()
            gc.disable()
        run = self._run
        while request.arrays:  # what came with the request must not be counted as memory that the engine uses
            index, array = request.arrays.popitem()
            run.arrays[index] = _array(array)
            del array
        run.blocks.update({index: _block.decode(block) for index, block in request.blocks.items()})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ended = run.segment(_steps.decode(request.steps))
        if ended is None and request.last:
            ended = wire.Ended()
        seen, calls = run.report()
        if ended is not None:
            self._end()
        return wire.Observed(request.nonce, seen, calls, ended)

    def _end(self) -> None:
        self._run.clear()
        stop_counting()
        if self._collecting:
            gc.enable()
        self._collecting = False


class _Run:
    """One program on its way."""

    def __init__(self, engine: ModuleType, own_files: Callable[[str], str | None]) -> None:
        self.arrays: dict[int, np.ndarray[Any, Any]] = {}
        self.blocks: dict[int, Block] = {}
        self._engine = engine
        self._own_files = own_files
        self._slots = _Slots()
        self._functions: dict[int, Callable[..., Any]] = {}
        self._seen: list[wire.Seen] = []
        self._times: dict[int, int] = {}
        self._calls: list[int] = []
        self._missing: str | None = None  # remembered, in case the engine swallows the exception
        self._sid = 0
        self._over = False

    def segment(self, steps: list[Step]) -> wire.Ended | None:
        """Run top-level steps. Return how the program ended, if it did."""
        try:
            for step in steps:
                self._sid = step.sid
                self._step(step)
                if self._missing is not None:
                    raise MissingNameError(self._missing)
        except MissingNameError as missing:
            return wire.Ended(missing=str(missing), sid=self._sid)
        except BaseException as error:
            return wire.Ended(raised=raised(error, self._own_files), sid=self._sid)
        return None

    def report(self) -> tuple[list[wire.Seen], list[int]]:
        """Return, and forget, what was observed since the last report."""
        seen, calls = self._seen, self._calls
        self._seen, self._calls = [], []
        return seen, calls

    def clear(self) -> None:
        """Drop everything. Callbacks that the engine still holds do nothing from here on."""
        self._over = True
        self._slots.clear()
        self._functions.clear()
        self.arrays.clear()
        self.blocks.clear()

    def _see(self, step: Step, payload: wire.Payload) -> None:
        nth = self._times.get(step.sid, 0)
        self._times[step.sid] = nth + 1
        self._seen.append(wire.Seen(step.sid, nth, payload))

    # --- steps -------------------------------------------------------------------------------------------------
    def _steps(self, steps: list[Step]) -> Any:
        answer = None
        for step in steps:
            if step.op == "return":
                answer = self._value(step.args[0])
                self._drop(step.drops)
            else:
                self._step(step)
        return answer

    def _step(self, step: Step) -> None:
        if step.may_raise or step.op in _OBSERVED:
            self._see(step, self._observed(step))
        elif step.op == "drop":
            self._drop([slot for _, slot in step.args])
        else:
            try:
                self._plain(step)
            except _UnmadeError:
                if step.read:
                    self._see(step, wire.Unmade())
        if step.drops:
            self._drop(step.drops)

    def _drop(self, slots: Iterable[int]) -> None:
        for slot in slots:
            self._slots.pop(slot, None)

    def _observed(self, step: Step) -> wire.Payload:
        if step.op == "probe":
            return self._probed(step)
        if step.op == "warnings":
            return self._warned(step)
        return self._caught(step)

    def _caught(self, step: Step) -> wire.Payload:
        """Run a step, or the body of a catch, whose exception is observed. That a part is not implemented yet, or
        lacks a name, is no such exception: it ends the program."""
        try:
            if step.op == "catch":
                self._steps(step.body)
            else:
                self._plain(step)
        except (MissingNameError, NotImplementedError):
            raise
        except _UnmadeError:
            return wire.Unmade()
        except BaseException as error:
            return raised(error, self._own_files)
        return wire.NO_ERROR

    def _warned(self, step: Step) -> wire.Payload:
        """Run a block and return its warnings. An exception leaves it, and then they do not matter."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self._steps(step.body)
        return wire.Seq(tuple([raised(warned.message, self._own_files) for warned in caught[:MAX_WARNINGS]]))  # type: ignore[arg-type]

    def _probed(self, step: Step) -> wire.Payload:
        try:
            return PROBES[step.name](*[self._value(arg) for arg in step.args])
        except MissingNameError as missing:
            self._missing = str(missing)
            raise
        except _UnmadeError:
            return wire.Unmade()
        except NotImplementedError:
            raise
        except BaseException as error:
            return raised(error, self._own_files)

    def _plain(self, step: Step) -> None:
        action = _ACTIONS.get(step.op)
        if action is None:
            self._with(step) if step.op == "with" else self._unpack(step)
            return
        slots = self._slots  # most values are in one
        args = [
            slots[arg[1]] if type(arg) is list and arg[0] == "r" else self._value(arg) for arg in step.args
        ]
        kwargs = {key: self._value(value) for key, value in step.kwargs.items()} if step.kwargs else {}
        result = action(self, step, args, kwargs)
        if step.read:
            self._see(step, describe(result))
        if step.out is not None:
            slots[step.out] = result

    def _with(self, step: Step) -> None:
        with self._value(step.args[0]) as entered:
            if step.out is not None:
                self._slots[step.out] = entered
            del entered
            self._steps(step.body)

    def _unpack(self, step: Step) -> None:
        first, count = cast(int, step.out), step.args[1]
        items = list(self._value(step.args[0]))
        if len(items) != count:
            raise ValueError(f"{len(items)} values where {count} are unpacked")
        for offset in range(count):
            self._slots[first + offset] = items[offset]

    def _call(self, step: Step, args: list[Any], kwargs: dict[str, Any]) -> Any:
        function = args.pop(0)
        return function(*args, **kwargs)

    def _method(self, step: Step, args: list[Any], kwargs: dict[str, Any]) -> Any:
        method = self._attribute(args.pop(0), step.name)
        return method(*args, **kwargs)

    def _getattr(self, step: Step, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return self._attribute(args[0], step.name)

    def _operator(self, step: Step, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if step.name == "next" and step.read:
            item = next(args[0], _NO_MORE)
            return wire.NO_FURTHER_ITEM if item is _NO_MORE else item
        try:
            return OPERATORS[step.name](*args)
        except TypeError:
            self._need_operator(step.name, args)
            raise

    def _need_operator(self, name: str, args: list[Any]) -> None:
        """Tell an operator that the engine lacks from a TypeError of its own."""
        own = [kind for kind in map(type, args) if kind.__module__.split(".")[0] not in ("builtins", "numpy")]
        dunder = f"__{name.rstrip('_')}__"
        if own and not any(hasattr(kind, n) for kind in own for n in _spellings(name)):
            self._lack(f"{class_name(own[0])}.{dunder}")

    def _class(self, step: Step, args: list[Any], kwargs: dict[str, Any]) -> Any:
        body = {key: self._member(key, step, value) for key, value in kwargs.items()}
        return type(args[0])(step.name, (args[0],), body)

    def _member(self, key: str, step: Step, value: Any) -> Any:
        mark = step.kwargs[key]
        is_static = type(mark) is list and mark[0] == "f" and self.blocks[mark[1]].static
        return staticmethod(value) if is_static else value

    # --- values ------------------------------------------------------------------------------------------------
    def _value(self, packed: Any) -> Any:
        """Return what a packed value means here. Of msgpack's own types only arrays mean something else."""
        if type(packed) is not list:
            return packed
        if packed[0] == "r":
            return self._slots[packed[1]]
        return _MEANINGS[packed[0]](self, *packed[1:])

    def _values(self, packed: Iterable[Any]) -> list[Any]:
        return [self._value(item) for item in packed]

    def _public(self, path: str) -> Any:
        found: Any = self._engine
        for name in path.split(".")[1:]:
            try:
                found = getattr(found, name)
            except AttributeError:
                self._lack(path)
        return found

    def _attribute(self, owner: Any, name: str) -> Any:
        try:
            return getattr(owner, name)
        except AttributeError:
            if hasattr(type(owner), name):  # it is there, and raised AttributeError itself
                raise
            self._lack(f"{class_name(owner if isinstance(owner, type) else type(owner))}.{name}")

    def _lack(self, name: str) -> None:
        self._missing = name
        raise MissingNameError(name) from None

    def _function(self, index: int) -> Callable[..., Any]:
        if index in self._functions:
            return self._functions[index]
        block, made = self.blocks[index], 0

        def function(*args: Any) -> Any:
            nonlocal made
            if self._over:
                return None
            self._calls.append(index)
            if not block.traces:
                return None
            trace = block.traces[min(made, len(block.traces) - 1)]
            made += 1
            self._slots.update(zip(trace.params, args, strict=False))
            del args
            return self._steps(trace.steps)

        function.__name__ = block.name
        self._functions[index] = function
        return function


_MEANINGS: dict[str, Callable[..., Any]] = {
    "g": _Run._public,
    "a": lambda run, index: run.arrays[index].copy(),
    "f": _Run._function,
    "t": lambda run, items: tuple(run._values(items)),
    "l": _Run._values,
    "d": lambda run, keys, values: dict(zip(keys, run._values(values), strict=True)),
    "s": lambda run, *ends: slice(*run._values(ends)),
    "e": lambda run: Ellipsis,
}

_ACTIONS: dict[str, Callable[[_Run, Step, list[Any], dict[str, Any]], Any]] = {
    "call": _Run._call,
    "method": _Run._method,
    "op": _Run._operator,
    "getattr": _Run._getattr,
    "setattr": lambda run, step, args, kwargs: setattr(args[0], step.name, args[1]),
    "delattr": lambda run, step, args, kwargs: delattr(args[0], step.name),
    "array": lambda run, step, args, kwargs: args[0],
    "read": lambda run, step, args, kwargs: args[0],
    "watch": lambda run, step, args, kwargs: weakref.ref(args[0]),
    "class": _Run._class,
}


def _spellings(name: str) -> list[str]:
    plain = name.rstrip("_")
    if plain[0] == "i" and plain not in ("invert", "index", "iter", "int", "isinstance"):
        return [f"__{plain}__", f"__{plain[1:]}__"]
    return [f"__{plain}__", f"__r{plain}__", *(["__getitem__"] if plain in ("iter", "contains") else [])]


def _array(array: wire.Array) -> np.ndarray[Any, Any]:
    return np.frombuffer(array.data, array.dtype).reshape(array.shape).copy()

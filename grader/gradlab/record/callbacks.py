"""Functions of the check that the engine calls: each call is recorded as a trace of the function's block."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradlab.errors import CheckAuthoringError
from gradlab.program import Block, Fn, Ref, Step, Trace
from gradlab.record.proxies import Proxy

if TYPE_CHECKING:
    from gradlab.record.recorder import Recorder

__all__ = ["Callbacks"]

PLAIN = (bool, int, float, str)


class Callbacks:
    """The wrappers that stand for a check's functions. One function has one block, however often it is handed over.

    A wrapper is held weakly: only the engine decides how long a hook, and what it closes over, lives.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._wrappers: dict[int, weakref.ref[Callable[..., Any]]] = {}
        self._blocks: dict[int, tuple[Any, Fn]] = {}

    def wrap(self, function: Any, *, static: bool) -> tuple[Callable[..., Any], Fn]:
        """Return the wrapper and the block of a function."""
        key = id(function)
        held = self._wrappers.get(key)
        wrapper = held() if held is not None else None
        if wrapper is None:
            if key not in self._blocks or self._blocks[key][0]() is not function:
                self._blocks[key] = (_reference(function), Fn(self._new_block(function, static)))
            wrapper = self._wrapper(function, self._blocks[key][1])
            self._wrappers[key] = weakref.ref(wrapper)
        return wrapper, self._blocks[key][1]

    def _new_block(self, function: Any, static: bool) -> int:
        name = getattr(function, "__name__", "hook")
        code = getattr(function, "__code__", None)
        params = list(code.co_varnames[: code.co_argcount]) if code is not None else ["x"]
        blocks = self._recorder.program.blocks
        blocks.append(Block("hook" if name == "<lambda>" else name, params, static=static))
        return len(blocks) - 1

    def _wrapper(self, function: Any, mark: Fn) -> Callable[..., Any]:
        recorder = self._recorder
        block = recorder.program.blocks[mark.block]

        def wrapper(*args: Any) -> Any:
            if recorder.closed:
                raise recorder.refuse(f"the function {block.name} was called after its check had ended.")
            trace = Trace([], [])
            block.traces.append(trace)
            recorder.stack.append(trace.steps)
            try:
                given = [self._parameter(arg, trace, block) for arg in args]
                del args
                answer = function(*given)
                # Encoded while the answer is alive; what dies from here on stands behind the return.
                recorder.add(Step("return", (recorder.encode(answer),)))
                real = recorder.real(answer)
                del given, answer
                return real
            except CheckAuthoringError:
                raise
            except Exception as error:
                recorder.settle_error(error)
                raise
            finally:
                recorder.stack.pop()

        wrapper.__name__ = block.name
        return wrapper

    def _parameter(self, arg: Any, trace: Trace, block: Block) -> Any:
        recorder = self._recorder
        slot = recorder.new_slot()
        trace.params.append(slot)
        if arg is None or type(arg) in PLAIN:
            label = f"an argument of {block.name}"
            trace.steps.append(Step("read", (Ref(slot),), read=True, sid=recorder.new_sid(), label=label))
            recorder.note_read(arg)
            return arg
        recorder.gate.result(arg)
        return Proxy(recorder, arg, Ref(slot))


def _reference(function: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(function)
    except TypeError:  # some callables cannot be referred to weakly
        return lambda: function

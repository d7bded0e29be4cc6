"""The check's own numpy arrays: the engine may share their memory, so what the check writes into them is recorded."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.program import Arr, Ref, Step, walk

if TYPE_CHECKING:
    from gradlab.record.frames import Site
    from gradlab.record.recorder import Recorder

__all__ = ["SharedArrays"]

Array = np.ndarray[Any, Any]
ELEMENTWISE = 4  # up to so many changed elements become one step each, more of them one step together


@dataclass(slots=True)
class _Entry:
    alive: weakref.ref[Array]
    index: int
    held: bytes  # the contents that the program knows
    name: str
    line: int
    step: Step | None = None  # the only step so far that uses the array, and the list it stands in
    steps: list[Step] | None = None
    slot: int | None = None  # bound once a second step uses it


class SharedArrays:
    """Arrays that the engine was given and that the check still holds.

    An array used by one step only stands in that step. One that is used again, or written to, is bound to a slot
    before its first use, so that a replay shares its memory as the recording did.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._entries: dict[int, _Entry] = {}
        self._fresh: list[_Entry] = []  # first used by the step that is being made

    def mark(self, array: Array, site: Site, name: str) -> Arr | Ref:
        """Return what stands for `array` in a step."""
        entry = self._entries.get(id(array))
        if entry is not None:
            return self._bind(entry)
        recorder = self._recorder
        if array.dtype.kind not in "biuf" or array.itemsize > 8:
            raise recorder.refuse(
                f"an array of dtype {array.dtype} cannot be handed to the engine; use numbers or booleans."
            )
        if not array.flags.c_contiguous:  # a replay gets the elements in order, and may round otherwise
            recorder.witness.give_up()
        recorder.reveal()
        index = recorder.add_array(array)
        entry = _Entry(weakref.ref(array, self._forget(id(array))), index, array.tobytes(), name, site.line)
        self._entries[id(array)] = entry
        self._fresh.append(entry)
        return Arr(index)

    def settle(self, step: Step, steps: list[Step]) -> None:
        """Note the step that first uses the arrays marked for it."""
        for entry in self._fresh:
            entry.step, entry.steps = step, steps
            if entry.slot is not None:  # used twice within this step
                self._replace(entry)
        self._fresh.clear()

    def poke(self) -> None:
        """Record what the check itself wrote since the last step."""
        for entry in list(self._entries.values()):
            array = entry.alive()
            if array is not None and (now := array.tobytes()) != entry.held:
                self._write(array, entry)
                entry.held = now

    def snap(self) -> None:
        """Remember the contents, after a step through which the engine may have written."""
        for entry in list(self._entries.values()):
            array = entry.alive()
            if array is not None:
                entry.held = array.tobytes()

    def __bool__(self) -> bool:
        return bool(self._entries)

    def _bind(self, entry: _Entry) -> Ref:
        if entry.slot is None:
            recorder = self._recorder
            entry.slot = recorder.new_slot()
            step = Step(
                "array",
                (Arr(entry.index),),
                out=entry.slot,
                sid=recorder.new_sid(),
                var=entry.name,
                line=entry.line,
            )
            if entry.step is None or entry.steps is None:
                recorder.stack[-1].append(step)
            else:
                place = next(i for i, other in enumerate(entry.steps) if other is entry.step)
                entry.steps.insert(place, step)
                self._replace(entry)
        return Ref(entry.slot)

    def _replace(self, entry: _Entry) -> None:
        assert entry.step is not None
        assert entry.slot is not None
        inline, bound = Arr(entry.index), Ref(entry.slot)
        entry.step.args = walk(entry.step.args, lambda leaf: bound if leaf == inline else leaf)
        entry.step.kwargs = walk(entry.step.kwargs, lambda leaf: bound if leaf == inline else leaf)

    def _write(self, array: Array, entry: _Entry) -> None:
        before = np.frombuffer(entry.held, array.dtype)
        if before.size != array.size:
            raise self._recorder.refuse(
                "an array that the engine was given changed its shape; make another one."
            )
        target = self._bind(entry)
        bits = f"u{array.itemsize}"  # NaN equals itself here
        changed = np.argwhere(before.view(bits).reshape(array.shape) != array.copy().view(bits))
        if len(changed) > ELEMENTWISE or not array.ndim:
            self._set(target, Ellipsis, Arr(self._recorder.add_array(array)))
            return
        for place in changed.tolist():
            self._set(target, place[0] if len(place) == 1 else tuple(place), array[tuple(place)].item())

    def _set(self, target: Ref, index: Any, value: Any) -> None:
        step = Step("op", (target, index, value), name="setitem", sid=self._recorder.new_sid())
        self._recorder.stack[-1].append(step)

    def _forget(self, key: int) -> Any:
        def forget(_: Any) -> None:
            entry = self._entries.pop(key, None)
            if entry is not None and entry.slot is not None:
                self._recorder.drop(Ref(entry.slot))

        return forget

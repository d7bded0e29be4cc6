"""The parent's side of a replay: what is asked of a worker, and what its answer amounts to. Nothing runs here."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from gradlab import wire
from gradlab.model import Observation
from gradlab.program import Arr, Fn, Glob, Program, Ref, Step, pack_steps, walk

__all__ = ["Script", "unjudged"]

CORE_KINDS = ("read", "error", "calls", "end")
REACHED = wire.Scalar("reached")
DTYPES = {f"{kind}{8 * size}": size for kind in ("int", "uint", "float") for size in (1, 2, 4, 8)} | {
    "bool": 1
}
del DTYPES["float8"]
MAX_TEXT = 10_000
MAX_DEPTH = 4


def unjudged(expected: Iterable[Observation], observers: Container[str]) -> tuple[str, ...]:
    """Return the kinds of observations that no plugin judges, sorted. There must be none."""
    return tuple(sorted({o.kind for o in expected if o.kind not in CORE_KINDS and o.kind not in observers}))


class Script:
    """A program made ready to be asked of workers: packed once, replayed as often as needed."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._segments = list(_segments(program))
        # sid -> step, and the segment that it stands in at top level
        self._steps: dict[int, tuple[Step, int | None]] = {}
        for index, segment in enumerate(program.segments):
            self._note(segment, index)
        for block in program.blocks:
            for trace in block.traces:
                self._note(trace.steps, None)
        self._weighed = [bool(steps) and steps[-1].name == "memory" for steps in program.segments]

    @property
    def weighs(self) -> bool:
        """Whether memory in use is observed."""
        return any(self._weighed)

    def line(self, sid: int) -> int:
        """Return the line of a step in the file of its check."""
        return self._steps[sid][0].line

    def _note(self, steps: Sequence[Step], segment: int | None) -> None:
        for step in steps:
            if step.sid:
                self._steps[step.sid] = (step, segment)
            self._note(step.body, segment)

    def play(
        self,
        ask: Callable[[wire.Replay], wire.Reply],
        nonces: Iterable[int],
        weigh: Callable[[], int | None] | None = None,
    ) -> tuple[Observation, ...]:
        """Ask a worker for one segment after the other, and return what it says was observed.

        `weigh` tells what the waiting worker holds, as seen from outside (see `Worker.weigh`); it is asked where the
        program observes memory; without it only the worker's own account is. Raises ValueError for anything that no replay of this program can answer, and
        whatever `ask` raises.
        """
        replies: list[wire.Observed] = []
        outside: list[int | None] = []
        for request, weighed in zip(self.requests(nonces), self._weighed, strict=False):
            reply = ask(request)
            if not isinstance(reply, wire.Observed):
                raise ValueError(f"an answer of type {type(reply).__name__}")
            replies.append(reply)
            outside.append(weigh() if weighed and weigh is not None else None)
            if reply.ended is not None:
                break
        return self.observations(replies, outside)

    def requests(self, nonces: Iterable[int]) -> Iterator[wire.Replay]:
        """Yield one request for each segment, without anything that only the parent may know.

        Arrays and callbacks go with the segment that first uses them, so a later input is not there to be read
        before the earlier observations have arrived.
        """
        for segment, nonce in zip(self._segments, nonces, strict=False):
            yield replace(segment, nonce=nonce)

    def observations(
        self, replies: Sequence[wire.Observed], outside: Sequence[int | None] = ()
    ) -> tuple[Observation, ...]:
        """Return what the replies say was observed, ending with the hook calls and with how the program ended.
        `outside` are the bytes that the worker was seen to hold after each reply, where somebody looked.

        Raises ValueError for anything that no replay of this program can answer.
        """
        reader = _Reader(self.program, self._steps)
        for index, reply in enumerate(replies):
            if reader.ended is not None or index >= len(self.program.segments):
                raise ValueError("a reply after the program's end")
            reader.read(reply, index, outside[index] if index < len(outside) else None)
        if reader.ended is None:
            raise ValueError("the program's end is missing")
        return reader.result()


# --- asking ------------------------------------------------------------------------------------------------------
def _segments(program: Program) -> Iterator[wire.Replay]:
    sent_arrays: set[int] = set()
    sent_blocks: set[int] = set()
    last = len(program.segments) - 1
    for index, steps in enumerate(program.segments):
        arrays, blocks = _needed(program, steps)
        yield wire.Replay(
            nonce=0,
            start=index == 0,
            last=index == last,
            steps=wire.encode_part(pack_steps(steps)),
            arrays={i: _array(program.arrays[i]) for i in sorted(arrays - sent_arrays)},
            blocks={i: wire.encode_part(program.blocks[i].packed()) for i in sorted(blocks - sent_blocks)},
        )
        sent_arrays |= arrays
        sent_blocks |= blocks


_HOLDS_NOTHING = frozenset((Ref, Glob, float, int, bool, str, type(None)))


def _needed(program: Program, steps: Sequence[Step]) -> tuple[set[int], set[int]]:
    arrays: set[int] = set()
    blocks: set[int] = set()

    def leaf(value: Any) -> None:
        if type(value) is Arr:
            arrays.add(value.index)
        elif type(value) is Fn and value.block not in blocks:
            blocks.add(value.block)
            for trace in program.blocks[value.block].traces:
                todo.extend(trace.steps)

    todo = list(steps)
    while todo:
        step = todo.pop()
        todo.extend(step.body)
        if step.op == "drop":
            continue
        for value in (*step.args, *step.kwargs.values()):
            if type(value) not in _HOLDS_NOTHING:  # most are tensors and numbers
                walk(value, leaf)
    return arrays, blocks


def _array(array: np.ndarray[Any, Any]) -> wire.Array:
    return wire.Array(array.dtype.name, array.shape, array.tobytes())


# --- believing ---------------------------------------------------------------------------------------------------
class _Reader:
    """Checks every claim against the program."""

    def __init__(self, program: Program, steps: Mapping[int, tuple[Step, int | None]]) -> None:
        self.ended: wire.Ended | None = None
        self._program = program
        self._steps = steps
        self._seen: list[Observation] = []
        self._times: dict[int, int] = {}
        self._calls: list[int] = []
        self._weights: dict[int, wire.Weight] = {}  # readings of memory, by their steps
        self._outside: int | None = None  # what the worker held after the reply that is being read

    def read(self, reply: wire.Observed, segment: int, outside: int | None) -> None:
        """Take in the reply to one segment."""
        self._outside = outside
        for seen in reply.seen:
            self._seen.append(self._observation(seen, segment))
        for block in reply.calls:
            if not 0 <= block < len(self._program.blocks):
                raise ValueError("a call of a callback that the program does not have")
        self._calls += reply.calls
        last = segment == len(self._program.segments) - 1
        self.ended = reply.ended
        if self.ended is None and last:
            raise ValueError("the program's end is missing")
        if self.ended is not None:
            _check_end(self.ended, last)

    def result(self) -> tuple[Observation, ...]:
        """Return all observations. The end has the sid of the step that did not return, or 0."""
        names = tuple([wire.Scalar(self._program.blocks[i].name) for i in self._calls])
        calls = Observation(0, 0, "calls", "calls of callbacks", wire.Seq(names))
        return (*self._seen, calls, self._end())

    def _end(self) -> Observation:
        ended = self.ended
        assert ended is not None
        step, _ = self._steps.get(ended.sid, (None, None))
        label = (step.label or step.name) if step is not None else ""
        payload: wire.Payload = REACHED
        if ended.raised is not None:
            payload = ended.raised
        elif ended.missing is not None:
            payload = wire.Missing(ended.missing)
        stopped_at = ended.sid if step is not None and payload != REACHED else 0
        return Observation(stopped_at, 0, "end", label, payload)

    def _observation(self, seen: wire.Seen, segment: int) -> Observation:
        step, home = self._steps.get(seen.sid, (None, None))
        kind = None if step is None else _kind(step)
        if step is None or kind is None:
            raise ValueError("an observation of a step that observes nothing")
        times = self._times.get(seen.sid, 0)
        if seen.nth != times or (home is not None and (times or home != segment)):
            raise ValueError("an observation out of turn")
        self._times[seen.sid] = times + 1
        _check(seen.payload)
        if isinstance(seen.payload, wire.Alive) and step.name != "alive":
            raise ValueError("an observation of the wrong kind")
        payload = self._weighed(step, seen.payload) if step.name == "memory" else seen.payload
        return Observation(seen.sid, seen.nth, kind, step.label, payload)

    def _weighed(self, step: Step, claim: wire.Payload) -> wire.Payload:
        """Join what a worker claims of its memory with what was seen from outside, and with earlier readings."""
        if not isinstance(claim, wire.Scalar) or type(claim.value) is not int:
            raise ValueError("a reading of memory that is no number")
        now = self._weights[step.sid] = wire.Weight(claim.value, self._outside)
        if not step.args:
            return now
        try:
            start, built = (self._weights[sid] for sid in step.args)
        except KeyError:
            raise ValueError("a reading of memory before the ones that it is compared with") from None
        return wire.Released(start, built, now)


def _kind(step: Step) -> str | None:
    """Return the kind of observation that a step makes, or None if it makes none."""
    if step.op in ("probe", "catch", "warnings"):
        return step.observer or "error"
    if step.may_raise:
        return "error"
    return "read" if step.read else None


def _check_end(ended: wire.Ended, last: bool) -> None:
    if ended.raised is not None:
        _check(ended.raised)
    if ended.missing is not None:
        _check_text(ended.missing)
    if ended.raised is None and ended.missing is None and not last:
        raise ValueError("the program's end came too early")


def _check(payload: wire.Payload, depth: int = 0) -> None:
    if isinstance(payload, wire.Array):
        size = DTYPES.get(payload.dtype)
        if size is None or any(n < 0 for n in payload.shape) or len(payload.shape) > 32:
            raise ValueError("an array of an impossible dtype or shape")
        if math.prod(payload.shape) * size != len(payload.data):
            raise ValueError("an array whose length is not that of its shape")
    elif isinstance(payload, wire.Seq):
        if depth >= MAX_DEPTH or payload.kind not in ("list", "tuple"):
            raise ValueError("a sequence of an impossible kind or depth")
        for item in payload.items:
            _check(item, depth + 1)
    elif isinstance(payload, wire.Scalar):
        _check_text(payload.value)
    elif isinstance(payload, wire.Raised):
        if len(payload.bases) > 20:
            raise ValueError("an exception with too many ancestors")
        for text in (payload.class_name, payload.message, payload.file, *payload.bases):
            _check_text(text)
    elif isinstance(payload, wire.Flags):
        _check_text(payload.grad_fn)
    elif isinstance(payload, wire.Missing | wire.Opaque):
        _check_text(payload.name if isinstance(payload, wire.Missing) else payload.class_name)
    elif isinstance(payload, wire.Weight | wire.Released):
        raise ValueError("an observation that only the parent makes")


def _check_text(text: object) -> None:
    if isinstance(text, str) and len(text) > MAX_TEXT:
        raise ValueError("a text that is too long")

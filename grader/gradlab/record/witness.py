"""What the reference was seen to do while a check was recorded: what a replay would observe, without one."""

from __future__ import annotations

from typing import Any

from gradlab import wire
from gradlab.program import Program, Step
from gradlab.worker.probes import PROBES, MissingNameError, describe, raised

__all__ = ["Witness"]

# How long something lives, how much it takes and who is warned depend on the process, and are left to a replay.
_REPLAYED = ("alive", "memory")


class Witness:
    """Observations by segment, in the order in which a worker reports them.

    It gives up where recording and replay may differ for a good reason: then only a replay tells.
    """

    def __init__(self) -> None:
        self._segments: list[list[wire.Seen]] = [[]]
        self._gave_up = False

    def give_up(self) -> None:
        """Leave this check to a replay."""
        self._gave_up = True

    def next_segment(self) -> None:
        """Begin the next segment."""
        self._segments.append([])

    def probe(self, step: Step, values: tuple[Any, ...]) -> None:
        """See what a probe finds in the reference's own `values`."""
        if step.name in _REPLAYED:
            self._gave_up = True
        if self._gave_up:
            return
        try:
            self._see(step, PROBES[step.name](*values))
        except (Exception, MissingNameError):  # what becomes of it, a worker says
            self._gave_up = True

    def read(self, step: Step, value: Any) -> None:
        """See a plain value leave the reference."""
        if not self._gave_up:
            self._see(step, describe(value))

    def caught(self, step: Step, error: BaseException | None) -> None:
        """See how a block ended whose exception is observed."""
        if not self._gave_up:
            payload = wire.NO_ERROR if error is None else raised(error, lambda file: None)
            self._see(step, payload)

    def replies(self, program: Program) -> tuple[wire.Observed, ...] | None:
        """Return what a worker would have answered, or None if only a replay tells."""
        if self._gave_up or program.blocks or any(step.may_raise for step in program.steps()):
            return None
        last = len(program.segments) - 1
        return tuple(
            [
                wire.Observed(0, seen, [], wire.Ended() if index == last else None)
                for index, seen in enumerate(self._segments[: last + 1])
            ]
        )

    def _see(self, step: Step, payload: wire.Payload) -> None:
        self._segments[-1].append(wire.Seen(step.sid, 0, payload))

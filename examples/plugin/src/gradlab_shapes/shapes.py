"""`observe.shape`: the shape of a tensor, whatever its elements are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gradlab import Check, Finding, Location, Observation, Recording, pairs
from gradlab.wire import Array, Payload, Raised

__all__ = ["differences", "shape"]


def shape(recording: Recording, tensor: Any) -> None:
    """Observe the shape of a tensor. Its elements are not compared."""
    recording.probe("value", tensor)


def differences(
    check: Check, expected: Sequence[Observation], actual: Sequence[Observation]
) -> Iterator[Finding]:
    """Yield a finding for each shape that is another one, and for each answer that is no array at all."""
    for wanted, got in pairs(expected, actual, ("shape",)):
        want, have = _said(wanted.payload), _said(got.payload)
        if want != have or not isinstance(got.payload, Array):
            yield Finding(
                "shapes",
                f"{wanted.label} has the shape {have}, the reference has {want}.",
                expected=want,
                actual=have,
                help=check.help or None,
                location=_location(got.payload),
                sid=wanted.sid,  # the step that it is about: it is marked in the program that students see
                kind="shape",  # shrinking keeps the kind of difference
            )


def _said(payload: Payload) -> str:
    if isinstance(payload, Array):
        return str(tuple(payload.shape))
    return f"none ({payload.class_name})" if isinstance(payload, Raised) else "none"


def _location(payload: Payload) -> Location | None:
    if isinstance(payload, Raised) and payload.file and payload.line:
        return Location(payload.file, payload.line)
    return None

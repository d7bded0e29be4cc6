"""`observe.same`: whether two names stand for one and the same object, as Python's `is` asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs
from gradlab.wire import Payload, Scalar
from gradlab_plugins.comparing import Difference, difference, finding

__all__ = ["judge", "register_observers"]


def same(recording: Recording, left: Any, right: Any) -> None:
    """Observe whether `left is right`."""
    recording.probe("same", left, right)


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer it."""
    return [Observer("same", same)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every pair that is one object here and two there."""
    findings = []
    for wanted, got in pairs(expected, actual, ("same",)):
        found = _difference(check, wanted.label, wanted.payload, got.payload)
        if found is not None:
            findings.append(finding("same", found, check, wanted))
    return findings


def _difference(check: Check, label: str, want: Payload, got: Payload) -> Difference | None:
    said = label.replace(", ", " and ", 1)
    if want == Scalar(True) and got == Scalar(False):
        return Difference(
            f"{said} are two objects; in the reference they are one and the same.",
            "one object",
            "two objects",
            kind="two objects",
        )
    if want == Scalar(False) and got == Scalar(True):
        return Difference(
            f"{said} are one and the same object; in the reference they are two.",
            "two objects",
            "one object",
            kind="one object",
        )
    return difference(said, want, got, check.tolerance)

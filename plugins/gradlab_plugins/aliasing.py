"""`observe.aliasing`: whether two tensors share memory, and which elements: what is written to one is seen in the
other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs
from gradlab.wire import Array
from gradlab_plugins.comparing import Difference, difference, finding

__all__ = ["judge", "register_observers"]

NOWHERE = -1


def aliasing(recording: Recording, left: Any, right: Any) -> None:
    """Observe which elements of `left` and `right` lie in the same place in memory. Nothing is written."""
    recording.probe("shares", left, right)


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer it."""
    return [Observer("aliasing", aliasing)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every pair that shares memory where the reference's does not, or in another way."""
    findings = []
    for wanted, got in pairs(expected, actual, ("aliasing",)):
        found = _difference(check, wanted, got)
        if found is not None:
            findings.append(finding("aliasing", found, check, wanted))
    return findings


def _difference(check: Check, wanted: Observation, got: Observation) -> Difference | None:
    """Compare two maps, which tell for each element of the second tensor its number in the first one."""
    want, have = wanted.payload, got.payload
    left, right = _two(wanted.label)
    if not (isinstance(want, Array) and isinstance(have, Array)):
        return difference(f"the memory of {left} and {right}", want, have, check.tolerance)
    should, does = _map(want), _map(have)
    if _shared(should) != _shared(does):
        return _all_or_nothing(left, right, should)
    if want.shape != have.shape:
        return difference(right, want, have, check.tolerance)
    if np.array_equal(should, does):
        return None
    place = tuple(int(i) for i in np.argwhere(should != does)[0])
    here = f"{right}{list(place) if place else ''}"
    return Difference(
        f"{left} and {right} share memory, but not as in the reference: {here} is {_whose(left, does[place])}, in the "
        f"reference {_whose(left, should[place])}.",
        f"{here} is {_whose(left, should[place])}",
        f"{here} is {_whose(left, does[place])}",
        kind="shared otherwise",
    )


def _all_or_nothing(left: str, right: str, should: np.ndarray[Any, Any]) -> Difference:
    if _shared(should):
        said = (
            f"{left} and {right} do not share memory; in the reference they do, and what is written to one is seen in "
            "the other."
        )
        return Difference(said, "shared", "not shared", kind="not shared")
    said = (
        f"{left} and {right} share memory, so that what is written to one is seen in the other; in the reference they "
        "do not."
    )
    return Difference(said, "not shared", "shared", kind="shared")


def _two(label: str) -> tuple[str, str]:
    """Split the author's `a, b` where a comma stands outside all brackets."""
    depth = 0
    for place, sign in enumerate(label):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            return label[:place].strip(), label[place + 1 :].strip()
    return label or "the first", "the second"


def _map(payload: Array) -> np.ndarray[Any, Any]:
    return np.frombuffer(payload.data, payload.dtype).reshape(payload.shape)


def _shared(numbers: np.ndarray[Any, Any]) -> bool:
    return bool((numbers != NOWHERE).any())


def _whose(left: str, number: Any) -> str:
    return f"no element of {left}" if number == NOWHERE else f"element {int(number)} of {left}"

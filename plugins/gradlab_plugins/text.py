"""`observe.text`: what `print` shows of a tensor, character by character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs
from gradlab.wire import Scalar
from gradlab_plugins.comparing import Difference, cut, difference, finding, named

__all__ = ["judge", "register_observers"]


def text(recording: Recording, value: Any) -> None:
    """Observe `str(value)`."""
    recording.probe("text", value)


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer it."""
    return [Observer("text", text)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every text that is not the reference's."""
    findings = []
    for wanted, got in pairs(expected, actual, ("text",)):
        found = _difference(check, wanted, got)
        if found is not None:
            findings.append(finding("text", found, check, wanted))
    return findings


def _difference(check: Check, wanted: Observation, got: Observation) -> Difference | None:
    name, want, have = named(wanted.label), wanted.payload, got.payload
    if not (isinstance(want, Scalar) and isinstance(have, Scalar)):
        return difference(f"the text of {name}", want, have, check.tolerance)
    if want == have:
        return None
    right, mine = cut(str(want.value)), cut(str(have.value))
    said = f"{name} prints as\n{mine}\nand in the reference as\n{right}"
    return Difference(said, right, mine, kind="text")

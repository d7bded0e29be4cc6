"""`observe.watch` and `observe.freed`: whether a tensor that the check no longer names still exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs
from gradlab.wire import Alive
from gradlab_plugins.comparing import difference, finding

__all__ = ["judge", "register_observers"]


def watch(recording: Recording, tensor: Any) -> Any:
    """Watch a tensor without keeping it alive: `w = observe.watch(y)`."""
    return recording.watch(tensor)


def freed(recording: Recording, watched: Any) -> None:
    """Observe whether a watched tensor is gone: `observe.freed(w)`."""
    recording.probe("alive", watched)


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer both."""
    return [Observer("watch", watch), Observer("freed", freed)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every tensor that lives longer, or less long, than the reference's."""
    findings = []
    for wanted, got in pairs(expected, actual, ("freed",)):
        found = difference(wanted.label, wanted.payload, got.payload, check.tolerance)
        if found is not None:
            said = _sentence(wanted, got) or found.message
            findings.append(finding("memory", replace(found, message=said), check, wanted))
    return findings


def _sentence(wanted: Observation, got: Observation) -> str | None:
    if not isinstance(got.payload, Alive):
        return None
    if got.payload.alive:
        return f"{wanted.label} still exists; the reference has released it."
    return f"{wanted.label} is gone; the reference still has it."

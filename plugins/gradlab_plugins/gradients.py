"""`observe.gradient` and `observe.value`: every element of a gradient or value, its shape and its dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs
from gradlab_plugins.comparing import difference, finding, named

__all__ = ["judge", "register_observers"]


def gradient(recording: Recording, tensor: Any) -> None:
    """Observe `tensor.grad`: None, or its elements, shape and dtype."""
    recording.probe("grad", tensor)


def value(recording: Recording, tensor: Any) -> None:
    """Observe the elements, shape and dtype of a tensor or array, or of a list of them."""
    recording.probe("value", tensor)


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer both."""
    return [Observer("gradient", gradient), Observer("value", value)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every gradient and value that is not the reference's."""
    findings = []
    for wanted, got in pairs(expected, actual, ("gradient", "value")):
        name = named(wanted.label, "grad" if wanted.kind == "gradient" else "")
        found = difference(name, wanted.payload, got.payload, check.tolerance)
        if found is not None:
            findings.append(finding("gradients", found, check, wanted))
    return findings

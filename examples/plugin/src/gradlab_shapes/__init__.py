"""A plugin for gradlab: `observe.shape`, and reports as CSV."""

from __future__ import annotations

from collections.abc import Sequence

from gradlab import Check, Finding, Observation, Observer, Renderer, hookimpl
from gradlab_shapes.shapes import differences, shape
from gradlab_shapes.table import render

__all__ = ["judge", "register_observers", "register_renderers"]


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer `observe.shape`."""
    return [Observer("shape", shape)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every shape that is not the reference's."""
    return list(differences(check, expected, actual))


@hookimpl
def register_renderers() -> Sequence[Renderer]:
    """Offer `--format csv`."""
    return [Renderer("csv", render)]

"""`observe.order`: in which order the engine came past the places that a check names, usually in its hooks.

How often each function of a check is called, and in which order, is compared without being asked for, by the functions'
names. This tells apart what has one name: several places of a hook, or hooks made in a loop.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl
from gradlab_plugins.comparing import Difference, cut, finding

__all__ = ["judge", "register_observers"]


def order(recording: Recording, place: str) -> None:
    """Observe that this place is reached now: `x.register_hook(lambda grad: observe.order("first"))`."""
    recording.mark(place)


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer it."""
    return [Observer("order", order)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find the first place that is reached out of order. That one is never reached, or too often, others say."""
    want, got = ([seen for seen in side if seen.kind == "order"] for side in (expected, actual))
    if sorted(_keys(want)) != sorted(_keys(got)) or _labels(want) == _labels(got):
        return []
    wrong = next(left for left, right in zip(want, got, strict=True) if left.label != right.label)
    right, mine = _listed(want), _listed(got)
    said = f"The order is {mine}; in the reference it is {right}."
    return [finding("order", Difference(said, right, mine, kind="order"), check, wrong)]


def _keys(seen: Sequence[Observation]) -> list[tuple[int, int]]:
    return [(one.sid, one.nth) for one in seen]


def _labels(seen: Sequence[Observation]) -> list[str]:
    return [one.label for one in seen]


def _listed(seen: Sequence[Observation]) -> str:
    return cut(", ".join(_labels(seen)), 120)

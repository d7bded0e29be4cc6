"""`observe.flags`: whether a tensor requires a gradient, is a leaf, keeps its gradient, and what made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs
from gradlab.wire import Flags
from gradlab_plugins.comparing import Difference, cut, difference, finding, named

__all__ = ["judge", "register_observers"]


def flags(recording: Recording, tensor: Any) -> None:
    """Observe `requires_grad` and `is_leaf`; also `retains_grad` where the surface names it, and the name of `grad_fn`
    where the surface says `grad_fn = "name"`."""
    recording.probe("flags", tensor)


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer it."""
    return [Observer("flags", flags)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every flag that is not the reference's, one finding for each."""
    return [
        finding("flags", found, check, wanted)
        for wanted, got in pairs(expected, actual, ("flags",))
        for found in _differences(check, wanted, got)
    ]


def _differences(check: Check, wanted: Observation, got: Observation) -> Iterator[Difference]:
    want, have = wanted.payload, got.payload
    if not (isinstance(want, Flags) and isinstance(have, Flags)):
        found = difference(f"the flags of {named(wanted.label)}", want, have, check.tolerance)
        if found is not None:
            yield found
        return
    for flag in check.flags:
        right, mine = getattr(want, flag), getattr(have, flag)
        if flag == "grad_fn":
            right, mine = _without_digit(right), _without_digit(mine)
        if right != mine:
            yield _difference(named(wanted.label, flag), flag, right, mine)


def _difference(name: str, flag: str, right: bool | str | None, mine: bool | str | None) -> Difference:
    if mine is None and flag != "grad_fn":
        return Difference(f"There is no {name} that is True or False.", str(right), "nothing", kind=flag)
    said = f"{name} is {cut(str(mine))}, the reference has {right}."
    said += _REASONS.get((flag, right), "")
    return Difference(said, str(right), cut(str(mine)), kind=flag)


def _without_digit(name: str | None) -> str | None:
    """Return a node's name without the number of its overload: MulBackward0 is MulBackward."""
    return None if name is None else name.rstrip("0123456789")


_REASONS: dict[tuple[str, bool | str | None], str] = {
    ("requires_grad", True): " A result requires a gradient as soon as one of its inputs does.",
    ("requires_grad", False): " Nothing that it was made from requires a gradient, or nothing was recorded.",
    ("is_leaf", True): " A leaf is a tensor that no recorded operation made.",
    ("is_leaf", False): " A recorded operation made it.",
    ("retains_grad", True): " retain_grad() was called on a tensor that is no leaf.",
    (
        "retains_grad",
        False,
    ): " Only a tensor that is no leaf, and was asked to by retain_grad(), retains its gradient.",
}

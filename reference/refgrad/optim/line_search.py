"""A line search that ends where the loss has fallen enough and its slope is small enough: the strong Wolfe conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..tensor import Tensor

__all__ = ["strong_wolfe"]

FALL, FLAT, NARROW = 1e-4, 0.9, 1e-9


@dataclass
class _Point:
    """A place on the line: how far along, and loss, gradient and slope there."""

    size: Any
    loss: float
    gradient: Tensor
    slope: Any


def _between(a: _Point, b: _Point, low: Any = None, high: Any = None) -> Any:
    """Return the minimum of the cubic through two points, within bounds."""
    if low is None:
        low, high = (a.size, b.size) if a.size <= b.size else (b.size, a.size)
    first = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.size - b.size)
    square = first**2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2.0
    root = square.sqrt()
    if a.size <= b.size:
        best = b.size - (b.size - a.size) * ((b.slope + root - first) / (b.slope - a.slope + 2 * root))
    else:
        best = a.size - (a.size - b.size) * ((a.slope + root - first) / (a.slope - b.slope + 2 * root))
    return min(max(best, low), high)


def strong_wolfe(
    look: Callable[[Any], tuple[float, Tensor]],
    size: Any,
    direction: Tensor,
    loss: float,
    gradient: Tensor,
    slope: Any,
    *,
    max_steps: int = 25,
) -> tuple[float, Tensor, Any, int]:
    """Return loss, gradient and size of the step that was found, and how often `look(size)` was called."""
    start = _Point(0, loss, gradient.clone(), slope)

    def at(step: Any) -> _Point:
        found, there = look(step)
        return _Point(step, found, there.clone(), there.dot(direction))

    bracket, done, calls = _enclose(at, start, size, max_steps)
    steps = calls - 1
    low = 0 if bracket[0].loss <= bracket[-1].loss else 1
    width, stuck = direction.abs().max(), False
    while not done and steps < max_steps:
        if abs(bracket[1].size - bracket[0].size) * width < NARROW:
            break
        trial, stuck = _kept_inside(_between(*bracket), [each.size for each in bracket], stuck)
        point = at(trial)
        calls, steps = calls + 1, steps + 1
        if point.loss > start.loss + FALL * trial * slope or point.loss >= bracket[low].loss:
            bracket[1 - low] = point
            low = 0 if bracket[0].loss <= bracket[1].loss else 1
            continue
        if abs(point.slope) <= -FLAT * slope:
            done = True
        elif point.slope * (bracket[1 - low].size - bracket[low].size) >= 0:
            bracket[1 - low] = bracket[low]
        bracket[low] = point
    best = bracket[low]
    return best.loss, best.gradient, best.size, calls


def _enclose(
    at: Callable[[Any], _Point], start: _Point, size: Any, max_steps: int
) -> tuple[list[_Point], bool, int]:
    """Go on until two points have a good one between them, or one is good; return them, and the calls."""
    before, point = start, at(size)
    for step in range(max_steps):
        risen = step > 1 and point.loss >= before.loss
        if point.loss > start.loss + FALL * point.size * start.slope or risen:
            return [before, point], False, step + 1
        if abs(point.slope) <= -FLAT * start.slope:
            return [point], True, step + 1
        if point.slope >= 0:
            return [before, point], False, step + 1
        least, most = point.size + 0.01 * (point.size - before.size), point.size * 10
        before, point = point, at(_between(before, point, least, most))
    return [start, point], False, max_steps + 1


def _kept_inside(trial: Any, sizes: list[Any], stuck: bool) -> tuple[Any, bool]:
    """Return a trial that is not at the edge a second time, and whether it is near the edge."""
    low, high = min(sizes), max(sizes)
    margin = 0.1 * (high - low)
    if min(high - trial, trial - low) >= margin:
        return trial, False
    if not (stuck or trial >= high or trial <= low):
        return trial, True
    return (high - margin if abs(trial - high) < abs(trial - low) else low + margin), False

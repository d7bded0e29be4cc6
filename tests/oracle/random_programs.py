"""Write random programs: leaves of many shapes, dtypes and layouts, and lines that combine, view and change them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from operations import (
    COMPLEX_FAMILIES,
    COMPLEX_IN_PLACE,
    COMPLEXES,
    DIM,
    DIMS,
    DTYPES,
    FAMILIES,
    FLOATS,
    IN_PLACE,
    LAYOUTS,
    NUMBERS,
    OTHERS,
    SHAPES,
)

Pick = Callable[[Sequence[Any]], Any]


def build(pick: Pick, families: Sequence[Sequence[str]] = FAMILIES) -> list[str]:
    """Return the lines of a program; `pick` chooses one of a sequence, the simplest first."""
    lines = []
    floats, others = FLOATS, OTHERS
    if families is FAMILIES and pick([False] * 15 + [True]):
        floats, others, families = COMPLEXES, [], COMPLEX_FAMILIES
    for index in range(pick([1, 2, 3])):
        kind = pick([*floats, *others])
        numbers = f"fill({pick(SHAPES)}, {index + pick([0, 1, 2])}, '{kind}')"
        leaf = kind in floats and pick([True, True, False])
        lines.append(f"a{index} = {numbers}{'.requires_grad_()' if leaf else ''}")
        if layout := pick(LAYOUTS):
            lines.append(f"a{index} = a{index}{layout}")
    names = [f"a{index}" for index in range(index + 1)]
    for _ in range(pick([1, 2, 3, 4, 5, 6])):
        family = pick(families)
        text = pick(family).format(
            a=pick(names[::-1]),
            b=pick(names),
            c=pick(names),
            n=pick(NUMBERS),
            d=pick(DIMS),
            i=pick(DIM),
            s=pick(SHAPES),
            t=pick(DTYPES),
        )
        if family in (IN_PLACE, COMPLEX_IN_PLACE) or text.startswith(("for ", "del ")) or " = " in text:
            lines.append(text)
        else:
            names.append(f"a{len(names)}")
            lines.append(f"{names[-1]} = {text}")
    return lines

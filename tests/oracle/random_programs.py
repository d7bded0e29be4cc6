"""Write random programs: leaves of many shapes, dtypes and layouts, and lines that combine, view and change them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from operations import (
    BINARY,
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
    REDUCED,
    SHAPES,
    SHOWN,
    UNARY,
    VIEWS,
)
from templates import Subject
from templates.subject import LAYOUTS as LEAF_LAYOUTS
from templates.subject import MIXED

# What else happens in a program about a subject.
AROUND = [UNARY[:40], BINARY[:40], REDUCED[:24], VIEWS, IN_PLACE, IN_PLACE, SHOWN]
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
        text = pick(family).format(**drawn(pick, names))
        if family in (IN_PLACE, COMPLEX_IN_PLACE) or _is_statement(text):
            lines.append(text)
        else:
            names.append(f"a{len(names)}")
            lines.append(f"{names[-1]} = {text}")
    return lines


def drawn(pick: Pick, names: Sequence[str]) -> dict[str, str]:
    """Return what stands in the places of a template."""
    return {
        "a": pick(names[::-1]),
        "b": pick(names),
        "c": pick(names),
        "n": pick(NUMBERS),
        "d": pick(DIMS),
        "i": pick(DIM),
        "s": pick(SHAPES),
        "t": pick(DTYPES),
    }


def _is_statement(text: str) -> bool:
    return text.startswith(("for ", "del ")) or re.search(r" [-+*/]?= ", text) is not None


def build_about(pick: Pick, subjects: Sequence[Subject]) -> list[str]:
    """Return the lines of a program about one of some subjects: leaves that fit each other, its calls, and others."""
    subject = pick(subjects)
    kind, lines = pick(subject.dtypes), []
    for index, shape in enumerate(pick(subject.shapes)):
        own = pick([kind] * 9 + [pick(MIXED)])
        layout = pick(LEAF_LAYOUTS).format(shape=shape)
        wants = own.startswith(("float", "complex")) and pick([True, True, True, False])
        lines.append(
            f"a{index} = fill({shape}, {index + pick([0, 1, 2])}, '{own}'){layout}{'.requires_grad_()' if wants else ''}"
        )
    names = [f"a{index}" for index in range(index + 1)]
    if subject.first:
        names.append(f"a{len(names)}")
        lines.append(f"{names[-1]} = {pick(subject.first).format(x='a0')}")
    leaves = list(names)
    for _ in range(pick([1, 2, 3, 4])):
        family = subject.calls if pick([True, True, False]) else pick(AROUND)
        roles = {
            role: pick([*[name] * 4, names[-1], pick(names)])
            for role, name in zip("xwv", leaves * 3, strict=False)
        }
        text = pick(family).format(**drawn(pick, names), **roles)
        if family is IN_PLACE or _is_statement(text):
            lines.append(text)
        else:
            names.append(f"a{len(names)}")
            lines.append(f"{names[-1]} = {text}")
    return lines

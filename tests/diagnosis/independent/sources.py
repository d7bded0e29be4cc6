"""Wrong engines as changes to right ones: what a variant is, and how its source is put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ENGINES = Path(__file__).parent / "engines"


class Variant(NamedTuple):
    """A right engine with one misconception built in.

    base   the right engine: "closures" or "tape"
    edits  what is different: (text of the right engine, which stands there exactly once; text in its place)
    """

    base: str
    edits: Sequence[tuple[str, str]]


def source(variant: Variant) -> str:
    """Return the whole source of a variant's engine. Raise ValueError if an edit does not fit exactly once."""
    text = right(variant.base)
    for old, new in variant.edits:
        if text.count(old) != 1:
            raise ValueError(f"{variant.base}: expected once, found {text.count(old)} times: {old!r}")
        text = text.replace(old, new)
    return text


def right(base: str) -> str:
    """Return the source of a right engine, by its name."""
    return (ENGINES / f"{base}.py").read_text(encoding="utf-8")


def both(one: Variant, other: Variant) -> Variant:
    """Return a variant with two misconceptions at once. Raise ValueError if they belong to different engines."""
    if one.base != other.base:
        raise ValueError(f"one of the variants is built on {one.base}, the other on {other.base}")
    return Variant(one.base, [*one.edits, *other.edits])

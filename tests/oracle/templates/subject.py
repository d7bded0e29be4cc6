"""A subject of random programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

# fmt: off
FLOATS = ["float32", "float32", "float64", "float64", "float16"]
MIXED = [*FLOATS, *FLOATS, "int64", "int32", "uint8", "bool", "int8", "int16"]
COMPLEX = [*FLOATS, "complex64", "complex128"]
# How the elements of a leaf lie: in order, by columns, every second one, backwards, all of a batch in one place.
LAYOUTS = [
    "", "", "", "", ".mT.contiguous().mT", ".repeat_interleave(2, -1)[..., ::2]", ".flip(0)",
    ".transpose(0, -1).contiguous().transpose(0, -1)", "[:1].expand({shape})",
]
# fmt: on


@dataclass(frozen=True)
class Subject:
    """Calls, the shapes of the leaves that they are about (one tuple for each program), and the leaves' dtypes.

    `first` are lines of which one stands behind the leaves: a layer, say, that the calls are about.
    """

    calls: Sequence[str]
    shapes: Sequence[tuple[str, ...]]
    dtypes: Sequence[str] = field(default_factory=lambda: FLOATS)
    first: Sequence[str] = ()

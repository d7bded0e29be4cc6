"""Cut dimensions, but never join them.

Two dimensions are one long row if a step along the first goes on exactly where the second ends. That holds in many tensors
that are not contiguous, too.
"""

from __future__ import annotations

from engine import Shape

must_fail = [
    "joins_what_lies_together",
    "refuses_what_needs_a_copy",
    "any_shape_of_any_cut",
    "gradients_of_cut_views",
]


def strides_of_view(shape: Shape, strides: tuple[int, ...], wanted: Shape) -> tuple[int, ...] | None:
    blocks = [(length, stride) for length, stride in zip(shape, strides, strict=True) if length != 1][::-1]
    found = []
    room, step = blocks.pop(0) if blocks else (1, 1)
    for length in reversed(wanted):
        if length > 1 and room == 1 and blocks:
            room, step = blocks.pop(0)
        if room % length:
            return None
        found.append(step)
        room, step = room // length, step * length
    return tuple(reversed(found))

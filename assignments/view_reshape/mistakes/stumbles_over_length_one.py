"""Let a dimension of length 1 stand between two others.

Its stride means nothing, so it can neither join two neighbours nor part them. Leave it out before looking for blocks.
"""

from __future__ import annotations

from engine import Shape

must_fail = ["cuts_a_dimension", "past_dimensions_of_length_one"]


def strides_of_view(shape: Shape, strides: tuple[int, ...], wanted: Shape) -> tuple[int, ...] | None:
    blocks = []
    for length, stride in zip(reversed(shape), reversed(strides), strict=True):
        if blocks and stride == blocks[-1][0] * blocks[-1][1]:
            blocks[-1] = (blocks[-1][0] * length, blocks[-1][1])
        else:
            blocks.append((length, stride))
    found = []
    room, step = blocks.pop(0) if blocks else (1, 1)
    for length in reversed(wanted):
        if room == 1 and blocks:
            room, step = blocks.pop(0)
        if room % length:
            return None
        found.append(step)
        room, step = room // length, step * length
    return tuple(reversed(found))

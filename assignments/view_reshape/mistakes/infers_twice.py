"""Accept several lengths of -1.

For twelve elements (-1, -1) could be (3, 4) as well as (2, 6): nobody can know what was meant.
"""

from __future__ import annotations

from math import prod

from engine import Shape

must_fail = ["refuses_shapes_that_do_not_fit"]


def infer_shape(shape: Shape, count: int) -> Shape:
    wanted = list(shape)
    while -1 in wanted:
        place = wanted.index(-1)
        wanted[place] = 1
        wanted[place] = count // prod(abs(length) for length in wanted)
    if prod(wanted) != count:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")
    return tuple(wanted)

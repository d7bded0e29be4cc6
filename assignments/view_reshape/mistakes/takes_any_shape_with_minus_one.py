"""Round down where -1 does not fit.

Six elements cannot be laid out in rows of four. What is inferred has to be checked like what was given.
"""

from __future__ import annotations

from math import prod

from engine import Shape

must_fail = ["refuses_shapes_that_do_not_fit", "scalars_and_rows_of_one", "any_shape_of_any_cut"]


def infer_shape(shape: Shape, count: int) -> Shape:
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if -1 in shape:
        others = prod(length for length in shape if length != -1)
        return tuple(count // others if length == -1 else length for length in shape)
    if prod(shape) != count:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")
    return shape

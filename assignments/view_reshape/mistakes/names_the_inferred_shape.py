"""Name the shape as it was worked out, not as it was asked for.

Who reads the message looks for the numbers that stand in the program.
"""

from __future__ import annotations

from math import prod

from engine import Shape

must_fail = ["refuses_shapes_that_do_not_fit", "scalars_and_rows_of_one", "any_shape_of_any_cut"]


def infer_shape(shape: Shape, count: int) -> Shape:
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    others = prod(length for length in shape if length != -1)
    wanted = tuple(count // others if length == -1 else length for length in shape)
    if prod(wanted) != count:
        raise RuntimeError(f"shape '{list(wanted)}' is invalid for input of size {count}")
    return wanted

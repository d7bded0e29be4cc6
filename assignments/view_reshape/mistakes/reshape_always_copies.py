"""Copy in reshape whatever is not contiguous.

Where the strides allow a view, reshape returns one: it costs nothing, and what is written to it is seen in the original.
"""

from __future__ import annotations

from engine import Shape, Tensor, in_order

must_fail = ["reshapes_without_copying"]


def view_or_copy(tensor: Tensor, shape: Shape) -> Tensor:
    return in_order(tensor).view(shape)

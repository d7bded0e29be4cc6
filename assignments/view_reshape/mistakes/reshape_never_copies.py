"""Take reshape for another name of view.

A view is not always possible. reshape promises the shape in any case: it copies where it must.
"""

from __future__ import annotations

from engine import Shape, Tensor

must_fail = [
    "reshapes_by_copying",
    "sends_gradients_through_copies",
    "copies_have_their_own_memory",
    "long_ways_through_shapes",
]


def view_or_copy(tensor: Tensor, shape: Shape) -> Tensor:
    return tensor.view(shape)

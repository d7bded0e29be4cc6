"""Copy a transposed tensor as it lies in memory.

numpy's copy() of an array keeps its layout where it can (`order="K"`). The copy is then no more contiguous than the
original was.
"""

from __future__ import annotations

from engine import Tensor, copy_backward, record

must_fail = [
    "copies_only_what_is_not_contiguous",
    "reshapes_by_copying",
    "sends_gradients_through_copies",
    "long_ways_through_shapes",
]


def in_order(tensor: Tensor) -> Tensor:
    if tensor.is_contiguous():
        return tensor
    return record(tensor.data.copy(order="K"), copy_backward, [tensor])

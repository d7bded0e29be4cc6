"""Take everything that requires a gradient for a leaf.

Only leaves are protected: they are what gradients are computed for. A result requires a gradient too, but some operation
made it, and a program may go on with other numbers in it.
"""

from __future__ import annotations

from engine import CHANGED_LEAF, Array, Tensor, no_grad

must_fail = ["what_is_no_leaf"]


def write_into(tensor: Tensor, numbers: Array) -> None:
    if tensor.requires_grad and not no_grad.active:
        raise RuntimeError(CHANGED_LEAF)
    tensor.data[...] = numbers

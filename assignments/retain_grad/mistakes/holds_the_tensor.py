"""Let the node hold the tensor that it made.

The tensor holds its node, and the node now holds the tensor: a circle. Reference counting alone never frees one, so the
memory stays until Python's collector happens to come past. A weak reference makes no circle.
"""

from __future__ import annotations

from engine import NOTHING_TO_RETAIN, Tensor

must_fail = ["lets_go_of_the_tensor"]


def retain(tensor: Tensor) -> None:
    if not tensor.requires_grad:
        raise RuntimeError(NOTHING_TO_RETAIN)
    if tensor.grad_fn is not None:
        tensor.retains_grad = True
        tensor.grad_fn.result = lambda: tensor

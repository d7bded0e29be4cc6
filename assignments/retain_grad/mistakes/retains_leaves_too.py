"""Mark leaves as retaining their gradient.

A leaf keeps its gradient because it is a leaf. `retains_grad` tells of results that were asked to do what they would not
do by themselves, and stays False for leaves.
"""

from __future__ import annotations

import weakref

from engine import NOTHING_TO_RETAIN, Tensor

must_fail = ["changes_nothing_for_a_leaf"]


def retain(tensor: Tensor) -> None:
    if not tensor.requires_grad:
        raise RuntimeError(NOTHING_TO_RETAIN)
    tensor.retains_grad = True
    if tensor.grad_fn is not None:
        tensor.grad_fn.result = weakref.ref(tensor)

"""Accept retain_grad for a tensor that requires no gradient.

It would wait forever: nothing was recorded that could lead a gradient to it. Better to say so at once.
"""

from __future__ import annotations

import weakref

from engine import Tensor

must_fail = ["refuses_to_retain_for_constants"]


def retain(tensor: Tensor) -> None:
    if tensor.grad_fn is not None:
        tensor.retains_grad = True
        tensor.grad_fn.result = weakref.ref(tensor)

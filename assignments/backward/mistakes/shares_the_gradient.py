"""Keep the array that arrives as .grad, without copying it.

The same array may be the caller's `gradient`, or on its way to another leaf as well. The next backward adds to .grad in
place, and changes it for all of them.
"""

from __future__ import annotations

from engine import Array, Tensor

must_fail = ["the_gradient_is_the_leaf_s_own"]


def accumulate_grad(leaf: Tensor, grad: Array) -> None:
    if leaf.grad is None:
        leaf.grad = Tensor(grad)
    else:
        leaf.grad.data += grad

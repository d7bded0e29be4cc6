"""Keep the very array that is on its way.

It goes on to other tensors, and a leaf may make it its own `.grad` and add to it later. Then the retained gradient
changes by itself.
"""

from __future__ import annotations

from engine import Array, Tensor

must_fail = ["its_own_memory"]


def keep_grad(result: Tensor, grad: Array) -> None:
    if result.kept is None:
        result.kept = Tensor(grad)
    else:
        result.kept.data += grad

"""Take "an output of one element" for "an output without dimensions".

`[3.0]` has one element, too, and backward may start there without being told.
"""

from __future__ import annotations

import numpy as np
from engine import Array, Tensor


def starting_gradient(output: Tensor, gradient: Tensor | None) -> Array:
    if not output.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if gradient is None:
        if output.shape != ():
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        return np.ones(())
    if gradient.shape != output.shape:
        raise RuntimeError(f"Mismatch in shape: grad_output has {gradient.shape}, output has {output.shape}.")
    return gradient.data

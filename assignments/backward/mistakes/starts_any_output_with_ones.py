"""Call backward() on any output as if it were summed first.

For an output of several elements nobody knows which combination of them is meant, so PyTorch refuses to guess: pass
`gradient`, or reduce the output to one number.
"""

from __future__ import annotations

import numpy as np
from engine import Array, Tensor

must_fail = ["only_scalars_start_by_themselves", "the_shapes_must_agree", "nothing_to_send_back"]


def starting_gradient(output: Tensor, gradient: Tensor | None) -> Array:
    if not output.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if gradient is None:
        return np.ones(output.shape)
    return np.broadcast_to(gradient.data, output.shape)

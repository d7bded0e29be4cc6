"""Put a new array in place of the old one.

The tensor shows the new numbers, but everybody who shares its memory, such as the tensor that detach returned, is left
behind with the old ones. In place means: into the array that is there.
"""

from __future__ import annotations

import numpy as np
from engine import CHANGED_LEAF, Array, Tensor, no_grad

must_fail = ["changes_the_memory_that_is_there", "stays_the_same_leaf", "through_a_detached_tensor"]


def write_into(tensor: Tensor, numbers: Array) -> None:
    if tensor.requires_grad and tensor.is_leaf and not no_grad.active:
        raise RuntimeError(CHANGED_LEAF)
    tensor.data = np.array(numbers)

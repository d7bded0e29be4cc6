"""Make the copy without recording it.

A copy moves one for one with its original, so its gradient is the original's. The graph has to know.
"""

from __future__ import annotations

import numpy as np
from engine import Tensor

must_fail = ["sends_gradients_through_copies", "long_ways_through_shapes"]


def in_order(tensor: Tensor) -> Tensor:
    return tensor if tensor.is_contiguous() else Tensor(np.ascontiguousarray(tensor.data))

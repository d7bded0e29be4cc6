"""Take what was saved for the input, and compute the sigmoid of it again."""

from __future__ import annotations

import numpy as np
from engine import Array


def sigmoid_backward(grad: Array, result: Array) -> Array:
    s = 1.0 / (1.0 + np.exp(-result))
    return grad * s * (1.0 - s)

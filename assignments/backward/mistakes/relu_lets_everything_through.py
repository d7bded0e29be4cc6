"""Test relu's result with >= 0.

The result of relu is never below 0, so the test is always true and the gradient passes everywhere. It may pass only
where the result is above 0.
"""

from __future__ import annotations

import numpy as np
from engine import Array

must_fail = ["differentiates_relu", "functions_of_functions"]


def relu_backward(grad: Array, result: Array) -> Array:
    return np.where(result >= 0, grad, 0.0)

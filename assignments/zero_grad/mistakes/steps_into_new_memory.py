"""Compute new parameters instead of changing those that are there.

parameter = parameter - lr * grad gives the name to another tensor. Written to .data it is the right leaf, but in another
memory: who shared the parameter's memory keeps the old numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from engine import Tensor

must_fail = ["stays_the_same_leaf"]


def descend(parameters: Iterable[Tensor], lr: float) -> None:
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.data = np.asarray(parameter.data - lr * parameter.grad.data)

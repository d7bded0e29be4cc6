"""Make a view without recording it.

To look at numbers in another shape is an operation as well. If the graph does not know of it, no gradient finds its way
back.
"""

from __future__ import annotations

import numpy as np
from engine import Shape, Tensor

must_fail = [
    "sends_gradients_through_views",
    "sends_gradients_through_copies",
    "scalars_and_rows_of_one",
    "used_in_several_shapes",
    "gradients_of_cut_views",
    "long_ways_through_shapes",
]


def look(tensor: Tensor, shape: Shape, strides: tuple[int, ...]) -> Tensor:
    steps = [stride * tensor.data.itemsize for stride in strides]
    return Tensor(np.lib.stride_tricks.as_strided(tensor.data, shape, steps))

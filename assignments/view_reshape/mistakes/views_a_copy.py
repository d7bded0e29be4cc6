"""Copy the numbers for the view.

They look the same, until somebody writes: to fill the rows of a matrix by way of its views, or to change a parameter in
place. A view is cheap and up to date because it holds no numbers of its own.
"""

from __future__ import annotations

import numpy as np
from engine import Shape, Tensor, record, reshape_backward

must_fail = [
    "shares_its_memory",
    "cuts_a_dimension",
    "joins_what_lies_together",
    "reshapes_without_copying",
    "views_of_a_part",
    "any_shape_of_any_cut",
    "past_dimensions_of_length_one",
    "the_same_for_a_matrix_of_one_row",
]


def look(tensor: Tensor, shape: Shape, strides: tuple[int, ...]) -> Tensor:
    steps = [stride * tensor.data.itemsize for stride in strides]
    seen = np.lib.stride_tricks.as_strided(tensor.data, shape, steps).copy()
    return record(seen, reshape_backward, [tensor], settings=[tensor.shape])

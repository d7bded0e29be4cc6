"""Copy in contiguous() even what is contiguous.

Nothing is gained by it, and the memory is used twice. PyTorch returns the very same tensor.
"""

from __future__ import annotations

import numpy as np
from engine import Tensor, copy_backward, record

must_fail = [
    "copies_only_what_is_not_contiguous",
    "copies_have_their_own_memory",
    "the_same_for_a_matrix_of_one_row",
]


def in_order(tensor: Tensor) -> Tensor:
    return record(np.array(tensor.data, order="C"), copy_backward, [tensor])

"""Assign .grad instead of adding to it.

Every backward adds to the gradients that are there already. Who assigns loses what earlier backward calls left, and
cannot accumulate over several batches.
"""

from __future__ import annotations

import numpy as np
from engine import Array, Tensor

must_fail = [
    "adds_to_what_is_there",
    "adds_up_over_two_graphs",
    "refuses_a_second_backward",
    "keeps_it_when_asked",
    "the_gradient_is_the_leaf_s_own",
]


def accumulate_grad(leaf: Tensor, grad: Array) -> None:
    leaf.grad = Tensor(np.array(grad))

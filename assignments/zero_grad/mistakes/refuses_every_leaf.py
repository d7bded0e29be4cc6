"""Take every leaf for one that requires a gradient.

Gradients, inputs and detached tensors are leaves too: no operation that is recorded made them. As long as no gradient is
wanted for them, they may be changed at any time.
"""

from __future__ import annotations

from engine import CHANGED_LEAF, Array, Tensor, no_grad

must_fail = [
    "changes_the_memory_that_is_there",
    "changes_a_gradient",
    "descends_by_hand",
    "clears_to_zero",
    "leaves_none_alone",
    "starts_anew_after_clearing",
    "through_a_detached_tensor",
    "refused_again_after_no_grad",
    "only_its_own_parameters",
    "filled_again",
    "trains_by_closures",
]


def write_into(tensor: Tensor, numbers: Array) -> None:
    if tensor.is_leaf and not no_grad.active:
        raise RuntimeError(CHANGED_LEAF)
    tensor.data[...] = numbers

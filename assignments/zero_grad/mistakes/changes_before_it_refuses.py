"""Change the tensor first, and raise afterwards.

An operation that is refused must leave everything as it was: whoever catches the exception goes on with the tensor.
"""

from __future__ import annotations

from engine import CHANGED_LEAF, Array, Tensor, no_grad

must_fail = ["refuses_a_leaf_while_recording", "refused_again_after_no_grad"]


def write_into(tensor: Tensor, numbers: Array) -> None:
    tensor.data[...] = numbers
    if tensor.requires_grad and tensor.is_leaf and not no_grad.active:
        raise RuntimeError(CHANGED_LEAF)

"""Let a leaf be changed while recording is on.

What was recorded so far speaks of the old numbers, and nothing can lead back from the new ones to them. PyTorch refuses;
who means it says so with no_grad.
"""

from __future__ import annotations

from engine import Array, Tensor

must_fail = ["refuses_a_leaf_while_recording", "refused_again_after_no_grad"]


def write_into(tensor: Tensor, numbers: Array) -> None:
    tensor.data[...] = numbers

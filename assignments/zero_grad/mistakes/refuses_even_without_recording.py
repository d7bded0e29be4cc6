"""Refuse to change a leaf at all.

Somebody has to change the parameters, or nothing is ever learned. Inside of no_grad nothing is recorded, and a leaf may
be changed.
"""

from __future__ import annotations

from engine import CHANGED_LEAF, Array, Tensor

must_fail = [
    "changes_a_leaf_without_recording",
    "descends_by_hand",
    "goes_downhill",
    "stays_the_same_leaf",
    "skips_what_has_no_gradient",
    "leaves_the_gradient_alone",
    "trains",
    "returns_the_loss",
    "records_inside_of_no_grad",
    "refused_again_after_no_grad",
    "accumulated_on_purpose",
    "forgotten_to_clear",
    "not_part_of_the_graph",
    "recording_is_as_before",
    "trains_by_closures",
]


def write_into(tensor: Tensor, numbers: Array) -> None:
    if tensor.requires_grad and tensor.is_leaf:
        raise RuntimeError(CHANGED_LEAF)
    tensor.data[...] = numbers

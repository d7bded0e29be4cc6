"""Send gradients to every tensor, wanted or not.

A tensor that does not require a gradient is a constant: data, targets, what came out of `detach`. Its .grad stays None.
"""

from __future__ import annotations

from engine import Node, Tensor

must_fail = ["fills_only_leaves", "stops_at_constants", "frees_what_was_saved", "kept_and_given_back"]


def edge_to(tensor: Tensor) -> Node | Tensor | None:
    return tensor if tensor.grad_fn is None else tensor.grad_fn

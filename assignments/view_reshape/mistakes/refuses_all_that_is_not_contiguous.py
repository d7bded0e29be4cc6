"""Allow views of contiguous tensors only.

That is the rule that one hears most often, and it is too strict. A dimension can always be cut, and dimensions that lie
together can be joined, whatever the others do.
"""

from __future__ import annotations

from engine import Shape

must_fail = [
    "cuts_a_dimension",
    "joins_what_lies_together",
    "refuses_what_needs_a_copy",
    "reshapes_without_copying",
    "any_shape_of_any_cut",
    "past_dimensions_of_length_one",
    "gradients_of_cut_views",
]


def strides_of_view(shape: Shape, strides: tuple[int, ...], wanted: Shape) -> tuple[int, ...] | None:
    return None

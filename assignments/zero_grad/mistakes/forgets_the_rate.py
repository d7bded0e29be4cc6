"""Subtract the whole gradient.

A gradient says in which direction the loss falls, and only for a very small way. The learning rate makes the way small.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor, no_grad

must_fail = [
    "goes_downhill",
    "stays_the_same_leaf",
    "skips_what_has_no_gradient",
    "leaves_the_gradient_alone",
    "trains",
    "returns_the_loss",
    "records_inside_of_no_grad",
    "accumulated_on_purpose",
    "forgotten_to_clear",
    "not_part_of_the_graph",
    "recording_is_as_before",
    "trains_by_closures",
]


def descend(parameters: Iterable[Tensor], lr: float) -> None:
    with no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.sub_(parameter.grad)

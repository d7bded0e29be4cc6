"""Multiply the gradient itself with the learning rate.

The step is right, but it leaves a smaller gradient behind: the next backward adds to it, and a second step would be far
too short. A step only reads gradients.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor, no_grad

must_fail = [
    "leaves_the_gradient_alone",
    "records_inside_of_no_grad",
    "forgotten_to_clear",
    "not_part_of_the_graph",
    "recording_is_as_before",
    "trains_by_closures",
]


def descend(parameters: Iterable[Tensor], lr: float) -> None:
    with no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.sub_(parameter.grad.mul_(lr))

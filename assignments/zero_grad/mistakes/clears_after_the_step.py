"""Clear the gradients as part of the step.

That would make it impossible to take a second step with them, or to look at them. Clearing is the caller's decision:
zero_grad.
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
                parameter.sub_(parameter.grad, alpha=lr)
                parameter.grad = None

"""Set the parameters to zero, not their gradients.

A parameter is what has been learned so far. What has to go before the next backward is only what the last one left in
its .grad.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor

must_fail = [
    "starts_anew_after_clearing",
    "trains",
    "returns_the_loss",
    "only_its_own_parameters",
    "filled_again",
    "accumulated_on_purpose",
    "not_part_of_the_graph",
    "trains_by_closures",
]


def clear_grads(parameters: Iterable[Tensor], set_to_none: bool) -> None:
    for parameter in parameters:
        parameter.detach().zero_()
        if set_to_none:
            parameter.grad = None
        elif parameter.grad is not None:
            parameter.grad.zero_()

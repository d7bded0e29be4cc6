"""Set gradients to None, whatever was asked for.

With set_to_none=False the gradient stays where it is, and the numbers in it become 0. Who holds that tensor, a plot or
a log, relies on it.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor

must_fail = ["clears_to_zero", "leaves_none_alone", "only_its_own_parameters", "filled_again"]


def clear_grads(parameters: Iterable[Tensor], set_to_none: bool) -> None:
    for parameter in parameters:
        parameter.grad = None

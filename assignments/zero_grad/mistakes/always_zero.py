"""Fill gradients with zeros, whatever was asked for.

That was PyTorch's default once. Since version 2.0 zero_grad() sets them to None: a parameter that takes no part in the
next backward is then left out of the step, and the memory is free in between.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor

must_fail = ["clears_to_none", "only_its_own_parameters", "filled_again"]


def clear_grads(parameters: Iterable[Tensor], set_to_none: bool) -> None:
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.zero_()

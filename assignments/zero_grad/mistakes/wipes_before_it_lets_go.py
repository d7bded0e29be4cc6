"""Set the old gradient to zero before letting go of it.

Somebody may have kept it, to compare it with the next one or to print it later. Setting .grad to None takes it away from
the parameter only.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor

must_fail = ["clears_to_none", "filled_again"]


def clear_grads(parameters: Iterable[Tensor], set_to_none: bool) -> None:
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.zero_()
            if set_to_none:
                parameter.grad = None

"""Put a new tensor of zeros in place of the gradient.

The numbers are right, but whoever holds the gradient has the old one now, and sees neither the zeros nor what the next
backward adds. Use zero_().
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor, zeros

must_fail = ["clears_to_zero", "filled_again"]


def clear_grads(parameters: Iterable[Tensor], set_to_none: bool) -> None:
    for parameter in parameters:
        if set_to_none:
            parameter.grad = None
        elif parameter.grad is not None:
            parameter.grad = zeros(parameter.shape)

"""Give a gradient of zeros to parameters that had none.

None says that no backward came past here; zero says that one did, and that the parameter does not matter. Optimizers
with a memory treat the two differently.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor, zeros

must_fail = ["leaves_none_alone", "filled_again"]


def clear_grads(parameters: Iterable[Tensor], set_to_none: bool) -> None:
    for parameter in parameters:
        if set_to_none:
            parameter.grad = None
        elif parameter.grad is None:
            parameter.grad = zeros(parameter.shape)
        else:
            parameter.grad.zero_()

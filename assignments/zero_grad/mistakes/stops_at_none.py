"""End the step at the first parameter without a gradient.

A frozen layer, or one that this batch did not use, has no gradient. The parameters after it still have to move:
`continue`, and no `return`.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor, no_grad

must_fail = ["skips_what_has_no_gradient", "not_part_of_the_graph"]


def descend(parameters: Iterable[Tensor], lr: float) -> None:
    with no_grad():
        for parameter in parameters:
            if parameter.grad is None:
                return
            parameter.sub_(parameter.grad, alpha=lr)

"""Let the step itself be recorded.

The parameter becomes the result of an operation: it is no leaf any longer, and no gradient ends in it. Changing
parameters is no part of any graph.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import Tensor

must_fail = ["stays_the_same_leaf", "not_part_of_the_graph"]


def descend(parameters: Iterable[Tensor], lr: float) -> None:
    for parameter in parameters:
        if parameter.grad is not None:
            after = parameter - lr * parameter.grad
            parameter.data[...] = after.data
            parameter.grad_fn = after.grad_fn

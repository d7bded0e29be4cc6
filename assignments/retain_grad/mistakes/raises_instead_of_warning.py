"""Raise an exception where PyTorch only warns.

To read the gradient of a result is strange, but harmless: the answer is None, and the program goes on.
"""

from __future__ import annotations

from engine import NOT_A_LEAF, Tensor

must_fail = [
    "warns_of_reading_a_result",
    "warns_each_time",
    "every_result_of_a_network",
    "what_is_not_recorded_is_a_leaf",
    "the_last_result_too",
]


def grad_of_result(result: Tensor) -> Tensor | None:
    if not result.retains_grad:
        raise UserWarning(NOT_A_LEAF)
    return result.kept

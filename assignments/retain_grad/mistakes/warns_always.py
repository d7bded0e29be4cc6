"""Warn whenever the gradient of a result is read, even if it was asked for.

After retain_grad() the gradient is there, and reading it is no mistake. A warning that comes without a reason is soon one
that nobody reads.
"""

from __future__ import annotations

from engine import NOT_A_LEAF, Tensor, warn

must_fail = ["keeps_the_gradient_of_a_result"]


def grad_of_result(result: Tensor) -> Tensor | None:
    warn(NOT_A_LEAF)
    return result.kept

"""Warn of each tensor only the first time.

PyTorch warns at each reading. (Python itself shows a warning of the same line only once; that is the reader's choice, and
can be changed with a filter.)
"""

from __future__ import annotations

from engine import NOT_A_LEAF, Tensor, warn

must_fail = ["warns_each_time"]


def grad_of_result(result: Tensor) -> Tensor | None:
    if not result.retains_grad and not hasattr(result, "warned"):
        result.warned = True
        warn(NOT_A_LEAF)
    return result.kept

"""Assign the retained gradient instead of adding to it.

Every backward adds to the gradients that are there already. That holds for results that retain theirs as for leaves.
"""

from __future__ import annotations

from engine import Array, Tensor

must_fail = ["adds_up_what_it_keeps", "its_own_memory"]


def keep_grad(result: Tensor, grad: Array) -> None:
    result.kept = Tensor(grad.copy())

"""Treat a - b like a + b.

Raising b lowers the difference, so the gradient of b is the negative of the one that arrives.
"""

from __future__ import annotations

from engine import Array

must_fail = [
    "differentiates_sub_and_div",
    "sums_everything_for_a_scalar",
    "functions_of_functions",
    "numbers_on_the_left",
    "in_front_and_stretched",
    "against_itself",
]


def sub_backward(grad: Array) -> tuple[Array, Array]:
    return grad, grad

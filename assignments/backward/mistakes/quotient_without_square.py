"""Differentiate a / b by b as -a / b.

Write a / b as a times b to the power of -1: the derivative by b is -a times b to the power of -2.
"""

from __future__ import annotations

from engine import Array

must_fail = [
    "differentiates_sub_and_div",
    "functions_of_functions",
    "numbers_on_the_left",
    "in_front_and_stretched",
]


def div_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    return grad / b, -grad * a / b

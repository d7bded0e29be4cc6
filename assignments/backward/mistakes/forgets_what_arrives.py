"""Return the derivative alone, without the gradient that arrives.

The chain rule multiplies: what the final scalar changes with the result, times what the result changes with the input.
Leaving out the first factor is right only where it happens to be 1.
"""

from __future__ import annotations

from engine import Array

must_fail = [
    "differentiates_powers",
    "differentiates_exp_and_log",
    "differentiates_tanh_and_sigmoid",
    "trains_a_layer",
    "keeps_it_when_asked",
    "functions_of_functions",
    "numbers_on_the_left",
    "against_itself",
]


def pow_backward(grad: Array, a: Array, exponent: float) -> Array:
    return exponent * a ** (exponent - 1)


def exp_backward(grad: Array, result: Array) -> Array:
    return result


def log_backward(grad: Array, a: Array) -> Array:
    return 1.0 / a


def tanh_backward(grad: Array, result: Array) -> Array:
    return 1.0 - result**2


def sigmoid_backward(grad: Array, result: Array) -> Array:
    return result * (1.0 - result)

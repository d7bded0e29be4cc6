"""Chain rules, three worked examples: given the gradient of the result, what is the gradient of each input?

`grad` says how much the final scalar changes when each element of the result changes by one unit. A rule
multiplies it with the derivative of its own operation. All are numpy arrays of the result's shape.
"""

from __future__ import annotations

from .graph import Array


def add_backward(grad: Array) -> tuple[Array, Array]:
    """Rule of a + b: each input moves the result one for one."""
    return grad, grad


def mul_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Rule of a * b: moving `a` by one moves the result by `b`, and the other way round."""
    return grad * b, grad * a


def neg_backward(grad: Array) -> Array:
    """Rule of -a: a rule with one input returns one array."""
    return -grad

"""The chain rule, function by function. Every array has the shape of the result."""

from __future__ import annotations

import numpy as np

from .graph import Array


def sub_backward(grad: Array) -> tuple[Array, Array]:
    """Rule of a - b: `a` moves the result one for one, `b` moves it the other way.

    sub_backward(np.array([2.0]))    # array([2.]), array([-2.])
    """
    ### BEGIN SOLUTION 2.3
    return grad, -grad
    ### END SOLUTION


def div_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Rule of a / b: the derivative by `a` is 1 / b, the derivative by `b` is -a / b**2.

    div_backward(np.array([1.0]), np.array([3.0]), np.array([2.0]))    # array([0.5]), array([-0.75])
    """
    ### BEGIN SOLUTION 2.3
    return grad / b, -grad * a / b**2
    ### END SOLUTION


def pow_backward(grad: Array, a: Array, exponent: float) -> Array:
    """Rule of a ** exponent, a plain number: the derivative by `a` is exponent * a**(exponent - 1).

    pow_backward(np.array([1.0]), np.array([2.0]), 3)    # array([12.])
    """
    ### BEGIN SOLUTION 2.3
    return grad * exponent * a ** (exponent - 1)
    ### END SOLUTION


def exp_backward(grad: Array, result: Array) -> Array:
    """Rule of exp(a): the derivative is exp(a), which is the result that was saved.

    exp_backward(np.array([3.0]), np.array([1.0]))    # array([3.]), at a = 0
    """
    ### BEGIN SOLUTION 2.3
    return grad * result
    ### END SOLUTION


def log_backward(grad: Array, a: Array) -> Array:
    """Rule of log(a): the derivative is 1 / a.

    log_backward(np.array([3.0]), np.array([2.0]))    # array([1.5])
    """
    ### BEGIN SOLUTION 2.3
    return grad / a
    ### END SOLUTION


def tanh_backward(grad: Array, result: Array) -> Array:
    """Rule of tanh(a): the derivative is 1 - tanh(a)**2; the result was saved.

    tanh_backward(np.array([2.0]), np.array([0.5]))    # array([1.5])
    """
    ### BEGIN SOLUTION 2.3
    return grad * (1.0 - result**2)
    ### END SOLUTION


def sigmoid_backward(grad: Array, result: Array) -> Array:
    """Rule of sigmoid(a) = s: the derivative is s * (1 - s); the result was saved.

    sigmoid_backward(np.array([4.0]), np.array([0.5]))    # array([1.]), at a = 0
    """
    ### BEGIN SOLUTION 2.3
    return grad * result * (1.0 - result)
    ### END SOLUTION


def relu_backward(grad: Array, result: Array) -> Array:
    """Rule of relu(a) = max(a, 0): the gradient passes where the result is above 0, and is 0 elsewhere.

    relu_backward(np.array([5.0, 5.0]), np.array([0.0, 2.0]))    # array([0., 5.])
    """
    ### BEGIN SOLUTION 2.3
    return np.where(result > 0, grad, 0.0)
    ### END SOLUTION

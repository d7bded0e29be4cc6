"""Operations that change the shape: `grad` has the shape of the result, what is returned that of the input."""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import Array

Shape = tuple[int, ...]
Dims = int | tuple[int, ...] | None


def sum_backward(grad: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    """Rule of a.sum(dim, keepdim): every element moves the sum that it is part of one for one.

    So each element of `a`, whose shape is `shape`, gets the gradient of its sum. If `dim` was summed away
    (keepdim false), the gradient needs it back, with length 1, before it can be spread. `dim` None means all.

        sum_backward(np.array([1.0, 2.0]), (2, 3), 1, False)    # array([[1., 1., 1.], [2., 2., 2.]])
    """
    ### BEGIN SOLUTION 2.4
    if dim is not None and not keepdim:
        grad = np.expand_dims(grad, dim)
    return np.broadcast_to(grad, shape)
    ### END SOLUTION


def mean_backward(grad: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    """Rule of a.mean(dim, keepdim): as for the sum, divided by the number of elements in each mean.

    mean_backward(np.array(6.0), (3,), None, False)    # array([2., 2., 2.])
    """
    ### BEGIN SOLUTION 2.4
    spread = sum_backward(grad, shape, dim, keepdim)
    return spread * (grad.size / spread.size)
    ### END SOLUTION


def reshape_backward(grad: Array, shape: Shape) -> Array:
    """Rule of a.reshape(...): the same numbers, back in the shape that `a` had.

    reshape_backward(np.array([1.0, 2.0, 3.0, 4.0]), (2, 2))    # array([[1., 2.], [3., 4.]])
    """
    ### BEGIN SOLUTION 2.4
    return grad.reshape(shape)
    ### END SOLUTION


def transpose_backward(grad: Array, dim0: int, dim1: int) -> Array:
    """Rule of a.transpose(dim0, dim1), which swaps two dimensions: swap them back.

    transpose_backward(np.array([[1.0, 2.0]]), 0, 1)    # array([[1.], [2.]])
    """
    ### BEGIN SOLUTION 2.4
    return np.swapaxes(grad, dim0, dim1)
    ### END SOLUTION


def index_backward(grad: Array, shape: Shape, index: Any) -> Array:
    """Rule of a[index]: what was picked gets its gradient, everything else gets 0.

    An element that was picked twice, as in a[[0, 0, 2]], gets both gradients, added up: `np.add.at`.

        index_backward(np.array([1.0, 2.0, 3.0]), (3,), [0, 0, 2])    # array([3., 0., 3.])
    """
    ### BEGIN SOLUTION 2.4
    result = np.zeros(shape)
    np.add.at(result, index, grad)
    return result
    ### END SOLUTION


def matmul_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Rule of a @ b for matrices of shapes (n, k) and (k, m).

    The gradient of `a` must have shape (n, k), that of `b` shape (k, m): only one way of multiplying `grad`,
    of shape (n, m), with the other one transposed fits both.

        matmul_backward(np.array([[1.0]]), np.array([[2.0, 3.0]]), np.array([[4.0], [5.0]]))
        # array([[4., 5.]]), array([[2.], [3.]])
    """
    ### BEGIN SOLUTION 2.4
    return grad @ b.T, a.T @ grad
    ### END SOLUTION

"""What broadcasting did on the way forward has to be undone on the way back."""

from __future__ import annotations

from .graph import Array


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    """Add up `grad` to the shape of the input it belongs to.

    On the way forward numpy repeated an input of shape `shape`: it put dimensions in front, and it stretched
    dimensions of length 1. An element that was repeated has moved the result in several places, so its
    gradient is the sum over all of them. Dimensions in front disappear, stretched ones keep length 1.

        unbroadcast(np.ones((4, 3)), (3,))      # array([4., 4., 4.])
        unbroadcast(np.ones((4, 3)), (4, 1))    # array([[3.], [3.], [3.], [3.]])
        unbroadcast(np.ones((4, 3)), ())        # array(12.)
    """
    ### BEGIN SOLUTION 2.5
    in_front = grad.ndim - len(shape)
    grad = grad.sum(axis=tuple(range(in_front)))
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return grad.sum(axis=stretched, keepdims=True)
    ### END SOLUTION

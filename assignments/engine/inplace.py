"""Change a tensor in place: the memory stays, the numbers in it are new."""

from __future__ import annotations

from .graph import Array
from .tensor import Tensor, no_grad

### BEGIN GIVEN FROM zero_grad
CHANGED_LEAF = "a leaf Variable that requires grad is being used in an in-place operation."


### END GIVEN
def write_into(tensor: Tensor, numbers: Array) -> None:
    """Put `numbers` into the memory that `tensor` has already.

    Whoever shares that memory, such as a tensor that `detach` returned, sees the new numbers too. `requires_grad`,
    `grad` and `grad_fn` stay as they are.

    A leaf that requires a gradient must not be changed while recording is on (`no_grad.active` is 0): its gradient
    would be that of numbers which are no longer there. Then leave it as it is and raise RuntimeError(CHANGED_LEAF),
    PyTorch's sentence, which you find above. Inside of `no_grad()`, or without requires_grad, it may be changed.

        x = tensor([1.0, 2.0])
        y = x.detach()
        write_into(x, np.array([5.0, 6.0]))
        y                                       # tensor([5., 6.])
    """
    ### BEGIN SOLUTION 3.1
    if tensor.requires_grad and tensor.is_leaf and not no_grad.active:
        raise RuntimeError(CHANGED_LEAF)
    tensor.data[...] = numbers
    ### END SOLUTION

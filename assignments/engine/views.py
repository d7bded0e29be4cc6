"""Shapes and memory: one block of numbers can be looked at in many ways."""

from __future__ import annotations

from math import prod

import numpy as np

from .graph import Array
from .shapes import Shape, reshape_backward
from .tensor import Tensor, record

### BEGIN GIVEN FROM view_reshape
NOT_VIEWABLE = (
    "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
    "contiguous subspaces). Use .reshape(...) instead."
)


def copy_backward(grad: Array) -> Array:
    """Rule of a copy: it moves one for one with the original."""
    return grad


### END GIVEN
def strides_of(shape: Shape) -> tuple[int, ...]:
    """Return the strides of a tensor of this shape whose elements lie in memory in their order, without gaps.

    The stride of a dimension says how many elements to go on in memory for one step in that dimension. Along the last
    one the neighbours are next to each other; a step along an earlier one passes everything that the later ones hold.

        strides_of((2, 3, 4))    # (12, 4, 1)
        strides_of((5,))         # (1,)
        strides_of(())           # ()
    """
    ### BEGIN SOLUTION 6.1
    return tuple(prod(shape[place + 1 :]) for place in range(len(shape)))
    ### END SOLUTION


def lies_in_order(shape: Shape, strides: tuple[int, ...]) -> bool:
    """Say whether elements with these strides lie in their order and without gaps: whether they are contiguous.

    The strides must be those of `strides_of(shape)`. Only in a dimension of length 1 they may be anything, for nobody
    ever takes a step there.

        lies_in_order((2, 3), (3, 1))    # True
        lies_in_order((3, 2), (1, 3))    # False: it was transposed
        lies_in_order((1, 3), (7, 1))    # True
    """
    ### BEGIN SOLUTION 6.1
    wanted = strides_of(shape)
    return all(strides[place] == wanted[place] for place, length in enumerate(shape) if length != 1)
    ### END SOLUTION


def infer_shape(shape: Shape, count: int) -> Shape:
    """Return the shape that the caller of `view` or `reshape` means, for a tensor of `count` elements.

    One length may be -1: whatever is left for it. Two of them are too many, RuntimeError:
      "only one dimension can be inferred"
    The lengths must multiply to `count` in the end, with the shape as it was given in the sentence, RuntimeError:
      "shape '[4, 2]' is invalid for input of size 6"

        infer_shape((3, 2), 6)     # (3, 2)
        infer_shape((-1, 2), 6)    # (3, 2)
    """
    ### BEGIN SOLUTION 6.2
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    others = prod(length for length in shape if length != -1)
    wanted = tuple(count // others if length == -1 and others else length for length in shape)
    if prod(wanted) != count:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")
    return wanted
    ### END SOLUTION


def look(tensor: Tensor, shape: Shape, strides: tuple[int, ...]) -> Tensor:
    """Return a tensor that looks at the memory of `tensor` with another shape and other strides. Nothing is copied.

    `np.lib.stride_tricks.as_strided(array, shape, strides)` makes such an array; it counts strides in bytes, that is
    in elements times `array.itemsize`. The result is an operation like others: `record` it, with `reshape_backward`
    as its rule and the tensor's own shape as the rule's setting, so that gradients find back.

        x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        look(x, (3, 2), (2, 1))    # tensor([[1., 2.], [3., 4.], [5., 6.]])
    """
    ### BEGIN SOLUTION 6.2
    steps = [stride * tensor.data.itemsize for stride in strides]
    seen = np.lib.stride_tricks.as_strided(tensor.data, shape, steps)
    return record(seen, reshape_backward, [tensor], settings=[tensor.shape])
    ### END SOLUTION


def strides_of_view(shape: Shape, strides: tuple[int, ...], wanted: Shape) -> tuple[int, ...] | None:
    """Return the strides with which `wanted` can look at elements of this `shape` and these `strides`, or None.

    It is asked only of elements that do not lie in their order, and for a shape with as many elements.

    Leave out dimensions of length 1. Then join neighbours, as far as possible, into blocks: dimension d and the one
    behind it are one block if `strides[d] == shape[d + 1] * strides[d + 1]`, for then a step along d goes on exactly
    where d + 1 ends. Each block is like one long row, with the stride of its last dimension. A new dimension must not
    reach from one block into the next: go through `wanted` from the back, and fill the last block with its lengths
    until they multiply to the block's, then the one before it. The last length in a block has the block's stride,
    each one before it the stride of the one behind times that one's length. If a block is not filled exactly, it
    cannot be done: None.

        strides_of_view((2, 6), (8, 1), (2, 3, 2))    # (8, 2, 1): the 6 is cut
        strides_of_view((2, 6), (8, 1), (4, 3))       # None: the 4 would reach from one row into the next
        strides_of_view((2, 3, 4), (12, 4, 1), (6, 4))    # (4, 1): 2 and 3 are joined
        strides_of_view((3, 2), (1, 3), (6,))         # None: it was transposed
    """
    ### BEGIN SOLUTION 6.3
    blocks: list[tuple[int, int]] = []  # (how many elements, stride), the last block first
    for length, stride in zip(reversed(shape), reversed(strides), strict=True):
        if length == 1:
            continue
        if blocks and stride == blocks[-1][0] * blocks[-1][1]:
            blocks[-1] = (blocks[-1][0] * length, blocks[-1][1])
        else:
            blocks.append((length, stride))
    found: list[int] = []
    room, step = blocks.pop(0)  # there is one: all of length 1 would be in order
    for length in reversed(wanted):
        if length > 1 and room == 1:  # this block is full
            room, step = blocks.pop(0)
        if room % length:
            return None
        found.append(step)
        room, step = room // length, step * length
    return tuple(reversed(found))
    ### END SOLUTION


def in_order(tensor: Tensor) -> Tensor:
    """Return `tensor` itself if it is contiguous, else a copy that is: `contiguous()`.

    `np.ascontiguousarray(array)` makes such an array. The copy is recorded, with `copy_backward`.

        x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        in_order(x) is x           # True
        in_order(x.t()).stride()   # (2, 1), where x.t() has (1, 3)
    """
    ### BEGIN SOLUTION 6.4
    if tensor.is_contiguous():
        return tensor
    return record(np.ascontiguousarray(tensor.data), copy_backward, [tensor])
    ### END SOLUTION


def view_or_copy(tensor: Tensor, shape: Shape) -> Tensor:
    """Return `tensor` in another shape, which fits: `reshape`. A view if that is possible, else a view of a copy.

    x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    view_or_copy(x, (6,))    # tensor([1., 2., 3., 4., 5., 6.]), in the memory of x
    view_or_copy(x.t(), (6,))  # tensor([1., 4., 2., 5., 3., 6.]), in memory of its own
    """
    ### BEGIN SOLUTION 6.4
    if tensor.is_contiguous() or strides_of_view(tensor.shape, tensor.stride(), shape) is not None:
        return tensor.view(shape)
    return in_order(tensor).view(shape)
    ### END SOLUTION

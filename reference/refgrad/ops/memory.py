"""What lies under a tensor: its storage, and operations that give it another one or another shape in place."""

from __future__ import annotations

import math
from typing import Any

from .. import both, storage
from ..grad_mode import mode
from ..graph import derivative
from ..layouts import preserve_format, strides_in
from ..recording import record
from ..tensor import Tensor
from ..views import refuse_view, renew
from .inplace import LEAF, bump, refuse_inference
from .registry import method
from .shape import SqueezeBackward4, axis_of, sizes_of, squeeze, swapped, t, transpose, unsqueeze, with_ones

__all__ = ["check_reshapable", "reshape_in_place"]


@method
def resize_(self: Tensor, *size: Any, memory_format: Any = None) -> Tensor:
    """Take another shape, laid out row by row or in a memory format; new elements are not initialised."""
    refuse_inference(self)
    if self.requires_grad and not mode.inference:
        raise RuntimeError("cannot resize variables that require grad")
    shape = sizes_of(size)
    if any(each < 0 for each in shape):
        raise RuntimeError("numel: integer multiplication overflow")
    from ..creation import check_size

    check_size(shape, self.dtype)
    if math.prod([each for each in shape if each]) >= 2**63:
        raise RuntimeError("Stride calculation overflowed")
    if memory_format is None:
        if shape == self._array.shape:
            return self
        steps = None
    elif memory_format is preserve_format:
        raise RuntimeError("Unsupported memory formatPreserve")
    else:
        steps = strides_in(memory_format, shape)
    self._array = storage.resized(self._array, shape, steps)
    bump(self)
    return self


SqueezeBackward3 = derivative("SqueezeBackward3", args="shape", self=lambda g, shape: with_ones(g, shape))
SqueezeBackward5 = derivative(
    "SqueezeBackward5", args="shape dim", self=lambda g, shape, dim: with_ones(g, shape, dim)
)
UnsqueezeBackward1 = derivative("UnsqueezeBackward1", args="dim", self=lambda g, dim: g.squeeze(dim))
TBackward1 = derivative("TBackward1", self=lambda g: both.transposed(g))
TransposeBackward1 = derivative(
    "TransposeBackward1", args="dim0 dim1", self=lambda g, dim0, dim1: swapped(g, dim0, dim1)
)


def check_reshapable(self: Tensor) -> None:
    """Refuse to give another shape to what must not change."""
    refuse_inference(self)
    if not mode.enabled:
        return
    if self._view is not None and self.requires_grad:
        refuse_view(self)
    elif self.requires_grad and self._node is None:
        raise RuntimeError(LEAF)


def reshape_in_place(self: Tensor, kind: Any, array: Any, args: tuple[Any, ...]) -> Tensor:
    """Let the tensor itself take the shape of a view of it."""
    node = record(kind, array, (self,), args)._node
    self._array = array
    bump(self)
    if node is not None:
        renew(self, node)
    return self


@method
def t_(self: Tensor) -> Tensor:
    """Transpose the tensor itself."""
    check_reshapable(self)
    if self._array.ndim > 2:
        raise RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {self._array.ndim}D")
    return reshape_in_place(self, TBackward1, t(self)._array, ())


@method
def transpose_(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """Swap two dimensions of the tensor itself."""
    check_reshapable(self)
    axes = axis_of(dim0, self._array.ndim), axis_of(dim1, self._array.ndim)
    return reshape_in_place(self, TransposeBackward1, transpose(self, *axes)._array, axes)


@method
def squeeze_(self: Tensor, dim: Any = None) -> Tensor:
    """Drop dimensions of size 1 of the tensor itself."""
    check_reshapable(self)
    shape = self._array.shape
    if dim is None:
        return reshape_in_place(self, SqueezeBackward3, squeeze(self)._array, (shape,))
    kind = SqueezeBackward5 if isinstance(dim, tuple | list) else SqueezeBackward4
    return reshape_in_place(self, kind, squeeze(self, dim)._array, (shape, dim))


@method
def unsqueeze_(self: Tensor, dim: int) -> Tensor:
    """Put a dimension of size 1 into the tensor itself."""
    check_reshapable(self)
    axis = axis_of(dim, self._array.ndim + 1)
    return reshape_in_place(self, UnsqueezeBackward1, unsqueeze(self, axis)._array, (axis,))

"""Other shapes for the same elements: views where the strides allow it, copies where they do not."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Sequence
from typing import Any

from .. import both, dtypes, storage
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import ReadOnly, Tensor
from ..views import make_view
from .registry import check_given, function, method, public

__all__ = ["axis_of", "sizes_of", "strides_for"]

ViewBackward0 = derivative("ViewBackward0", args="shape", self=lambda g, shape: g.reshape(shape))
ReshapeAliasBackward0 = derivative(
    "ReshapeAliasBackward0", args="shape", self=lambda g, shape: g.reshape(shape)
)
UnsafeViewBackward0 = derivative("UnsafeViewBackward0", args="shape", self=lambda g, shape: g.reshape(shape))
CloneBackward0 = derivative("CloneBackward0", self=lambda g: g)
TBackward0 = derivative("TBackward0", self=lambda g: both.transposed(g))
TransposeBackward0 = derivative(
    "TransposeBackward0", args="dim0 dim1", self=lambda g, dim0, dim1: swapped(g, dim0, dim1)
)
PermuteBackward0 = derivative(
    "PermuteBackward0", args="dims", self=lambda g, dims: _permuted(g, _inverse(dims))
)
UnsqueezeBackward0 = derivative("UnsqueezeBackward0", args="dim", self=lambda g, dim: g.squeeze(dim))
SqueezeBackward0 = derivative("SqueezeBackward0", args="shape", self=lambda g, shape: with_ones(g, shape))
SqueezeBackward1 = derivative(
    "SqueezeBackward1", args="shape dim", self=lambda g, shape, dim: with_ones(g, shape, (dim,))
)
SqueezeBackward2 = derivative(
    "SqueezeBackward2", args="shape dim", self=lambda g, shape, dim: with_ones(g, shape, dim)
)
SqueezeBackward4 = derivative(
    "SqueezeBackward4", args="shape dim", self=lambda g, shape, dim: with_ones(g, shape, (dim,))
)
ExpandBackward0 = derivative("ExpandBackward0", args="shape", self=lambda g, shape: both.sum_to(g, shape))


def with_ones(g: Any, shape: Sequence[int], dims: Sequence[int] | None = None) -> Any:
    """Give a gradient the dimensions of size 1 back that were dropped from `shape`: all, or those among `dims`."""
    if not isinstance(g, Tensor):
        return g.reshape(shape)
    chosen = range(len(shape)) if dims is None else sorted(axis_of(each, len(shape)) for each in dims)
    for axis in chosen:
        if shape and shape[axis] == 1:
            g = g.unsqueeze(axis)
    return g


def swapped(value: Any, dim0: int, dim1: int) -> Any:
    """Swap two dimensions; a 0-dim value stays as it is."""
    return value.swapaxes(dim0, dim1) if value.ndim or isinstance(value, Tensor) else value


def _permuted(value: Any, dims: Sequence[int]) -> Any:
    return value.permute(tuple(dims)) if isinstance(value, Tensor) else value.transpose(dims)


def _inverse(dims: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(range(len(dims)), key=dims.__getitem__))


def axis_of(dim: int, ndim: int) -> int:
    """Return a dimension counted from the front; one that is not there is refused. A 0-dim tensor has one."""
    bound = ndim or 1
    if not -bound <= dim < bound:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], but got {dim})"
        )
    return dim + bound if dim < 0 else dim


def check_distinct(axes: Sequence[int]) -> None:
    """Refuse a dimension that is named twice."""
    for axis in axes:
        if axes.count(axis) > 1:
            raise RuntimeError(f"dim {axis} appears multiple times in the list of dims")


def sizes_of(args: tuple[Any, ...]) -> tuple[int, ...]:
    """Return sizes given one by one or as one sequence."""
    if len(args) == 1 and isinstance(args[0], tuple | list):
        args = tuple(args[0])
    elif not args:
        raise TypeError("no sizes")
    return tuple([each if type(each) is int else _as_size(each, each is args[0]) for each in args])


def _as_size(value: Any, first: bool) -> int:
    """Return a size given as another kind of integer; TypeError for anything else, which the caller explains.

    Only in front a bool is none.
    """
    if isinstance(value, str | tuple | list) or (first and isinstance(value, bool)):
        raise TypeError("a bool is no size")
    return operator.index(value)


def _inferred(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Fill in the size given as -1."""
    known, unknown = 1, -1
    for index, size in enumerate(shape):
        if size == -1:
            if unknown >= 0:
                raise RuntimeError("only one dimension can be inferred")
            unknown = index
        elif size < 0:
            raise RuntimeError(f"invalid shape dimension {size} at index {index} of shape {list(shape)}")
        else:
            known *= size
    if unknown < 0:
        if known != count:
            raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")
        return shape
    if known == 0 and count == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size -1 "
            "can be any value and is ambiguous"
        )
    if known == 0 or count % known:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")
    return (*shape[:unknown], count // known, *shape[unknown + 1 :])


def strides_for(array: Array, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the strides (in elements) with which `array` can be seen as `shape`, None where it cannot.

    torch's rule: the new dimensions must split up blocks of old ones that lie densely in each other.
    """
    if array.size == 0:
        return storage.strides(array) if array.shape == shape else storage.contiguous_strides(shape)
    old, steps = array.shape, storage.strides(array)
    if not old:
        return (1,) * len(shape)
    found = [0] * len(shape)
    at = len(shape) - 1
    block, count, base = 1, 1, steps[-1]
    for dim in range(len(old) - 1, -1, -1):
        block *= old[dim]
        if dim == 0 or (old[dim - 1] != 1 and steps[dim - 1] != block * base):
            while at >= 0 and (count < block or shape[at] == 1):
                found[at] = count * base
                count *= shape[at]
                at -= 1
            if count != block:
                return None
            if dim > 0:
                base, block, count = steps[dim - 1], 1, 1
    return tuple(found) if at == -1 else None


def _row_major(array: Array, shape: tuple[int, ...]) -> Array:
    """Return a row-major array with another shape; NumPy does it, and what it refuses is explained."""
    try:
        if min(shape, default=0) >= -1:
            return array.reshape(shape)
    except (TypeError, ValueError):
        pass
    return array.reshape(_inferred(sizes_of((shape,)), array.size))


def _viewed(array: Array, shape: tuple[int, ...]) -> Array | None:
    """Return a view with this shape where there is one."""
    steps = strides_for(array, shape)
    return None if steps is None else storage.restride(array, shape, steps)


def view(self: Tensor, *shape: Any, **named: Any) -> Tensor:
    """Return the same elements with another shape (or of another dtype); never a copy."""
    if not shape:
        check_given("view", named)
    if named or (shape and isinstance(shape[0], dtypes.dtype)):
        from .conversion import view_dtype

        return view_dtype(self, *shape, **named) if "size" not in named else view(self, named["size"])
    array = self._array
    before = array.shape
    # Row by row the strides can only be others where a size is 0 or 1.
    if array.flags.c_contiguous and 1 not in before and 0 not in before:
        return make_view(ViewBackward0, self, _row_major(array, sizes_of(shape)), (before,))
    sizes = _inferred(sizes_of(shape), array.size)
    seen = _viewed(array, sizes)
    if seen is None:
        raise RuntimeError(NOT_VIEWABLE)
    return make_view(ViewBackward0, self, seen, (before,))


method(view)


def reshape(input: Tensor, shape: Any) -> Tensor:
    """Return the same elements with another shape: a view where possible."""
    array = input._array
    sizes = sizes_of((shape,))
    row_major, before = array.flags.c_contiguous, array.shape
    if row_major and 1 not in before and 0 not in before:
        return make_view(ViewBackward0, input, _row_major(array, sizes), (before,))
    sizes = _inferred(sizes, array.size)
    seen = _viewed(array, sizes)
    if seen is not None:
        return make_view(ViewBackward0 if row_major else ReshapeAliasBackward0, input, seen, (before,))
    copied = record(CloneBackward0, xp.ascontiguousarray(array), (input,))
    return record(UnsafeViewBackward0, copied._array.reshape(sizes), (copied,), (before,))


function(reshape)


def _named(name: str, given: Any, named: Any) -> Any:
    """Return sizes or dimensions, given one by one, as a tuple, or by name."""
    if not named:
        return sizes_of(given)
    if given or name not in named:
        raise TypeError(name)
    return named[name]


def _reshape_method(self: Tensor, *shape: Any, **named: Any) -> Tensor:
    """Return the same elements with another shape: a view where possible."""
    return reshape(self, _named("shape", shape, named))


_reshape_method.__name__ = "reshape"
method(_reshape_method)


NOT_VIEWABLE = (
    "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
    "contiguous subspaces). Use .reshape(...) instead."
)


@method
def view_as(self: Tensor, other: Tensor) -> Tensor:
    """Return a view with the shape of `other`."""
    return view(self, other._array.shape)


@method
def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """Return the same elements with the shape of `other`."""
    return reshape(self, other._array.shape)


@public
def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """Return a copy that gradients flow through; dense tensors keep their layout unless a memory format is given."""
    if memory_format is None or _preserves(memory_format):
        return record(CloneBackward0, storage.copy(input._array), (input,))
    from ..layouts import strides_in

    steps = strides_in(memory_format, input._array.shape)
    return record(CloneBackward0, storage.copied(input._array, steps), (input,))


def _preserves(memory_format: Any) -> bool:
    return bool(memory_format._name == "preserve_format")


@method
def contiguous(self: Tensor, *, memory_format: Any = None) -> Tensor:
    """Return the tensor itself where it is row-major (or has that memory format), or a copy that is."""
    if memory_format is None:
        if self._array.flags.c_contiguous:
            return self
        return record(CloneBackward0, xp.ascontiguousarray(self._array), (self,))
    if self.is_contiguous(memory_format=memory_format):
        return self
    if _preserves(memory_format):
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    return clone(self, memory_format=memory_format)


def _laid_out(array: Array) -> Array:
    """Return the array, with strides of its own where it has no elements."""
    return array if array.size else storage.explicit(array)


@public
def t(input: Tensor) -> Tensor:
    """Return a matrix transposed, as a view."""
    array = input._array
    if array.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {array.ndim}D")
    return make_view(TBackward0, input, _laid_out(array).T)


@public
def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return a view with two dimensions swapped."""
    array = input._array
    axis_of(dim0, array.ndim)
    axis_of(dim1, array.ndim)
    seen = _laid_out(array).swapaxes(dim0, dim1) if array.ndim else array[...]
    return make_view(TransposeBackward0, input, seen, (dim0, dim1) if array.ndim else (0, 0))


def permute(input: Tensor, dims: Any) -> Tensor:
    """Return a view with the dimensions in another order."""
    array = input._array
    order = sizes_of((dims,))
    if len(order) != array.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {array.ndim} is not equal to len(dims) = {len(order)}"
        )
    order = tuple([axis_of(each, array.ndim) for each in order])
    if len(set(order)) != len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return make_view(PermuteBackward0, input, _laid_out(array).transpose(order), (order,))


function(permute)


def _permute_method(self: Tensor, *dims: Any, **named: Any) -> Tensor:
    """Return a view with the dimensions in another order."""
    return permute(self, _named("dims", dims, named))


_permute_method.__name__ = "permute"
method(_permute_method)


def _reversed(self: Tensor) -> Tensor:
    """The tensor with its dimensions in reverse order, a view."""
    ndim = self._array.ndim
    if ndim == 0:
        warnings.warn(
            "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.",
            UserWarning,
            stacklevel=2,
        )
    elif ndim != 2:
        warnings.warn(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will "
            "throw an error in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch"
            ".arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
            UserWarning,
            stacklevel=2,
        )
    return permute(self, tuple(range(ndim - 1, -1, -1)))


Tensor.T = ReadOnly(_reversed, "T")


def _matrix_transposed(self: Tensor) -> Tensor:
    """The last two dimensions swapped."""
    ndim = self._array.ndim
    if ndim == 1:
        raise RuntimeError("tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.")
    if ndim == 0:
        warnings.warn(
            "Tensor.mT is deprecated on 0-D tensors. This function is the identity in these cases.",
            UserWarning,
            stacklevel=2,
        )
        return self
    return transpose(self, -2, -1)


def _warn_of_scalar(name: str) -> None:
    warnings.warn(
        f"Tensor.{name} is deprecated on 0-D tensors. This function is the identity in these cases.",
        UserWarning,
        stacklevel=3,
    )


Tensor.mT = ReadOnly(_matrix_transposed, "mT")


@public
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Return a view with a dimension of size 1 put in at `dim`."""
    array, given = input._array, dim
    dim = axis_of(dim, array.ndim + 1)
    steps = storage.strides(array)
    step = array.shape[dim] * steps[dim] if dim < array.ndim else 1
    shape = (*array.shape[:dim], 1, *array.shape[dim:])
    seen = storage.restride(array, shape, (*steps[:dim], step, *steps[dim:]))
    return make_view(UnsqueezeBackward0, input, seen, (given,))


@public
def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """Return a view without the dimensions of size 1, or without those of size 1 among `dim`."""
    array = _laid_out(input._array)
    if dim is None:
        return make_view(SqueezeBackward0, input, array.squeeze(), (array.shape,))
    several = isinstance(dim, tuple | list)
    axes = [axis_of(each, array.ndim) for each in (dim if several else (dim,))]
    check_distinct(axes)
    dropped = tuple(axis for axis in axes if array.ndim and array.shape[axis] == 1)
    kind = SqueezeBackward2 if several else SqueezeBackward1
    return make_view(kind, input, array.squeeze(dropped) if dropped else array[...], (array.shape, dim))


def expand(self: Tensor, *sizes: Any, implicit: bool = False) -> Tensor:
    """Return a view in which dimensions of size 1 (and new ones in front) repeat without being copied."""
    check_given("expand", sizes)
    array = self._array
    wanted = sizes_of(sizes)
    lead = len(wanted) - array.ndim
    if lead < 0:
        raise RuntimeError(
            f"expand({type_in_messages(self)}{{{list(array.shape)}}}, size={list(wanted)}): the number of sizes provided "
            f"({len(wanted)}) must be greater or equal to the number of dimensions in the tensor ({array.ndim})"
        )
    if not array.ndim and any(size < 0 for size in wanted):
        raise RuntimeError("numel: integer multiplication overflow")
    steps, shape = list(storage.strides(array)), []
    found = []
    for at, size in reversed(list(enumerate(wanted))):
        own = array.shape[at - lead] if at >= lead else 1
        if size == -1 and at < lead:
            raise RuntimeError(
                f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {at}"
            )
        size = own if size == -1 else size
        if own not in (1, size):
            raise RuntimeError(
                f"The expanded size of the tensor ({size}) must match the existing size ({own}) at non-singleton "
                f"dimension {at}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(array.shape)}"
            )
        if size < 0:
            raise RuntimeError("numel: integer multiplication overflow")
        shape.append(size)
        if at >= lead:
            found.append(steps[at - lead] if own == size else 0)
        else:
            found.append(0 if size != 1 else _outer_step(array, steps))
    seen = storage.restride(array, shape[::-1], found[::-1])
    return make_view(ExpandBackward0, self, seen, (array.shape,))


def type_in_messages(self: Tensor) -> str:
    """Return the type of a tensor as C++ names it: like `type()`, except for bool and complex numbers."""
    kind = self._array.dtype.kind
    return f"{'CUDA' if self.is_cuda else 'CPU'}{self.dtype._scalar}Type" if kind in "bc" else self.type()


def _outer_step(array: Array, steps: list[int]) -> int:
    return array.shape[0] * steps[0] if array.ndim else 0


method(expand)


@method
def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """Return a view expanded to the shape of `other`."""
    return expand(self, other._array.shape)


@public
def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """Return a view expanded to `size`."""
    return expand(input, sizes_of((size,)))


@method
def is_same_size(self: Tensor, other: Tensor) -> bool:
    """Return whether another tensor has the same sizes."""
    return bool(self._array.shape == other._array.shape)

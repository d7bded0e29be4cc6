"""Products of vectors and matrices. `matmul` is made of the others, as in torch, and so are its derivatives."""

from __future__ import annotations

import math
from typing import Any

from .. import backend, both, dtypes, scalars
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast
from .holomorphic import suited
from .registry import operator, public
from .shape import (
    SqueezeBackward4,
    UnsafeViewBackward0,
    contiguous,
    expand,
    reshape,
    squeeze,
    t,
    transpose,
    unsqueeze,
)

__all__ = ["addmm", "linear", "matmul"]

Strides = tuple[tuple[int, ...], tuple[int, ...]]  # of both factors of a product, in bytes


def _times_transposed(g: Any, other: Any) -> Any:
    return both.matmul(g, other.swapaxes(-1, -2))


def _transposed_times(self: Any, g: Any) -> Any:
    return both.matmul(self.swapaxes(-1, -2), g)


def _first_slope(g: Any, second: Any, strides: Strides, alpha: Any = 1) -> Any:
    """Return g @ second.T, laid out as the first factor was: then a leaf behind a transpose can take it over."""
    if _by_columns(g.shape[0], both.plain(second), strides[0]):
        found = both.transposed(both.matmul(second, both.transposed(g)))
    else:
        found = both.matmul(g, both.transposed(second))
    return found if alpha == 1 else found * alpha


def _second_slope(g: Any, first: Any, strides: Strides, alpha: Any = 1) -> Any:
    """Return first.T @ g, laid out as the second factor was."""
    if _by_columns(first.shape[1], both.plain(first), strides[1]):
        found = both.transposed(both.matmul(both.transposed(g), first))
    else:
        found = both.matmul(both.transposed(first), g)
    return found if alpha == 1 else found * alpha


def _by_columns(rows: int, like: Array, strides: tuple[int, ...]) -> bool:
    """Return whether a matrix of so many rows, with elements as those of `like`, lay in memory column by column."""
    return bool(strides == (like.itemsize, like.itemsize * rows))


MmBackward0 = derivative(
    "MmBackward0",
    args="strides",
    self=lambda g, mat2, strides: _first_slope(g, mat2, strides),
    mat2=lambda g, self, strides: _second_slope(g, self, strides),
)
BmmBackward0 = derivative(
    "BmmBackward0",
    self=lambda g, mat2: _times_transposed(g, mat2),
    mat2=lambda g, self: _transposed_times(self, g),
)
MvBackward0 = derivative(
    "MvBackward0",
    self=lambda g, vec: g.reshape((-1, 1)) * vec.reshape((1, -1)),
    vec=lambda g, self: both.transposed(self) @ g,
)
DotBackward0 = derivative("DotBackward0", self=lambda g, tensor: g * tensor, tensor=lambda g, self: g * self)
AddmmBackward0 = derivative(
    "AddmmBackward0",
    args="beta alpha strides",
    self=lambda g, beta: g if beta == 1 else g * beta,
    mat1=lambda g, mat2, alpha, strides: _first_slope(g, mat2, strides, alpha),
    mat2=lambda g, mat1, alpha, strides: _second_slope(g, mat1, strides, alpha),
)


def _is_transposed(array: Array) -> bool:
    flags = array.flags
    return bool(flags.f_contiguous and not flags.c_contiguous)


def _product(x: Array, y: Array) -> Array:
    """Return the product of two matrices.

    Few rows times a large transposed matrix, as in `linear`, take up to half as long the other way round: BLAS packs
    the right operand anew in each call. The copy that brings the result in order is small beside that.
    """
    if len(y) == 1 and 1 in (len(x), y.shape[1]):
        return x * y  # NumPy adds up multiples, and leaves out what is 0 times nan
    if len(x) < y.shape[1] and len(y) >= 256 and _is_transposed(y):
        return y.T.dot(x.T).T.copy()
    return x.dot(y)


def _check_dtypes(a: Tensor, b: Tensor) -> None:
    if a._array.dtype != b._array.dtype:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {dtypes.c_name(a.dtype)} != {dtypes.c_name(b.dtype)}"
        )


def _refuse_bool(kernel: str, x: Array) -> None:
    if x.dtype.kind == "b":
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


def _check_inner(x: Array, y: Array) -> None:
    if x.shape[1] != y.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({x.shape[0]}x{x.shape[1]} and {y.shape[0]}x{y.shape[1]})"
        )


@public
def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """Return the product of two matrices."""
    x, y = input._array, mat2._array
    if x.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if y.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    _check_inner(x, y)
    if x.dtype is not y.dtype:
        _check_dtypes(input, mat2)
    if x.size and y.size:
        _refuse_bool("addmm_impl_cpu_", x)
    return record(suited(MmBackward0, x), _product(x, y), (input, mat2), ((x.strides, y.strides),))


@public
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """Return the product of each pair of matrices in two batches."""
    x, y = input._array, mat2._array
    if x.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if y.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")
    if y.shape[:2] != (x.shape[0], x.shape[2]):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{x.shape[0]}, {x.shape[2]}] but got: "
            f"[{y.shape[0]}, {y.shape[1]}]."
        )
    if x.size and y.size:
        if x.dtype.kind == "b" or x.dtype != y.dtype:
            _refuse_bool("bmm", x)
            raise RuntimeError(f"expected scalar type {input.dtype._scalar} but found {mat2.dtype._scalar}")
    elif x.dtype != y.dtype:  # nothing is multiplied
        x = both.cast(x, y.dtype)
    return record(suited(BmmBackward0, x), xp.matmul(x, y), (input, mat2))


@public
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """Return the product of a matrix and a vector."""
    x, y = input._array, vec._array
    if not x.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if x.ndim != 2 or y.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {1}, {x.ndim}, {y.ndim}")
    if x.shape[1] != y.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({x.shape[0]}), mat ({x.shape[0]}x{x.shape[1]}), vec ({y.shape[0]})"
        )
    if x.dtype != y.dtype:
        names = f"{vec.dtype._scalar}, {input.dtype._scalar}, and {vec.dtype._scalar}"
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {names}")
    if x.size:
        _refuse_bool("addmv_impl_cpu", x)
    return record(suited(MvBackward0, x), x[:, 0] * y if y.size == 1 else x.dot(y), (input, vec))


def _conjugate_late(result: Tensor, x: Array, y: Array) -> None:
    """Let a product of two conjugates be the conjugate of the product, as torch computes it."""
    from ..unresolved import is_conjugated, stored_conjugated

    if is_conjugated(x) and is_conjugated(y):
        result._array = stored_conjugated(result._array)


@public
def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """Return the inner product of two vectors."""
    x, y = input._array, tensor._array
    if x.ndim != 1 or y.ndim != 1:
        ranks = (y.ndim, x.ndim) if tensor.is_conj() and not input.is_conj() else (x.ndim, y.ndim)
        raise RuntimeError(f"1D tensors expected, but got {ranks[0]}D and {ranks[1]}D tensors")
    if x.dtype != y.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{input.dtype._scalar} and {tensor.dtype._scalar}"
        )
    if x.shape != y.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{x.shape[0]}] and src [{y.shape[0]}] to have the same number "
            f"of elements, but got {x.shape[0]} and {y.shape[0]} elements respectively"
        )
    _refuse_bool("dot", x)
    result = record(suited(DotBackward0, x), x.dot(y), (input, tensor))
    if type(x) is not backend.ndarray and type(y) is not backend.ndarray:
        _conjugate_late(result, x, y)
    return result


@public
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """Return `beta * input + alpha * (mat1 @ mat2)`."""
    bias, x, y = input._array, mat1._array, mat2._array
    if bias.dtype != y.dtype:
        raise RuntimeError(
            f"self and mat2 must have the same dtype, but got {input.dtype._scalar} and {mat2.dtype._scalar}"
        )
    if x.dtype != y.dtype:
        raise RuntimeError(
            f"mat1 and mat2 must have the same dtype, but got {mat1.dtype._scalar} and {mat2.dtype._scalar}"
        )
    if x.ndim != 2:
        raise RuntimeError("mat1 must be a matrix, got " + f"{x.ndim}-D tensor")
    if y.ndim != 2:
        raise RuntimeError("mat2 must be a matrix, got " + f"{y.ndim}-D tensor")
    _check_inner(x, y)
    shape = (x.shape[0], y.shape[1])
    if bias.shape != shape and bias.shape != shape[1:]:
        expand(input, shape)  # refuses what does not fit
    if x.size and y.size:
        _refuse_bool("addmm_impl_cpu_", x)
    array = _product(x, y)
    if array.size:
        if x.dtype.kind in "iu":
            beta, alpha = (scalars.stored(each, mat1.dtype).item() for each in (beta, alpha))
        if alpha != 1:
            array *= alpha
        array += bias if beta == 1 else bias * beta
    return record(
        suited(AddmmBackward0, array), array, (input, mat1, mat2), (beta, alpha, (x.strides, y.strides))
    )


@public
def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Return the matrix product; dimensions in front of the last two are batches and broadcast."""
    if out is not None:
        from .contraction import matmul_into

        found: Tensor = matmul_into(out, input, other)
        return found
    x, y = input._array, other._array
    if x.ndim == 2 and y.ndim == 2:
        result = mm(input, other)
    elif x.ndim == 0 or y.ndim == 0:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {x.ndim}D and {y.ndim}D"
        )
    elif x.ndim == 1 and y.ndim == 1:
        result = dot(input, other)
    elif x.ndim == 2 and y.ndim == 1:
        result = mv(input, other)
    elif x.ndim == 1 and y.ndim == 2:
        product = mm(unsqueeze(input, 0), other)
        result = record(SqueezeBackward4, product._array.reshape(-1), (product,), (product._array.shape, 0))
        result._counter = [1]  # torch takes the dimension away in place
    else:
        result = matmul_of_batches(input, other)
    return result


def matmul_of_batches(a: Tensor, b: Tensor) -> Tensor:
    """Multiply where one has three dimensions or more: fold one into a matrix if the other is one, else `bmm`."""
    x, y = a._array.ndim, b._array.ndim
    if x == y == 3 and (a._array.shape[0] == 1) != (b._array.shape[0] == 1):
        if a._array.shape[0] == 1 and a.requires_grad:
            a, x = squeeze(a, 0), 2
        elif b._array.shape[0] == 1 and b.requires_grad:
            b, y = squeeze(b, 0), 2
    if y <= 2 and x >= 3 and _should_fold(a, b):
        return _folded(a, b)
    if x <= 2 and y >= 3 and (a.requires_grad or (x == 1 and _should_fold(transpose(b, -1, -2), a))):
        flipped = transpose(b, -1, -2)
        other = t(a) if x == 2 else a
        product = _folded(flipped, other)
        if x == 1:
            return product
        return contiguous(transpose(product, -1, -2))
    return _broadcast_bmm(a, b)


def _should_fold(large: Tensor, small: Tensor) -> bool:
    """Return whether a batch is multiplied as one long matrix: always if the other factor wants a gradient."""
    array = large._array
    if small.requires_grad or not array.size:
        return True
    steps, shape = array.strides, array.shape
    return all(steps[at] == steps[at + 1] * shape[at + 1] for at in range(array.ndim - 2))


def _folded(a: Tensor, b: Tensor) -> Tensor:
    """Multiply a batch of matrices by one matrix (or vector) as one long matrix."""
    shape = a._array.shape
    rows = reshape(a, (math.prod(shape[:-1]), shape[-1]))
    product = mm(rows, b) if b._array.ndim == 2 else mv(rows, b)
    wanted = (*shape[:-1], *b._array.shape[1:])
    return record(UnsafeViewBackward0, product._array.reshape(wanted), (product,), (product._array.shape,))


def _broadcast_bmm(a: Tensor, b: Tensor) -> Tensor:
    x, y = a._array.shape, b._array.shape
    rows, columns = x[-2:-1], y[-1:] if len(y) > 1 else ()
    inner = y[-2:] if len(y) > 1 else y
    check_broadcast(x[:-2], y[:-2])
    lead = backend.broadcast_shapes(x[:-2], y[:-2])
    count = math.prod(lead)
    one = reshape(expand(a, (*lead, *(rows or (1,)), x[-1])), (count, *(rows or (1,)), x[-1]))
    two = reshape(expand(b, (*lead, *inner)), (count, *inner))
    product = bmm(one, two if columns else unsqueeze(two, 2))
    wanted = (*lead, *rows, *columns)
    return record(UnsafeViewBackward0, product._array.reshape(wanted), (product,), (product._array.shape,))


@operator("__matmul__")
def _matmul(self: Tensor, other: Any) -> Any:
    if isinstance(other, Tensor):
        return matmul(self, other)
    if isinstance(other, backend.ndarray):  # NumPy multiplies, and makes a tensor of the product
        return wrap(backend.as_array(self.numpy() @ other))
    return NotImplemented


@operator("__rmatmul__")
def _rmatmul(self: Tensor, other: Any) -> Any:
    return matmul(other, self) if isinstance(other, Tensor) else NotImplemented


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return `input @ weight.T + bias`."""
    x = input._array
    if not x.ndim or not weight._array.ndim:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {x.ndim}D and {weight._array.ndim}D"
        )
    turned = t(weight)
    if bias is None:
        product: Tensor = matmul(input, turned)
        return product
    if x.ndim == 2:
        return addmm(bias, input, turned)
    added = bias._array
    vector = added.ndim == 1 or sum(size != 1 for size in added.shape) == 1
    if not (x.flags.c_contiguous and added.flags.c_contiguous and vector):
        biased: Tensor = matmul(input, turned).add_(bias)
        return biased
    rows = addmm(bias, input.view(math.prod(x.shape[:-1]), x.shape[-1]), turned)
    viewed: Tensor = rows.view(*x.shape[:-1], rows._array.shape[1])
    return viewed

"""Functions that mean the same for bare arrays and for tensors: what derivative rules use besides operators.

A rule is written once. In an ordinary backward pass it gets arrays, and these functions are NumPy's; with
`create_graph` it gets tensors, and they are the recorded operations. Rules may also use `+ - * / ** @ -x`,
comparisons, `.shape`, `.ndim`, `.reshape(shape)` and `.swapaxes(a, b)`, which arrays and tensors share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import backend, dtypes, storage
from .backend import Array, xp
from .tensor import Tensor, wrap

__all__ = ["cast", "sum_to"]

Both = Any  # an array, a NumPy scalar (of a 0-dim result) or a tensor


def _unary(array_function: Any, method: str) -> Any:
    """Pair a NumPy function with the tensor method of the same meaning."""

    def function(value: Both) -> Both:
        return getattr(value, method)() if isinstance(value, Tensor) else array_function(value)

    return function


def signs(x: Array) -> Array:
    """Return the sign of each element; that of nan is 0."""
    found: Array = xp.sign(x)
    if x.dtype.kind == "f" and xp.isnan(found).any():
        return xp.where(xp.isnan(found), backend.zero(x.dtype), found)
    return found


exp = _unary(xp.exp, "exp")
log = _unary(xp.log, "log")
log1p = _unary(xp.log1p, "log1p")
sin = _unary(xp.sin, "sin")
cos = _unary(xp.cos, "cos")
unit = _unary(signs, "sgn")
sinh = _unary(xp.sinh, "sinh")
cosh = _unary(xp.cosh, "cosh")
tanh = _unary(xp.tanh, "tanh")
sqrt = _unary(xp.sqrt, "sqrt")
reciprocal = _unary(xp.reciprocal, "reciprocal")
rsqrt = _unary(lambda x: xp.reciprocal(xp.sqrt(x)), "rsqrt")
sign = _unary(signs, "sign")
absolute = _unary(xp.absolute, "abs")


NO_NEGATION = (
    "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or "
    "`logical_not()` operator instead."
)


def where(condition: Both, a: Both, b: Both) -> Both:
    """Choose elementwise; a Python number takes the dtype of the other choice."""
    for each in (condition, a, b):
        if isinstance(each, Tensor):
            return each.__class__._where(condition, a, b)
    chosen = xp.where(condition, a, b)
    if chosen.ndim > 1 and not (chosen.flags.c_contiguous and condition.flags.c_contiguous):
        chosen = storage.laid_out(chosen, [each for each in (condition, a, b) if hasattr(each, "strides")])
    for each in (a, b):
        if hasattr(each, "dtype"):
            return chosen if chosen.dtype == each.dtype else chosen.astype(each.dtype)
    return chosen


def keep(value: Both, kept: Array) -> Both:
    """Return the elements where the mask holds and 0 elsewhere, also in place of inf and nan."""
    if isinstance(value, Tensor):
        return value._where(wrap(kept), value, 0)
    if value.size < _MANY or value.itemsize not in _INTEGERS:
        return xp.where(kept, value, backend.zero(value.dtype))
    # A mask of bits: `where` decides for each element anew, and a processor cannot foresee a random mask.
    integers = _INTEGERS[value.itemsize]
    return (value.view(integers) & -kept.astype(integers)).view(value.dtype)


_MANY = 2048
_INTEGERS = {1: xp.int8, 2: xp.int16, 4: xp.int32, 8: xp.int64}


def mask_out(value: Both, masked: Array) -> Both:
    """Return 0 where the mask holds, also in place of inf and nan, and the elements elsewhere, row by row."""
    if isinstance(value, Tensor):
        return value.masked_fill(wrap(backend.as_array(masked)), 0)
    found = keep(value, xp.logical_not(masked))
    return xp.ascontiguousarray(found) if found.ndim else found


def blank(value: Both, masked: Array) -> Both:
    """Fill a new value with 0 where the mask holds: in place, so that a tensor keeps its layout."""
    if isinstance(value, Tensor):
        return value.masked_fill_(wrap(backend.as_array(masked)), 0)
    found = keep(value, xp.logical_not(masked))
    return found if value.ndim < 2 or value.flags.c_contiguous else storage.laid_out(found, [value])


def keep_where(value: Both, chooser: Both) -> Both:
    """Return the elements where `chooser` is not 0 (nan is not), and 0 elsewhere."""
    if isinstance(value, Tensor):
        return keep(value, plain(chooser) != 0)
    if value.size < _MANY:  # `where` looks at the numbers itself
        return xp.where(chooser, value, backend.zero(value.dtype))
    return keep(value, chooser != 0)


def matmul(a: Both, b: Both) -> Both:
    """Return the product of matrices, or of batches of them: of tensors as torch's rules write it, `mm` or `bmm`."""
    if isinstance(a, Tensor) and a.ndim == b.ndim == 3:
        return a.bmm(b)
    if isinstance(a, Tensor) or a.ndim > 2:
        return a @ b
    return a.dot(b)  # for two matrices this starts faster than `@`


def conj(value: Both) -> Both:
    """Return the complex conjugate, and what is real as it is."""
    if isinstance(value, backend.arrays):
        return value.conj() if value.dtype.kind == "c" else value
    if isinstance(value, Tensor):
        return value.conj() if value._array.dtype.kind == "c" else value
    return value.conjugate() if isinstance(value, complex | xp.complexfloating) else value


def real(value: Both) -> Both:
    """Return the real part."""
    return value.real


def imag(value: Both) -> Both:
    """Return the imaginary part, 0 where a value has none."""
    if isinstance(value, Tensor):
        return value.imag if value._array.dtype.kind == "c" else zeros_like(value)
    return xp.imag(value)


def complex_to_pairs(value: Both) -> Both:
    """See complex numbers as pairs of real ones, along a new last dimension; real ones get the part 0."""
    if isinstance(value, Tensor):
        from .ops.complex import view_as_real

        found: Both = view_as_real(value.resolve_conj())
        return found
    if value.dtype.kind != "c":
        value = value.astype(xp.complex64 if value.dtype.itemsize < 8 else xp.complex128)
    made: Both = xp.expand_dims(value, -1).view(value.real.dtype)
    return made


def pairs_to_complex(value: Both) -> Both:
    """See pairs of real numbers along the last dimension as complex ones."""
    if isinstance(value, Tensor):
        from .ops.complex import view_as_complex

        found: Both = view_as_complex(value.contiguous())
        return found
    if value.strides[-1] != value.itemsize:
        value = value.copy()
    return value.view(xp.complex64 if value.dtype.itemsize < 8 else xp.complex128)[..., 0]


def cast(value: Both, dtype: Any) -> Both:
    """Convert to an array dtype; the real part where a complex gradient belongs to a real tensor."""
    if isinstance(value, Tensor):
        if value._array.dtype.kind == "c" and dtype.kind != "c":
            value = value.real
        return value.to(dtypes.of(dtype))
    if value.dtype.kind == "c" and dtype.kind != "c":
        value = value.real
    return value.astype(dtype)


def sum_to(value: Both, shape: Sequence[int]) -> Both:
    """Sum over the dimensions along which `shape` was broadcast."""
    if not shape and value.ndim:
        return value.sum()
    lead = value.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(
        axis + lead for axis, size in enumerate(shape) if size == 1 and value.shape[axis + lead] != 1
    )
    if axes:
        value = (
            value.sum(axes, keepdim=True)
            if isinstance(value, Tensor)
            else xp.ascontiguousarray(value.sum(axis=axes, keepdims=True))
        )
    return value.reshape(tuple(shape)) if lead else value


def expand(value: Both, shape: Sequence[int]) -> Both:
    """Broadcast without copying; an array itself where it has the shape."""
    if isinstance(value, Tensor):
        return value.expand(tuple(shape))
    if value.shape == tuple(shape):
        return value
    return xp.broadcast_to(value, tuple(shape))


def zeros_like(value: Both) -> Both:
    """Return zeros of the same shape and dtype, laid out alike."""
    if not isinstance(value, Tensor):
        return xp.zeros_like(value)
    array = storage.empty_like(value._array, value._array.dtype)
    array[...] = 0
    return wrap(array)


def plain(value: Both) -> Any:
    """Return the array itself: for masks and the like, through which no gradient flows."""
    return value._array if isinstance(value, Tensor) else value


def like(value: Any, model: Both) -> Both:
    """Return a constant array as what `model` is: a tensor or an array."""
    if isinstance(model, Tensor):
        return wrap(backend.as_array(value))
    return value


def take_flat(value: Both, index: Array) -> Both:
    """Return the elements at positions counted in row-major order."""
    flat = value.reshape((-1,))
    return flat[wrap(index)] if isinstance(value, Tensor) else flat[index]


def put_flat(value: Both, index: Array, shape: Sequence[int]) -> Both:
    """Return zeros of `shape` to which the elements of `value` are added at these positions."""
    count = math.prod(shape)
    if isinstance(value, Tensor):
        return value._zeros((count,)).index_put((wrap(index),), value, accumulate=True).reshape(tuple(shape))
    if value.dtype.kind != "c" and xp.size(index) > 64:  # counting with weights is the fastest way to add up
        flat = xp.bincount(xp.ravel(index % count if count else index), xp.ravel(value), count)
        return flat.astype(value.dtype).reshape(shape)
    flat = xp.zeros(count, value.dtype)
    xp.add.at(flat, index, value)
    return flat.reshape(shape)


def total(value: Both, dim: int) -> Both:
    """Sum along a dimension, which stays with size 1."""
    if not value.ndim:
        return value
    return value.sum(dim, keepdim=True) if isinstance(value, Tensor) else value.sum(axis=dim, keepdims=True)


def average(value: Both, dim: Any) -> Both:
    """Average over dimensions (None stands for all), which stay with size 1."""
    if not value.ndim:
        return value
    if isinstance(value, Tensor):
        return value.mean(tuple(range(value.ndim)) if dim is None else dim, keepdim=True)
    dim = dim or None if isinstance(dim, tuple) else dim
    if not value.size:  # NumPy warns of the mean of nothing
        return value.sum(axis=dim, keepdims=True) / value.dtype.type(0)
    return value.mean(axis=dim, keepdims=True)


def stack(values: Sequence[Both], dim: int) -> Both:
    """Join along a new dimension."""
    if isinstance(values[0], Tensor):
        from .ops.joining import stack as stack_tensors

        return stack_tensors(values, dim)
    return xp.stack(values, axis=dim)


def join(values: Sequence[Both], dim: int) -> Both:
    """Join along a dimension."""
    if isinstance(values[0], Tensor):
        from .ops.joining import cat

        return cat(values, dim)
    return xp.concatenate(values, axis=dim)


def flip(value: Both, dim: int) -> Both:
    """Reverse the order along a dimension."""
    return value.flip(dim) if isinstance(value, Tensor) else xp.flip(value, dim).copy()


def permute(value: Both, dims: Sequence[int]) -> Both:
    """Return the dimensions in another order."""
    return value.permute(tuple(dims)) if isinstance(value, Tensor) else xp.transpose(value, dims)


def diagonal(value: Both, offset: int, dims: tuple[int, int]) -> Both:
    """Return the diagonals as a new last dimension."""
    return value.diagonal(offset, *dims) if isinstance(value, Tensor) else xp.diagonal(value, offset, *dims)


def turn(value: Both, k: int, dims: tuple[int, int]) -> Both:
    """Turn by `k` quarters in the plane of two dimensions."""
    if isinstance(value, Tensor):
        return value.rot90(k, dims)
    if k % 4 in (0, 2):
        return (xp.flip(value, dims) if k % 4 else value).copy(order="K")
    return xp.flip(value, dims[1 if k % 4 == 1 else 0]).copy(order="K").swapaxes(*dims)


def running_product(value: Both, dim: int) -> Both:
    """Return the products of all elements so far along a dimension."""
    return value.cumprod(dim) if isinstance(value, Tensor) else xp.cumprod(value, axis=dim)


def running_sum(value: Both, dim: int) -> Both:
    """Return the sums of all elements so far along a dimension."""
    return value.cumsum(dim) if isinstance(value, Tensor) else xp.cumsum(value, axis=dim)


def transposed(value: Both) -> Both:
    """Turn a matrix."""
    return value.t() if isinstance(value, Tensor) else value.T


def _erf_array(x: Array) -> Array:
    """Return the error function."""
    if x.dtype.itemsize < 8:
        return _erf_of_single(x)
    small, rest, a = _erf_parts(x)
    return xp.copysign(xp.where(a <= 0.46875, small, 1 - rest), x).astype(x.dtype)


def _erf_of_single(x: Array) -> Array:
    """Return the error function to the precision of float32: x times a rational function of x * x, in float64.

    The coefficients minimise the relative error where |x| is less than 3.95 (it is below 2e-9), by iteratively
    reweighted least squares; beyond, float32 has no number between erf(x) and 1.
    """
    wide = xp.clip(x.astype(xp.float64), -3.95, 3.95)
    square = wide * wide
    found = _ratio(square, _ERF_SINGLE)
    found *= wide
    return found.astype(x.dtype)


def erfc_array(x: Array) -> Array:
    """Return 1 minus the error function, exact also where that is nearly 1."""
    small, rest, a = _erf_parts(x)
    found = xp.where(a <= 0.46875, 1 - xp.copysign(small, x), xp.where(x < 0, 2 - rest, rest))
    return found.astype(x.dtype)


def _erf_parts(x: Array) -> tuple[Array, Array, Array]:
    """Return erf of small |x|, erfc of large |x|, and |x|, by the rational approximations of W. J. Cody (1969)."""
    a = xp.abs(x).astype(xp.float64)
    square = a * a
    small = a * _ratio(square, _ERF_SMALL)
    return small, xp.exp(-square) * _scaled_tail(a), a


def scaled_erfc(a: Array) -> Array:
    """Return `exp(a * a) * erfc(a)` of numbers from 0 on, in double precision."""
    small = a * _ratio(a * a, _ERF_SMALL)
    return xp.where(a <= 0.46875, xp.exp(a * a) * (1 - small), _scaled_tail(a))


def _scaled_tail(a: Array) -> Array:
    """Return `exp(a * a) * erfc(a)` of large a."""
    middle = _ratio(a, _ERF_MIDDLE)
    inverse = 1 / xp.maximum(a * a, 1)
    tail = (1 / math.sqrt(math.pi) - inverse * _ratio(inverse, _ERF_TAIL)) / xp.maximum(a, 1)
    return xp.where(a <= 4, middle, tail)


def _ratio(x: Array, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> Array:
    over, under = [_polynomial(each, x) for each in coefficients]
    over /= under
    return over


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """Return a polynomial, the highest power first; one array is all that it takes."""
    found = x * coefficients[0]
    for each in coefficients[1:-1]:
        found += each
        found *= x
    found += coefficients[-1]
    return found


_ERF_SINGLE = (
    (
        *(-1.296891912917485e-08, 4.6408020961215675e-06, 3.77950193646973e-04, 3.8433901900810944e-03),
        *(5.4275014575560415e-02, 1.8516853287361107e-01, 1.128379169240088),
    ),
    (
        *(6.269599154903791e-05, 1.3040845274244384e-03, 1.5443803992814e-02, 1.1391106409075903e-01),
        *(4.974347489225408e-01, 1.0),
    ),
)
_ERF_SMALL = (
    (
        1.85777706184603153e-1,
        3.16112374387056560e0,
        1.13864154151050156e2,
        3.77485237685302021e2,
        3.20937758913846947e3,
    ),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_ERF_MIDDLE = (
    (
        *(2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1),
        *(2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3),
        1.23033935479799725e3,
    ),
    (
        *(1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3),
        *(3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
    ),
)
_ERF_TAIL = (
    (
        *(1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1),
        *(1.60837851487422766e-2, 6.58749161529837803e-4),
    ),
    (
        *(1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2),
        2.33520497626869185e-3,
    ),
)
erf = _unary(_erf_array, "erf")


def clip(value: Both, low: float, high: float) -> Both:
    """Limit each element to a range."""
    return value.clamp(low, high) if isinstance(value, Tensor) else xp.clip(value, low, high)


def at_least(value: Both, low: float) -> Both:
    """Raise what is smaller than `low` to it."""
    return (
        value.clamp(min=low) if isinstance(value, Tensor) else xp.maximum(value, xp.asarray(low, value.dtype))
    )


def take_or_zero(value: Both, places: Array) -> Both:
    """Return the elements at row-major positions, and 0 for the position -1."""
    inside = places >= 0
    return keep(take_flat(value, xp.where(inside, places, 0)), inside)


def put_or_drop(value: Both, places: Array, shape: Sequence[int]) -> Both:
    """Add the elements of `value` to zeros of `shape` at row-major positions; those for -1 are dropped."""
    inside = places >= 0
    return put_flat(keep(value, inside), xp.where(inside, places, 0), shape)

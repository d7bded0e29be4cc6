"""Products, variances, norms, softmax and the like over dimensions, beside their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import both, dtypes
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record, record_several, refuse_integral
from ..return_types import structured
from ..tensor import Tensor, wrap
from .backward_kernels import in_single, log_softmax_backward, softmax_backward
from .broadcasting import row_major
from .conversion import warn_of_complex
from .holomorphic import refuse_complex, refuse_complex_gradient, suited
from .inplace import MISMATCH
from .outputs import into
from .reductions import _shared_along, as_given, axes_of, shared_among, spread, unreduced
from .registry import explained, public
from .shape import axis_of

__all__: list[str] = []

ProdBackward0 = derivative(
    "ProdBackward0",
    args="shape",
    self=lambda g, self, result, shape: _product_slope(g, _like_gradient(self, g), result, None),
)
ProdBackward1 = derivative(
    "ProdBackward1",
    args="shape dim keepdim",
    self=lambda g, self, result, shape, dim, keepdim: _product_slope(
        unreduced(g, shape, dim, keepdim),
        _like_gradient(self, g),
        unreduced(result, shape, dim, keepdim),
        dim[0],
    ),
)
LogsumexpBackward0 = derivative(
    "LogsumexpBackward0",
    args="shape dim keepdim",
    self=lambda g, self, result, shape, dim, keepdim: (
        unreduced(g, shape, dim, keepdim) * both.exp(self - unreduced(result, shape, dim, keepdim))
    ),
)
SoftmaxBackward0 = derivative(
    "SoftmaxBackward0",
    args="dim",
    self=lambda g, result, dim: softmax_backward(g, result, dim),
)
LogSoftmaxBackward0 = derivative(
    "LogSoftmaxBackward0", args="dim", self=lambda g, result, dim: log_softmax_backward(g, result, dim)
)
LinalgVectorNormBackward0 = derivative(
    "LinalgVectorNormBackward0",
    args="ord shape dim keepdim",
    self=lambda g, self, result, ord, shape, dim, keepdim: norm_slope(
        _beside(g, shape, dim, keepdim), self, _beside(result, shape, dim, keepdim), ord, dim
    ),
)


def _like_gradient(value: Any, g: Any) -> Any:
    """Return the factors in the dtype that their product was taken in."""
    want = both.plain(g).dtype
    return value if both.plain(value).dtype == want else both.cast(value, want)


def _product_slope(g: Any, value: Any, result: Any, dim: int | None) -> Any:
    """Send the gradient of a product to each factor: times the quotient, or (with a zero) the product of the others."""
    if not value.ndim:
        return g
    if both.plain(value).all():
        return g * (result / value)
    shape = tuple(value.shape)
    if dim is None:
        return times_others(g, value.reshape((-1,)), 0).reshape(shape)
    return times_others(g, value, dim % len(shape))


def times_others(g: Any, value: Any, dim: int) -> Any:
    """Multiply, for each element, by the product of the others along a dimension; of complex ones by its conjugate."""
    dim %= value.ndim
    count = value.shape[dim]
    if count == 1:
        return g
    lead = (*[slice(None)] * dim,)
    ones = both.like(xp.ones_like(both.plain(value)[(*lead, slice(0, 1))]), value)
    before = both.running_product(both.join([ones, value[(*lead, slice(0, count - 1))]], dim), dim)
    turned = both.flip(value[(*lead, slice(1, None))], dim)
    after = both.flip(both.running_product(both.join([ones, turned], dim), dim), dim)
    return g * (before * after)


def _beside(g: Any, shape: tuple[int, ...], dim: Any, keepdim: bool) -> Any:
    """Give what belongs to a norm its dimensions back, but where it is that of all elements: then 0 do as well."""
    return g if dim is None else unreduced(g, shape, dim, keepdim)


def norm_slope(g: Any, value: Any, result: Any, order: float, dim: Any) -> Any:
    """Return the gradient of the elements of a norm from that of the norm; steps and layouts are torch's."""
    if order == 0:
        return None
    if order == 1:
        return both.unit(value) * g
    nothing = both.plain(result) == 0
    if order == 2:
        return g * both.blank(value / result, nothing)
    if math.isinf(order):
        size = xp.abs(both.plain(value))
        reached = (size == both.plain(result)) | xp.isnan(size)
        return both.unit(value) * shared_among(g, reached, dim)
    if order < 1:
        steep = both.blank(both.absolute(value) ** (order - 1), both.plain(value) == 0)
        return both.unit(value) * steep * g * result ** (1 - order)
    if order < 2:
        scaled = both.unit(value) * both.absolute(value) ** (order - 1)
    else:
        scaled = value * both.absolute(value) ** (order - 2)
    return scaled * both.blank(g / result ** (order - 1), nothing)


@public
def prod(input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the product of all elements, or along a dimension."""
    if dim is not None and not isinstance(dim, int):
        raise TypeError("prod")
    refuse_integral(input, dtype)
    x = input._array if dtype is None else input._array.astype(dtype._numpy, copy=False)
    want = xp.int64 if x.dtype.kind in "biu" and dtype is None else x.dtype
    if dim is None:
        return record(suited(ProdBackward0, x), xp.prod(x, dtype=want), (input,), (x.shape,))
    axes = (axis_of(dim, x.ndim),)
    array = row_major(xp.prod(x, axis=axes, dtype=want, keepdims=keepdim)) if x.ndim else x.astype(want)
    return record(suited(ProdBackward1, x), array, (input,), (x.shape, (dim,), keepdim))


def _along(input: Tensor, dim: int, dtype: Any, name: str) -> tuple[Tensor, int]:
    if dtype is not None:
        input = input.to(dtype)
    axis = axis_of(dim, input._array.ndim)
    if input._array.dtype.kind != "f" and input._array.size:
        last = "_lastdim" if axis == max(input._array.ndim - 1, 0) else ""
        raise NotImplementedError(f"\"{name}{last}_kernel_impl\" not implemented for '{input.dtype._scalar}'")
    refuse_complex_gradient(f"_{name}", input)
    return input, axis


def _softmax_of(x: Array, axis: int) -> Array:
    if not x.ndim:
        return xp.exp(x - x)  # nan where x is not finite
    if not x.size:
        return xp.array(x, order="C")
    powers: Array = xp.exp(x - x.max(axis=axis, keepdims=True))
    powers /= powers.sum(axis=axis, keepdims=True)
    return row_major(powers)


def _log_softmax_of(x: Array, axis: int) -> Array:
    if not x.ndim:
        return x - x  # nan where x is not finite
    if not x.size:
        return xp.array(x, order="C")
    shifted = x - x.max(axis=axis, keepdims=True)
    return row_major(shifted - xp.log(xp.exp(shifted).sum(axis=axis, keepdims=True)))


@public
def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """Return e**x divided by the sum of all of them along a dimension."""
    input, axis = _along(input, dim, dtype, "softmax")
    return record(SoftmaxBackward0, in_single(_softmax_of)(input._array, axis), (input,), (dim,))


@public
def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """Return the logarithm of the softmax along a dimension."""
    input, axis = _along(input, dim, dtype, "log_softmax")
    return record(LogSoftmaxBackward0, in_single(_log_softmax_of)(input._array, axis), (input,), (dim,))


@public
def logsumexp(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """Return the logarithm of the sum of e**x over dimensions."""
    x = input._array
    if x.dtype.kind not in "fc":
        x = x.astype(dtypes.get_default_dtype()._numpy)
    if isinstance(dim, tuple | list) and not dim and x.ndim and x.size and not keepdim:
        raise RuntimeError(MISMATCH.format([], [1] * x.ndim))
    axes = axes_of(dim, x.ndim)
    axes = axes if x.ndim else None
    some = bool(x.size) if axes is None else all(x.shape[axis] for axis in axes)
    top = x.max(axis=axes, keepdims=x.ndim > 0) if some else xp.zeros((), x.dtype)
    top = xp.where(xp.isfinite(top), top, xp.zeros((), x.dtype))
    total = xp.log(xp.exp(x - top).sum(axis=axes, keepdims=x.ndim > 0)) + top
    array = row_major(total if keepdim or not x.ndim else total.squeeze(axes))
    return record(suited(LogsumexpBackward0, array), array, (input,), (x.shape, as_given(dim), keepdim))


def vector_norm(
    input: Tensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Return the norm of the elements as a vector, or over dimensions."""
    x = input._array
    if x.dtype.kind not in "fc":
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {input.dtype._scalar}"
        )
    if dtype is not None:
        _check_norm_dtype(input.dtype, dtype)
        x = x.astype(dtype._numpy, copy=False)
    axes = axes_of(dim, x.ndim)
    axes = axes if x.ndim else None
    if isinstance(ord, complex):
        raise RuntimeError("linalg.vector_norm: Expected a non-complex scalar as the order of norm.")
    order = float(ord)
    if not x.size and (order < 0 or order == math.inf):
        refuse_empty(x, order, dim)
    if order == 0 and x.size and x.dtype.kind == "c" and _of_one_element(x.shape, axes):  # which torch copies
        warn_of_complex()
    array = row_major(xp.asarray(norm_of(xp.absolute(x), order, axes, keepdim and x.ndim > 0)))
    return record(LinalgVectorNormBackward0, array, (input,), (order, x.shape, as_given(dim), keepdim))


def _of_one_element(shape: tuple[int, ...], axes: Any) -> bool:
    """Return whether each element makes a norm of its own."""
    return math.prod(shape if axes is None else [shape[axis] for axis in axes]) == 1


def _check_norm_dtype(own: dtypes.dtype, asked: dtypes.dtype) -> None:
    """Refuse to compute a norm in a dtype that cannot hold the elements."""
    reason = ""
    if asked._is_integral:
        reason = f"dtype should be floating point or complex, but got {asked._scalar}"
    elif own.is_complex != asked.is_complex:
        kind = "complex for complex" if own.is_complex else "real for real"
        reason = f"dtype should be {kind} inputs, but got {asked._scalar}"
    elif dtypes.promote(own, asked) is not asked:
        reason = (
            f"the dtype of the input ({own._scalar}) should be convertible without narrowing to the specified dtype "
            f"({asked._scalar})"
        )
    if reason:
        raise RuntimeError(f"linalg.vector_norm: {reason}")


def refuse_empty(x: Array, order: float, dim: Any) -> None:
    """Refuse the smallest or largest of no elements."""
    given = dim if isinstance(dim, tuple | list) else () if dim is None else (dim,)
    where = "" if given else "an empty tensor because"
    for each in given:
        if x.ndim and not x.shape[each]:
            where = f"the dimension {each}because this dimension is empty and"
            break
    if where:
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {order:g} norm on {where} the operation does not have an identity"
        )


vector_norm = explained(vector_norm, "linalg_vector_norm")


def norm_of(x: Array, order: float, axes: Any, keepdim: bool) -> Any:
    if x.dtype == xp.float16:  # powers and sums need more room
        return norm_of(x.astype(xp.float32), order, axes, keepdim).astype(xp.float16)
    if order == 2:
        return xp.sqrt((x * x).sum(axis=axes, keepdims=keepdim))
    if order == math.inf:
        return x.max(axis=axes, keepdims=keepdim)
    if order == -math.inf:
        return x.min(axis=axes, keepdims=keepdim)
    if order == 0:
        return (x != 0).sum(axis=axes, keepdims=keepdim).astype(x.dtype)
    return (x**order).sum(axis=axes, keepdims=keepdim) ** xp.asarray(1 / order, x.dtype)


@public
def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    """Return the norm of order `p` of all elements, or over dimensions."""
    if not isinstance(input, Tensor):
        input.layout  # noqa: B018 - Python says what is missing
    dim = [dim] if isinstance(dim, int) else dim
    if isinstance(p, str) and (p != "fro" or (dim is not None and len(dim) > 2)):
        from .matrix_norms import matrix_norm

        every = range(input._array.ndim) if dim is None else dim
        return matrix_norm(input, p, tuple(every), keepdim, dtype=dtype)
    return vector_norm(input, 2 if p is None or isinstance(p, str) else p, dim, keepdim, dtype=dtype)


def _truth(name: str, compute: Callable[..., Any]) -> None:
    def reduce_truth(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
        x = input._array
        axes: Any = axes_of(dim, x.ndim)
        if isinstance(dim, tuple | list) and not dim:
            axes = ()
        axes = axes if x.ndim else None
        found = row_major(xp.asarray(compute(x, axis=axes, keepdims=keepdim and x.ndim > 0)))
        return wrap(found.astype(xp.uint8) if x.dtype == xp.uint8 else found.astype(bool))

    reduce_truth.__name__ = name
    reduce_truth.__doc__ = f"Tell whether {name} elements are true, or over dimensions."
    public(reduce_truth)


_truth("all", xp.all)
_truth("any", xp.any)


@public
def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """Return how many elements are not zero."""
    x = input._array
    axes = axes_of(dim, x.ndim)
    return wrap(row_major(xp.asarray(xp.count_nonzero(x, axis=axes if x.ndim else None))))


@public
def nansum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the sum of the elements that are not nan."""
    refuse_integral(input, dtype)
    x = input._array
    axes = axes_of(dim, x.ndim)
    refuse_complex(x, "nansum on CPU does not support complex inputs", RuntimeError)
    axes = axes if x.ndim else None
    want = dtype._numpy if dtype is not None else xp.int64 if x.dtype.kind in "biu" else None
    array = row_major(xp.asarray(xp.nansum(x, axis=axes, keepdims=keepdim and x.ndim > 0, dtype=want)))
    return record(NansumBackward0, array, (input,), (x.shape, as_given(dim), keepdim))


NansumBackward0 = derivative(
    "NansumBackward0",
    args="shape dim keepdim",
    self=lambda g, self, shape, dim, keepdim: (
        spread(g, shape, dim, keepdim) * both.like(~xp.isnan(both.plain(self)), g)
    ),
)


@public
def nanmean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Tensor | None = None
) -> Tensor:
    """Return the mean of the elements that are not nan."""
    if out is not None and input.dtype._is_integral:
        raise RuntimeError(
            "nanmean(): integral types and 'Bool' are not supported for nanmean, even for empty tensors."
        )
    if input.dtype._is_integral:
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {input.dtype._scalar}"
        )
    x = input._array
    axes = axes_of(dim, x.ndim)
    counted = (~xp.isnan(x)).sum(axis=axes if x.ndim else None, keepdims=keepdim and x.ndim > 0)
    if out is not None:
        into(out, nansum, input, dim, keepdim, dtype=dtype)
        averaged: Tensor = out.div_(wrap(xp.asarray(counted)))
        return averaged
    result: Tensor = nansum(input, dim, keepdim) / wrap(xp.asarray(counted))
    return result


@public
def aminmax(input: Tensor, *, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the smallest and the largest element, or those along a dimension."""
    x = input._array
    if dim is None and not x.size:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    axes = axes_of(dim, x.ndim)
    axes = axes if x.ndim else None
    if axes and not x.shape[axes[0]]:
        raise IndexError(f"aminmax: Expected reduction dim {axes[0]} to have non-zero size.")
    keep = keepdim and x.ndim > 0
    refuse_complex(x, "\"aminmax_cpu\" not implemented for '{}'")
    found = [row_major(xp.asarray(compute(x, axis=axes, keepdims=keep))) for compute in (xp.min, xp.max)]
    low, high = record_several(AminmaxBackward0, found, (input,), (as_given(dim), keepdim))
    return structured("aminmax", min=low, max=high)


def _aminmax_slope(
    grads: Any, needs: Any, self: Any, min: Any, max: Any, dim: Any, keepdim: bool
) -> list[Any]:
    found = None
    for g, extreme in zip(grads, (min, max), strict=True):
        if g is not None:
            part = _shared_along(g, self, extreme, dim, keepdim)
            found = part if found is None else found + part
    return [found]


AminmaxBackward0 = derivative(
    "AminmaxBackward0", results="min max", args="dim keepdim", joint=("self", _aminmax_slope)
)

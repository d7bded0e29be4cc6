"""Distances and norms of differences, the cross product, and areas under sampled curves."""

from __future__ import annotations

import warnings
from typing import Any

from .. import both, dtypes
from ..backend import xp
from ..grad_mode import like_cpp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .arithmetic import not_implemented, recorded, refuse_bool_sub
from .broadcasting import check_broadcast, common, keep_layout, row_major
from .holomorphic import suited
from .inplace import update
from .outputs import into
from .reductions import quotient
from .registry import function, method, public
from .shape import axis_of

__all__ = ["linalg_cross"]


# ---- distances -----------------------------------------------------------------------------------------------------


def _norm_slope(difference: Any, result: Any, p: float) -> Any:
    """Return the derivative of a p-norm over the last dimension by the differences; 0 where the norm is 0."""
    if p == 0:
        return both.zeros_like(difference)
    if p == 1:
        return both.unit(difference)
    if abs(p) == float("inf"):
        size = both.absolute(difference)
        return both.keep(both.unit(difference), both.plain(size) == both.plain(result))
    if p == 2:
        return quotient(difference, result)
    if p < 1:
        steep = both.mask_out(both.absolute(difference) ** (p - 1), both.plain(difference) == 0)
        return both.unit(difference) * steep * result ** (1 - p)
    if p < 2:
        return quotient(both.unit(difference) * both.absolute(difference) ** (p - 1), result ** (p - 1))
    scaled = difference * both.absolute(difference) ** (p - 2)
    return quotient(scaled, result ** (p - 1))


def _p_norm(x: Any, p: float) -> Any:
    if x.dtype == xp.float16:  # powers and sums need more room
        return _p_norm(x.astype(xp.float32), p).astype(xp.float16)
    size = xp.absolute(x)
    if p == 0:
        return (size != 0).sum(axis=-1).astype(x.dtype)
    if p == float("inf"):
        return size.max(axis=-1) if x.shape[-1] else xp.zeros(x.shape[:-1], x.dtype)
    if p == -float("inf") and x.shape[-1]:
        return size.min(axis=-1)
    if p == 2:
        return xp.sqrt((size * size).sum(axis=-1))
    return (size**p).sum(axis=-1) ** xp.asarray(1 / p, x.dtype)


def _between(x1: Any, x2: Any) -> Any:
    return x1.reshape((*x1.shape[:-1], 1, x1.shape[-1])) - x2.reshape((*x2.shape[:-2], 1, *x2.shape[-2:]))


def _no_second(g: Any) -> Any:
    raise NotImplementedError("the derivative for '_cdist_backward' is not implemented.")


CdistBackwardBackward0 = derivative(
    "CdistBackwardBackward0", grad=_no_second, x1=_no_second, x2=_no_second, cdist=_no_second
)


def _cdist_slope(g: Any, x1: Any, x2: Any, result: Any, p: float, dim: int, sign: float) -> Any:
    if isinstance(g, Tensor):
        slope = _cdist_slope(g._array, both.plain(x1), both.plain(x2), both.plain(result), p, dim, sign)
        return record(CdistBackwardBackward0, slope, (g, x1, x2, result))
    wide = (*result.shape, 1)
    parts = g.reshape(wide) * _norm_slope(_between(x1, x2), result.reshape(wide), p) * sign
    return row_major(parts.sum(axis=dim))


CdistBackward0 = derivative(
    "CdistBackward0",
    args="p",
    x1=lambda g, x1, x2, result, p: _cdist_slope(g, x1, x2, result, p, -2, 1.0),
    x2=lambda g, x1, x2, result, p: _cdist_slope(g, x1, x2, result, p, -3, -1.0),
)


_COMPUTE_MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


@function
def cdist(
    x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:
    """Return the p-norm of the difference of each row of `x1` and each row of `x2`."""
    if compute_mode not in _COMPUTE_MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for at, each in enumerate((x1, x2), start=1):
        if not isinstance(each, Tensor):
            from .._signatures import type_name

            raise TypeError(
                f"cdist(): argument 'x{at}' (position {at}) must be Tensor, not {type_name(each)}"
            )
    if not isinstance(p, int | float | xp.number):
        from .._signatures import type_name

        raise TypeError(f"cdist(): argument 'p' (position 3) must be float, not {type_name(p)}")
    for name, each in (("X1", x1), ("X2", x2)):
        if each._array.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {each._array.ndim}D")
    if x1._array.shape[-1] != x2._array.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1._array.shape[-1]} X2: {x2._array.shape[-1]}"
        )
    for name, each in (("X1", x1), ("X2", x2)):
        if each._array.dtype.kind != "f":
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {each.dtype._scalar}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if x1._array.dtype.itemsize == 2 and x1._array.size and x2._array.size:
        raise NotImplementedError(f"\"cdist\" not implemented for '{x1.dtype._scalar}'")
    check_broadcast(x1._array.shape[:-2], x2._array.shape[:-2])
    if x1.dtype is not x2.dtype and x1._array.size and x2._array.size:
        if p == 2 and max(x1._array.shape[-2], x2._array.shape[-2]) > 25:  # computed by a product of matrices
            names = dtypes.c_name(x1.dtype), dtypes.c_name(x2.dtype)
            raise RuntimeError(
                f"expected m1 and m2 to have the same dtype, but got: {names[0]} != {names[1]}"
            )
        raise RuntimeError(f"expected scalar type {x1.dtype._scalar} but found {x2.dtype._scalar}")
    array = _p_norm(_between(x1._array, x2._array), float(p))
    if not (x1._array.size and x2._array.size):
        array = array.astype(x1._array.dtype)
    return record(CdistBackward0, row_major(array), (x1, x2), (p,))


def _dist_slope(g: Any, a: Any, b: Any, result: Any, p: float) -> Any:
    return g * _norm_slope(a - b, result, p)


DistBackward0 = derivative(
    "DistBackward0",
    args="p",
    self=lambda g, self, other, result, p: _dist_slope(g, self, other, result, p),
    other=lambda g, self, other, result, p: -_dist_slope(g, self, other, result, p),
)


@public
def dist(input: Tensor, other: Tensor, p: Any = 2) -> Tensor:
    """Return the p-norm of the difference."""
    refuse_bool_sub(input, other)
    check_broadcast(input._array.shape, other._array.shape)
    x, y = common(input, other)
    if isinstance(p, complex):
        raise RuntimeError("linalg.vector_norm: Expected a non-complex scalar as the order of norm.")
    if x.dtype.kind not in "fc":
        raise RuntimeError(
            "norm(): input dtype should be either floating point or complex. Got "
            f"{dtypes.of(x.dtype)._scalar} instead."
        )
    difference = (x - y).reshape(-1)
    return record(DistBackward0, xp.asarray(_p_norm(difference, float(p))), (input, other), (p,))


# ---- slices of bounded norm ----------------------------------------------------------------------------------------


def _renorm_slope(g: Any, value: Any, p: float, dim: int, maxnorm: float) -> Any:
    from .statistics import norm_of, norm_slope, vector_norm

    rest = tuple(axis for axis in range(value.ndim) if axis != dim)
    if isinstance(value, Tensor):
        norm = vector_norm(value, p, rest, True)
    else:
        norm = norm_of(xp.absolute(value), float(p), rest, True)
    inner = _summed(both.real(both.conj(value) * g), rest)
    inverse = 1 / (norm + 1e-7)
    turned = maxnorm * inverse * (g - inverse * norm_slope(inner, value, norm, p, rest))
    return both.where(both.like(both.plain(norm) > maxnorm, g), turned, g)


def _summed(value: Any, axes: tuple[int, ...]) -> Any:
    return value.sum(axes, keepdim=True) if isinstance(value, Tensor) else value.sum(axis=axes, keepdims=True)


RenormBackward0 = derivative(
    "RenormBackward0",
    args="p dim maxnorm",
    self=lambda g, self, p, dim, maxnorm: _renorm_slope(g, self, p, dim, maxnorm),
)


@public
def renorm(input: Tensor, p: Any, dim: int, maxnorm: Any) -> Tensor:
    """Scale down each slice along `dim` whose p-norm is larger than `maxnorm`."""
    x = input._array
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if x.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {x.ndim} dimensions")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    axis = axis_of(dim, x.ndim)
    if x.dtype.kind not in "fc":
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {input.dtype._scalar}"
        )
    rest = tuple(at for at in range(x.ndim) if at != axis)
    norm = (xp.absolute(x) ** p).sum(axis=rest, keepdims=True) ** xp.asarray(1 / p, x.dtype)
    factor = xp.where(norm > maxnorm, maxnorm / (norm + xp.asarray(1e-7, x.dtype)), xp.ones((), x.dtype))
    return record(
        RenormBackward0, row_major((x * factor).astype(x.dtype)), (input,), (p, axis, float(maxnorm))
    )


# ---- the cross product ---------------------------------------------------------------------------------------------


def _turned(a: Any, b: Any, dim: int) -> Any:
    """Return the cross product along a dimension of size 3."""
    lead = (slice(None),) * (dim % both.plain(a).ndim)

    def part(value: Any, at: int) -> Any:
        return value[(*lead, at)]

    rows = [
        part(a, (at + 1) % 3) * part(b, (at + 2) % 3) - part(a, (at + 2) % 3) * part(b, (at + 1) % 3)
        for at in range(3)
    ]
    return both.stack(rows, dim)


LinalgCrossBackward0 = derivative(
    "LinalgCrossBackward0",
    args="dim",
    self=lambda g, other, dim: _crossed(other, g, dim),
    other=lambda g, self, dim: _crossed(g, self, dim),
)


def _crossed(a: Any, b: Any, dim: int) -> Any:
    if isinstance(a, Tensor):
        return linalg_cross(a, b, dim)
    a, b = xp.broadcast_arrays(a, b)
    return _turned(a, b, dim)


def linalg_cross(input: Tensor, other: Tensor, dim: int = -1) -> Tensor:
    """Return the cross product of vectors along a dimension of size 3."""
    x, y = input._array, other._array
    if x.ndim != y.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    if not x.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = axis_of(dim, x.ndim)
    sizes = x.shape[axis], y.shape[axis]
    if sizes != (3, 3):
        raise RuntimeError(
            f"linalg.cross: inputs dimension {axis if dim >= 0 else dim} must have length 3. Got {sizes[0]} and {sizes[1]}"
        )
    check_broadcast(x.shape, y.shape)
    x, y = xp.broadcast_arrays(x, y)
    if input.dtype is dtypes.bool:
        raise NotImplementedError("\"cross\" not implemented for 'Bool'")
    if input.dtype is not other.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype._scalar} but found {other.dtype._scalar}")
    return record(
        suited(LinalgCrossBackward0, x),
        row_major(_turned(x, y, axis)).astype(x.dtype, copy=False),
        (input, other),
        (dim,),
    )


@public
def cross(input: Tensor, other: Tensor, dim: int | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the cross product of vectors along a dimension of size 3, the first such one by default."""
    if dim is None and out is None:
        warnings.warn(
            "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or "
            "simply use torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in "
            "a future release.",
            UserWarning,
            stacklevel=3,
        )
    if dim is None:
        shape = input._array.shape
        if 3 not in shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = shape.index(3)
    turned: Tensor = into(out, linalg_cross, input, other, dim)
    return turned


# ---- steps, areas --------------------------------------------------------------------------------------------------


HeavisideNode = not_implemented("aten::heaviside")
HeavisideInPlaceNode = not_implemented("aten::heaviside_")


def _refuse_other_dtype(input: Tensor, values: Tensor) -> None:
    if input.dtype.is_complex or values.dtype.is_complex:
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if input.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")


def _stepped(kind: Any, input: Tensor, values: Tensor) -> Tensor:
    _refuse_other_dtype(input, values)
    x, y = input._array, values._array
    check_broadcast(x.shape, y.shape)
    stepped = xp.where(x == 0, y, (x > 0).astype(x.dtype))
    return record(kind, keep_layout(stepped, x, y), recorded(input, values))


@public
def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """Return 0 below 0, 1 above, and `values` at 0."""
    return _stepped(HeavisideNode, input, values)


def _stepped_in_place(input: Tensor, values: Tensor) -> Tensor:
    return _stepped(HeavisideInPlaceNode, input, values)


@method
def heaviside_(self: Tensor, values: Tensor) -> Tensor:
    """Replace each element by its `heaviside`."""
    return update("heaviside_", self, _stepped_in_place, values, before=_refuse_other_dtype)


def _widths(y: Tensor, x: Tensor, dim: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the steps between sample points, and the samples at their right and left ends."""
    count = y._array.shape[dim]
    if x._array.ndim == 1:
        if x._array.shape[0] != count:
            raise RuntimeError("trapezoid: There must be one `x` value for each sample point")
        points: Tensor = x.view([count if axis == dim else 1 for axis in range(y._array.ndim)])
    else:
        points = x.view([1] * (y._array.ndim - x._array.ndim) + list(x.shape))
    size = points._array.shape[dim]
    steps = points.narrow(dim, 1, size - 1) - points.narrow(dim, 0, size - 1)
    return steps, y.narrow(dim, 1, count - 1), y.narrow(dim, 0, count - 1)


@function
@like_cpp
def trapezoid(y: Tensor, x: Any = None, *, dx: Any = 1.0, dim: int = -1) -> Tensor:
    """Return the area under samples along a dimension, joined by straight lines."""
    if not y._array.ndim:
        raise IndexError(f"Dimension specified as {dim if x is None else 0} but tensor has no dimensions")
    axis = axis_of(dim, y._array.ndim)
    if y._array.shape[axis] == 0:
        nothing = wrap(xp.zeros((*y._array.shape[:axis], *y._array.shape[axis + 1 :]), y._array.dtype))
        nothing._counter = [1]  # torch fills it
        return nothing
    _refuse_bools("trapezoid", y, x)
    if isinstance(x, Tensor):
        steps, right, left = _widths(y, x, axis)
        area: Tensor = ((left + right) * steps).sum(axis) / 2.0
        return area
    ends = (y.select(axis, 0) + y.select(axis, -1)) * 0.5
    even: Tensor = (y.sum(axis) - ends) * (dx if x is None else x)
    return even


@function
def trapz(y: Tensor, x: Any = None, *, dx: float = 1, dim: int = -1) -> Tensor:
    """Return the area under samples along a dimension, as `trapezoid` does."""
    area: Tensor = trapezoid(y, x, dim=dim) if x is not None else trapezoid(y, dx=dx, dim=dim)
    return area


def _refuse_bools(name: str, y: Tensor, x: Any) -> None:
    if isinstance(x, Tensor) and (x.dtype is dtypes.bool or y.dtype is dtypes.bool):
        raise RuntimeError(f"{name}: received a bool input for `x` or `y`, but bool is not supported")
    if y._array.dtype.kind == "b":
        raise RuntimeError(f"{name}: received a bool input for `y`, but bool is not supported")


@function
@like_cpp
def cumulative_trapezoid(y: Tensor, x: Any = None, *, dx: Any = 1, dim: int = -1) -> Tensor:
    """Return the areas under samples up to each but the first."""
    _refuse_bools("cumulative_trapezoid", y, x)
    if not y._array.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    axis = axis_of(dim, y._array.ndim)
    if isinstance(x, Tensor):
        steps, right, left = _widths(y, x, axis)
        areas: Tensor = ((left + right) * steps).cumsum(axis) / 2.0
        return areas
    lead = (slice(None),) * axis
    both_ends = y[(*lead, slice(1, None))] + y[(*lead, slice(None, -1))]
    even: Tensor = (both_ends * ((dx if x is None else x) / 2.0)).cumsum(dim)
    return even

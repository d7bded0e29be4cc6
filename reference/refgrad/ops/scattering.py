"""Values put at places that an index names, one way or another: `put`, `scatter_reduce`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from .. import both, storage
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from ..views import OVERLAP
from .broadcasting import keep_layout
from .gathering import _check_places, _check_scattered, _nonempty, check_index_dtype
from .holomorphic import refuse_complex_gradient
from .inplace import refuse_overlap, update_late
from .reductions import flat_index
from .registry import public
from .shape import axis_of

__all__ = ["least", "scatter_with"]


# ---- by row-major positions --------------------------------------------------------------------------------------

PutBackward0 = derivative(
    "PutBackward0",
    args="accumulate",
    saves="index",
    self=lambda g, index, accumulate: g if accumulate else _cleared(g, index),
    source=lambda g, source, index: both.take_flat(g, both.plain(index)).reshape(tuple(source.shape)),
)


def _cleared(g: Any, index: Any) -> Any:
    """Return a gradient with 0 at the places of an index."""
    if isinstance(g, Tensor):
        return g.put(index, g._zeros(index.shape))
    return both.keep(g, _without(tuple(g.shape), index))


def _without(shape: tuple[int, ...], index: Any) -> Array:
    """Return a mask of all places but those of an index."""
    kept = xp.ones(shape, bool)
    kept.reshape(-1)[both.plain(index).reshape(-1)] = False
    return kept


def _check_put_dtypes(input: Tensor, index: Tensor, source: Tensor) -> None:
    """Refuse an index or a source of the wrong dtype or size."""
    x, places, given = input._array, index._array, source._array
    if places.dtype != xp.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {index.dtype._scalar}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{input.dtype._scalar} and source.dtype = {source.dtype._scalar}"
        )
    if places.size != given.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{given.size}, index.numel() = {places.size}"
        )
    if places.size and not x.size:
        raise IndexError("put_(): Tried to put elements into an empty tensor")


@public
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """Return a copy with elements of `source` at positions counted in row-major order, or added there."""
    _check_put_dtypes(input, index, source)
    x, places, given = input._array, index._array, source._array
    alike = places.shape == given.shape  # then torch goes through both as they lie
    asked = keep_layout(places, given, places).ravel("K") if alike else places.reshape(-1)
    wrong = asked[(asked < -x.size) | (asked >= x.size)]
    if wrong.size:
        raise IndexError(f"out of range: tried to access index {wrong[0]} on a tensor of {x.size} elements.")
    made = storage.copy(x)
    at = xp.unravel_index(places.reshape(-1) % max(x.size, 1), x.shape) if x.ndim else ()
    terms = given.reshape(-1)
    if not places.size:
        pass
    elif not x.ndim:
        made[...] = terms.sum() + made if accumulate else terms[-1]
    elif accumulate:
        xp.add.at(made, at, terms)
    else:
        made[at] = terms
    return record(PutBackward0, made, (input, source), (accumulate,), (index,))


def _put_in_place(self: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    _check_put_dtypes(self, index, source)
    if storage.overlaps_itself(self._array):
        raise RuntimeError(OVERLAP)
    for each in (index, source):
        refuse_overlap(self, each)
    found: Tensor = put(self, index, source, accumulate)
    return found


update_late(put, _put_in_place)


# ---- by an index along a dimension -------------------------------------------------------------------------------

_IDENTITY: dict[str, tuple[Any, float]] = {  # how to combine, and what changes nothing
    "sum": (xp.add, 0),
    "mean": (xp.add, 0),
    "prod": (xp.multiply, 1),
    "amax": (xp.maximum, -xp.inf),
    "amin": (xp.minimum, xp.inf),
}


def _at(index: Any, like: Any, dim: int) -> Array:
    return flat_index(both.plain(index), tuple(like.shape), dim % max(len(like.shape), 1))


def _reduced_slopes(
    g: Any,
    needs: Any,
    self: Any,
    src: Any,
    index: Any,
    result: Any,
    dim: int,
    reduce: str,
    include_self: bool,
) -> list[Any]:
    """Return what goes back to the tensor and to what was combined with it."""
    shape = tuple(g.shape)
    if not shape:
        shape, g = (1,), g.reshape((1,))
        self, src, result = [each if each.ndim else each.reshape((1,)) for each in (self, src, result)]
    places = flat_index(
        both.plain(index).reshape(_nonempty(both.plain(index).shape)), shape, dim % len(shape)
    )

    def gathered(value: Any) -> Any:
        return both.take_flat(value, places)

    of_self, of_src = _SLOPES[reduce](g, self, src, result, places, gathered, include_self)
    if not include_self:
        touched = xp.zeros(shape, bool)
        touched.reshape(-1)[places] = True
        of_self = both.mask_out(of_self, touched)
    return [of_self if needs[0] else None, of_src if needs[1] else None]


def _used(src: Any, places: Array) -> Any:
    """Return the part of what was combined that the index reaches; torch does not check that this is all of it."""
    return src[tuple([slice(size) for size in places.shape])]


def _sum_slopes(
    g: Any, self: Any, src: Any, result: Any, places: Array, gathered: Any, with_self: bool
) -> Any:
    return g, gathered(g)


def _mean_slopes(
    g: Any, self: Any, src: Any, result: Any, places: Array, gathered: Any, with_self: bool
) -> Any:
    count = xp.bincount(places.reshape(-1), minlength=both.plain(g).size).reshape(tuple(g.shape)) + with_self
    share = g / both.like(xp.maximum(count, 1).astype(both.plain(g).dtype), g)
    return share, gathered(share)


def _prod_slopes(
    g: Any, self: Any, src: Any, result: Any, places: Array, gathered: Any, with_self: bool
) -> Any:
    """Return the product of the other factors for each: a quotient, or (at a zero) the product anew."""
    ones = both.zeros_like(self) + 1
    other = ones if not with_self else both.where(both.plain(self) == 0, ones, self)
    without = _product(other, src, places)
    of_self = g * without / other if with_self else g
    zeros = both.plain(src) == 0
    count = xp.bincount(places.reshape(-1), _used(zeros, places).reshape(-1), both.plain(self).size).reshape(
        tuple(g.shape)
    )
    single = zeros & (count.reshape(-1)[places] == 1)
    filled = both.where(single, both.zeros_like(src) + 1, src)
    start = self if with_self else ones
    anew = gathered(g * _product(start, filled, places))
    divisor = both.where(zeros, both.zeros_like(src) + 1, src)
    return of_self, both.where(single, anew, gathered(g * result) / divisor)


def _product(start: Any, factors: Any, places: Array) -> Any:
    """Multiply factors into a copy of `start`; recorded, as what `scatter_reduce` does."""
    factors = _used(factors, places)
    if isinstance(start, Tensor) or isinstance(factors, Tensor):
        one, other = [
            each if isinstance(each, Tensor) else both.like(each, start) for each in (start, factors)
        ]
        flat = one.reshape(-1)
        made: Tensor = scatter_reduce(flat, 0, wrap(places.reshape(-1)), other.reshape(-1), "prod")
        return made.reshape(tuple(one.shape))
    made_array = xp.array(start, order="C")
    xp.multiply.at(made_array.reshape(-1), places.reshape(-1), factors.reshape(-1))
    return made_array


def _extreme_slopes(
    g: Any, self: Any, src: Any, result: Any, places: Array, gathered: Any, with_self: bool
) -> Any:
    """Share the gradient equally among all that reach the extreme; where it is nan none does, and all is nan."""
    x, y = both.plain(self), both.plain(result)
    own = x == y
    theirs = both.plain(src) == y.reshape(-1)[places]
    count = own + xp.bincount(places.reshape(-1), _used(theirs, places).reshape(-1), x.size).reshape(x.shape)
    share = g / both.like(count.astype(both.plain(g).dtype), g)
    return both.like(own, g) * share, both.like(theirs, g) * gathered(share)


_SLOPES: dict[str, Callable[..., Any]] = {
    "sum": _sum_slopes,
    "mean": _mean_slopes,
    "prod": _prod_slopes,
    "amax": _extreme_slopes,
    "amin": _extreme_slopes,
}


def _scatter_reduce_slopes(
    g: Any,
    needs: Any,
    self: Any,
    src: Any,
    index: Any,
    result: Any,
    dim: int,
    reduce: str,
    include_self: bool,
) -> list[Any]:
    return _reduced_slopes(g, needs, self, src, index, result, dim, reduce, include_self)


ScatterReduceBackward0 = derivative(
    "ScatterReduceBackward0",
    saves="index",
    args="dim reduce include_self",
    joint=("self src", _scatter_reduce_slopes),
)


@public
def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """Return a copy in which elements of `src` were combined with those where the index says along `dim`."""
    if reduce not in _IDENTITY:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    array = _combined(input, dim, index, src, reduce, include_self)
    refuse_complex_gradient("scatter_reduce", input, src)
    return record(ScatterReduceBackward0, array, (input, src), (dim, reduce, include_self), (index,))


def _combined(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, include_self: bool = True
) -> Array:
    x, places = input._array, index._array
    axis = axis_of(dim, x.ndim)
    check_index_dtype("scatter", index)
    if src._array.dtype != x.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    made = xp.array(x, order="C")
    if reduce == "mean" and x.dtype.kind == "b" and not places.size:
        raise NotImplementedError("\"div_floor_cpu\" not implemented for 'Bool'")
    if not places.size:
        return made
    have, want = _nonempty(x.shape), _nonempty(places.shape)
    _check_scattered(x.shape, places.shape, axis, src)
    _check_places(places, have[axis], axis)
    if x.dtype.kind == {"mean": "b", "amax": "c", "amin": "c"}.get(reduce):
        kernel = f"scatter_gather_tensor_cpu_reduce_{reduce}"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype._scalar}'")
    given = src._array.reshape(_nonempty(src._array.shape))[tuple([slice(size) for size in want])]
    flat, target = flat_index(places.reshape(want), have, axis).reshape(-1), made.reshape(-1)
    combine, identity = _IDENTITY[reduce]
    if not include_self:
        target[flat] = least(x.dtype, identity)
    combine.at(target, flat, given.reshape(-1))
    if reduce == "mean":
        count = xp.bincount(flat, minlength=target.size) + include_self
        divide = xp.floor_divide if x.dtype.kind in "iu" else xp.divide
        target[...] = divide(target, xp.maximum(count, 1).astype(x.dtype))
    return made


def least(dtype: Any, identity: float) -> Any:
    """Return what changes nothing, in a dtype that may have no infinities."""
    if identity in (0, 1) or dtype.kind == "f":
        return identity
    if dtype.kind == "b":
        return identity > 0
    limits = xp.iinfo(dtype)
    return limits.max if identity > 0 else limits.min


update_late(scatter_reduce)


# The old form, `scatter(dim, index, src, reduce="add")`, has no derivative.
_FORMER = {"add": "sum", "multiply": "prod"}


def scatter_with(input: Tensor, dim: int, index: Tensor, src: Any, reduce: str) -> Array:
    """Return the array of `scatter(..., reduce="add")`, of which torch knows no derivative."""
    if reduce not in _FORMER:
        raise RuntimeError("reduce argument must be either add or multiply.")
    if isinstance(src, Tensor):
        warnings.warn(
            "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future PyTorch "
            "release. Use torch.scatter_reduce instead for more reduction options.",
            UserWarning,
            stacklevel=3,
        )
    else:
        src = input.new_full(index.shape, src)
    return _combined(input, dim, index, src, _FORMER[reduce])

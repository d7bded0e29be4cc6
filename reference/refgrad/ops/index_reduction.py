"""Slices combined with those that an index names: `index_reduce`, beside its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import dtypes, storage
from .._from_data import warn_once
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from ..views import OVERLAP
from .holomorphic import refuse_complex_gradient
from .inplace import refuse_overlap, update_late
from .placing import check_slices
from .registry import public
from .scattering import least
from .selection import where
from .shape import axis_of

__all__ = ["index_reduce"]

# How slices are combined, and what changes nothing.
_COMBINED: dict[str, tuple[Any, float]] = {
    "prod": (xp.multiply, 1),
    "mean": (xp.add, 0),
    "amax": (xp.maximum, -xp.inf),
    "amin": (xp.minimum, xp.inf),
}
_BETA = "index_reduce() is in beta and the API may change at any time."


@public
def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """Return a copy whose slices at the indices along `dim` were combined with those of `source`."""
    found = _reduced(
        input, _checked_axis(input, dim, index, source, reduce), index, source, reduce, include_self
    )
    refuse_complex_gradient("index_reduce", input, source)
    return found


def _reduced(
    input: Tensor, axis: int, index: Tensor, source: Tensor, reduce: str, include_self: bool
) -> Tensor:
    warn_once(_BETA)
    array = _combined(input, axis, index, source._array, reduce, include_self)
    return record(IndexReduceBackward0, array, (input, source), (axis, reduce, include_self), (index,))


def _checked_axis(input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str) -> int:
    if reduce not in _COMBINED:
        raise RuntimeError(
            f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}."
        )
    axis = axis_of(dim, input._array.ndim)
    check_slices("index_reduce_", input, axis, index, source)
    return axis


def _in_place(
    self: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    axis = _checked_axis(self, dim, index, source, reduce)
    if storage.overlaps_itself(self._array):
        raise RuntimeError(OVERLAP)
    for each in (index, source):
        refuse_overlap(self, each)
    return _reduced(self, axis, index, source, reduce, include_self)


def _combined(
    input: Tensor, axis: int, index: Tensor, given: Array, reduce: str, include_self: bool
) -> Array:
    x, places = input._array, index._array.reshape(-1)
    combine, identity = _COMBINED[reduce]
    if not include_self:
        _refuse("index_reduce_func_exclude_input_init", x)
        x = wrap(x).index_fill(axis, index, least(x.dtype, identity))._array
    _check_places(x, axis, places)
    made = xp.array(x, order="C")
    target = made if x.ndim else made.reshape(1)
    if x.ndim < 2:
        _refuse("index_func_", x)
    elif not places.size:
        return made
    elif reduce in ("amax", "amin"):
        _refuse("maximum_cpu" if reduce == "amax" else "minimum_cpu", x, "c")
    if target.size:
        combine.at(target, (*[slice(None)] * axis, places), given if x.ndim else given.reshape(-1))
    if reduce == "mean":
        _refuse("div_floor_cpu", x, "b")
        _divide(target, axis, places, include_self)
    return made


def _refuse(kernel: str, x: Array, kinds: str = "bc") -> None:
    """Refuse dtypes that one of torch's kernels does not know."""
    if x.dtype.kind in kinds:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtypes.of(x.dtype)._scalar}'")


def _check_places(x: Array, axis: int, places: Array) -> None:
    size = x.shape[axis] if x.ndim else 1
    if x.ndim > 1 and not size and places.size:
        raise IndexError(
            f"select(): index 0 out of range for tensor of size {list(x.shape)} at dimension {axis}"
        )
    if ((places < 0) | (places >= size)).any():
        raise IndexError("index out of range in self")


def _divide(target: Array, axis: int, places: Array, include_self: bool) -> None:
    """Divide sums by how many were added up; whole numbers are rounded down."""
    count = xp.bincount(places, minlength=target.shape[axis]) + include_self
    divisor = xp.maximum(count, 1).astype(target.dtype).reshape(-1, *[1] * (target.ndim - 1 - axis))
    divide = xp.floor_divide if target.dtype.kind in "iu" else xp.divide
    target[...] = divide(target, divisor)


# ---- the way back --------------------------------------------------------------------------------------------------


def _slopes(
    g: Any,
    needs: Any,
    self: Any,
    source: Any,
    index: Any,
    result: Any,
    dim: int,
    reduce: str,
    include_self: bool,
) -> list[Any]:
    """Return what goes back to the tensor and to the slices, by the operations that torch records for it."""
    given = [each if isinstance(each, Tensor) else wrap(each) for each in (g, self, source, index, result)]
    of_self, of_source = _SLOPES[reduce](*given, dim, include_self)
    if not include_self:
        of_self = of_self.index_fill(dim, given[3], 0)
    found = [of_self if needs[0] else None, of_source if needs[1] else None]
    if isinstance(g, Tensor):
        return found
    return [None if each is None else each._array for each in found]


IndexReduceBackward0 = derivative(
    "IndexReduceBackward0", saves="index", args="dim reduce include_self", joint=("self source", _slopes)
)


def _of_means(
    g: Tensor, self: Tensor, source: Tensor, index: Tensor, result: Tensor, dim: int, include_self: bool
) -> tuple[Tensor, Tensor]:
    count = (g.new_ones if include_self else g.new_zeros)(g.shape)
    count = count.index_add(dim, index, source.new_ones(source.shape))
    count.masked_fill_(count == 0, 1)
    return g / count, g.index_select(dim, index) / count.index_select(dim, index)


def _of_extremes(
    g: Tensor, self: Tensor, source: Tensor, index: Tensor, result: Tensor, dim: int, include_self: bool
) -> tuple[Tensor, Tensor]:
    """Share the gradient equally among all that reach the extreme."""
    own = (self == result).to(self.dtype)
    theirs = (source == result.index_select(dim, index)).to(self.dtype)
    share = g / own.index_add(dim, index, theirs)
    return own * share, theirs * share.index_select(dim, index)


def _of_products(
    g: Tensor, self: Tensor, source: Tensor, index: Tensor, result: Tensor, dim: int, include_self: bool
) -> tuple[Tensor, Tensor]:
    """Return the product of the other factors for each: a quotient or, where a factor is the only zero, one anew."""
    own = self.masked_fill(self == 0, 1)
    of_self = g * own.index_reduce(dim, index, source, "prod", include_self=include_self) / own
    zero = source == 0
    zeros = self.new_zeros(self.shape).index_add(dim, index, zero.to(self.dtype)).index_select(dim, index)
    single = zero & (zeros == 1)
    anew = self.index_reduce(dim, index, source.masked_fill(single, 1), "prod", include_self=include_self)
    of_source = where(
        single,
        (g * anew).index_select(dim, index),
        (g * result).index_select(dim, index) / source.masked_fill(zero, 1),
    )
    if (zeros._array.real > 1).any():
        of_source = record(_DelayedError, of_source._array, (of_source,))
    return of_self, of_source


def _refuse_second_derivative(g: Any) -> Any:
    raise RuntimeError(
        "index_reduce(): Double backward is unsupported for source when >1 zeros in source are scattered to the same "
        "position in self"
    )


_DelayedError = derivative("Error", full_name="torch::autograd::Error", self=_refuse_second_derivative)
_SLOPES: dict[str, Callable[..., tuple[Tensor, Tensor]]] = {
    "prod": _of_products,
    "mean": _of_means,
    "amax": _of_extremes,
    "amin": _of_extremes,
}

update_late(index_reduce, _in_place)

"""Places in sorted rows, counts of values, and the value that most elements have."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .. import dtypes
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..return_types import pair
from ..tensor import Tensor, wrap
from .broadcasting import row_major
from .dispatched import publish_by_flags
from .holomorphic import refuse_complex
from .output_tensors import resize_out
from .outputs import copied
from .reductions import put_along
from .registry import FUNCTIONS, explained, function, method, public
from .shape import axis_of

__all__: list[str] = []


@public
def argwhere(input: Tensor) -> Tensor:
    """Return the indices of the elements that are not zero, one row each."""
    found: Tensor = input.nonzero()
    return found


@function
def is_nonzero(input: Tensor) -> bool:
    """Tell whether the only element is not zero."""
    if not isinstance(input, Tensor):
        raise TypeError("is_nonzero")
    return bool(input)


def _places(sequence: Any, values: Any, right: bool) -> Any:
    """Return, for each value, how many elements of its sorted row lie before it."""
    side = "right" if right else "left"
    if sequence.ndim == 1:
        return xp.searchsorted(sequence, values.reshape(-1), side=side).reshape(values.shape)
    if not values.size or not sequence.size:
        return xp.zeros(values.shape, xp.int64)
    rows = sequence.reshape(-1, sequence.shape[-1])
    given = values.reshape(rows.shape[0], -1)
    found = [xp.searchsorted(row, each, side=side) for row, each in zip(rows, given, strict=True)]
    return xp.stack(found).reshape(values.shape)


NOT_CONTIGUOUS = (
    "torch.searchsorted(): {0} tensor is non-contiguous, this will lower the performance due to extra data copy when "
    "converting non-contiguous tensor to contiguous, please use contiguous {0} tensor if possible. This message will "
    "only appear once per program."
)


def _found(sequence: Tensor, values: Any, right: bool, out_int32: bool) -> Tensor:
    array = values._array if isinstance(values, Tensor) else xp.asarray(values)
    for each, what in ((array, "input value"), (sequence._array, "boundary")):
        if array.size and not each.flags.c_contiguous:
            warnings.warn(NOT_CONTIGUOUS.format(what), UserWarning, stacklevel=4)
    if array.size and array.dtype.kind == "b" and sequence._array.dtype.kind == "b":
        raise NotImplementedError("\"searchsorted_out_cpu\" not implemented for 'Bool'")
    for each in (array, sequence._array):
        refuse_complex(each, "\"searchsorted_out_cpu\" not implemented for '{}'")
    places = xp.asarray(_places(sequence._array, array, right))
    return wrap(places.astype(xp.int32 if out_int32 else xp.int64))


@function
def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Return where values belong in sorted rows: before equal elements, or behind them (`right`)."""
    if side is not None and side not in ("left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    if sorter is not None:
        _check_sorter(sorted_sequence, sorter)
        sorted_sequence = sorted_sequence.gather(-1, sorter)
    shape = sorted_sequence._array.shape
    values = input._array.shape if isinstance(input, Tensor) else ()
    if not values and len(shape) != 1:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
            f"boundaries tensor dim({len(shape)}) and input value's dim(0) numel(1)"
        )
    if not shape:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if len(shape) != 1 and shape[:-1] != values[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(shape)} and input value "
            f"tensor {list(values)}"
        )
    return _found(sorted_sequence, input, right or side == "right", out_int32)


def _check_sorter(boundaries: Tensor, sorter: Tensor) -> None:
    if sorter._array.shape != boundaries._array.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
            f"{list(boundaries.shape)}and got sorter tensor {list(sorter.shape)}"
        )
    if sorter.dtype is not dtypes.int64:
        raise RuntimeError(
            f"torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {sorter.dtype._scalar}"
        )
    x = sorter._array
    if x.size and not (x.min() >= 0 and x.max() < x.shape[-1]):
        raise RuntimeError("torch.searchsorted(): sorter index out of range")


@function
def bucketize(
    input: Any,
    boundaries: Tensor,
    *,
    out_int32: bool = False,
    right: bool = False,
) -> Tensor:
    """Return in which of the intervals between sorted boundaries each value lies."""
    if boundaries._array.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries._array.ndim})")
    return _found(boundaries, input, right, out_int32)


@public
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """Return how often each number occurs in a vector of numbers that are not negative."""
    x = input._array
    if x.dtype.kind not in "iub" or x.dtype.kind == "b":
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{input.dtype._scalar}'")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if x.ndim != 1 or (x.size and int(x.min()) < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and weights._array.shape != x.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    count = max(int(x.max()) + 1 if x.size else 0, minlength)
    made = xp.zeros(count, xp.int64 if weights is None else xp.float64)
    xp.add.at(made, x, 1 if weights is None else weights._array)
    if weights is not None and weights.dtype is dtypes.float32:
        made = made.astype(xp.float32)
    return wrap(made)


@public
def histc(input: Tensor, bins: int = 100, min: Any = 0, max: Any = 0) -> Tensor:
    """Return how many elements lie in each of so many equal intervals."""
    x = input._array
    if x.dtype.kind == "b":  # torch first makes the edges of the intervals
        raise NotImplementedError("\"linspace_cpu\" not implemented for 'Bool'")
    if x.dtype.kind in "iu":
        edges = (min, max) if min != max else (int(x.min()), int(x.max())) if x.size else (min, max)
        if edges[0] == edges[1]:
            edges = (edges[0] - 1, edges[1] + 1)
        for edge in edges:
            if x.dtype.kind == "u" and not 0 <= edge < 256:
                raise RuntimeError("value cannot be converted to type uint8_t without overflow")
    if min == max:
        refuse_complex(x, "\"aminmax_cpu\" not implemented for '{}'")
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"histogram_cpu\" not implemented for '{input.dtype._scalar}'")
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high = float(min), float(max)
    if low > high:
        raise RuntimeError("torch.histc: max must be larger than min")
    if low == high and x.size:
        low, high = float(x.min()), float(x.max())
        if not (math.isfinite(low) and math.isfinite(high)):
            raise RuntimeError(f"torch.histc: range of [{low:g}, {high:g}] is not finite")
    if low == high:
        low, high = low - 1, high + 1
    inside = x[(x >= low) & (x <= high)]
    places = ((inside - low) / (high - low) * bins).astype(xp.int64)
    made = xp.zeros(bins, x.dtype)
    xp.add.at(made, xp.minimum(places, bins - 1), xp.asarray(1, x.dtype))
    return wrap(made)


def _no_derivative(g: Any) -> Any:
    raise NotImplementedError("the derivative for 'unique_consecutive' is not implemented.")


UniqueConsecutiveBackward0 = derivative("UniqueConsecutiveBackward0", self=_no_derivative)


@method
def unique_consecutive(
    self: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """Return the elements that differ from the one before."""
    return FUNCTIONS["unique_consecutive"](
        self, return_inverse=return_inverse, return_counts=return_counts, dim=dim
    )


def _consecutive_parts(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    return _consecutive(input, return_inverse=return_inverse, return_counts=return_counts, dim=dim)


publish_by_flags("unique_consecutive", _consecutive_parts, "_consecutive_", 2, 1)


def _runs(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    x = input._array
    if dim is not None:
        from .scanning import check_slices

        check_slices(x.shape, dim)
    axis = 0 if dim is None else axis_of(dim, x.ndim)
    refuse_complex(x, "\"unique\" not implemented for '{}'")
    rows = x.reshape(-1) if dim is None else xp.moveaxis(x, axis, 0)
    changed = xp.ones(rows.shape[0], bool)
    changed[1:] = (rows[1:] != rows[:-1]).any(axis=tuple(range(1, rows.ndim)))
    starts = xp.flatnonzero(changed)
    kept = xp.moveaxis(row_major(rows[starts]), 0, axis)
    inverse = counts = xp.empty(0, xp.int64)
    if return_inverse or dim is not None:
        inverse = xp.cumsum(changed) - 1
        inverse = inverse.reshape(x.shape) if dim is None else inverse
    if return_counts or dim is not None:
        counts = xp.append(starts[1:], xp.asarray([rows.shape[0]])) - starts
    return record(UniqueConsecutiveBackward0, kept, (input,)), wrap(inverse), wrap(counts)


_consecutive = explained(_runs, "_VF.unique_consecutive")


ModeBackward0 = derivative(
    "ModeBackward0",
    saves="indices",
    args="shape dim keepdim",
    self=lambda g, indices, shape, dim, keepdim: put_along(g, indices, shape, dim, keepdim),
)


@public
def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> Any:
    """Return the value that occurs most often along a dimension (the smallest such), and the last place of it."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    if not x.ndim:
        indices = wrap(xp.zeros((), xp.int64))
        return pair("mode", record(ModeBackward0, x.copy(), (input,), ((), 0, keepdim), (indices,)), indices)
    if not x.shape[axis]:
        raise IndexError(f"mode(): Expected reduction dim {axis} to have non-zero size.")
    refuse_complex(x, "\"mode_cpu\" not implemented for '{}'")
    same = xp.expand_dims(x, axis + 1) == xp.expand_dims(x, axis)
    counts = same.sum(axis=axis + 1)
    most = counts == counts.max(axis=axis, keepdims=True)
    largest = x.max(axis=axis, keepdims=True)
    values = xp.where(most, x, largest).min(axis=axis, keepdims=True)
    steps = xp.arange(x.shape[axis]).reshape([-1 if at == axis else 1 for at in range(x.ndim)])
    places = xp.where(x == values, steps, -1).max(axis=axis, keepdims=True)
    if not keepdim:
        values, places = values.squeeze(axis), places.squeeze(axis)
    indices = wrap(row_major(xp.asarray(places)))
    made = record(ModeBackward0, row_major(xp.asarray(values)), (input,), (x.shape, dim, keepdim), (indices,))
    return pair("mode", made, indices)


def _quantile(
    input: Tensor,
    q: Any,
    dim: int | None,
    keepdim: bool,
    interpolation: str,
    skip_nan: bool,
    out: Tensor | None,
) -> Tensor:
    if not isinstance(q, Tensor) and not 0 <= q <= 1:
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
    if not input._array.size:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if input._array.dtype.kind != "f" or input._array.dtype.itemsize < 4:
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if isinstance(q, Tensor):
        if q._array.ndim > 1:
            raise RuntimeError("quantile() q must be a scalar or 1D tensor")
        if q.dtype is not input.dtype:
            raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
        wanted = q._array
    else:
        wanted = xp.asarray(q, input._array.dtype)
    if ((wanted < 0) | (wanted > 1)).any():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(
            f"quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    if out is not None and out.dtype is not input.dtype:
        raise RuntimeError("quantile() out tensor must be same dtype as the input tensor")
    axis = None if dim is None else axis_of(dim, input._array.ndim)
    shape = _kept_sizes(input._array.shape, axis, keepdim)
    if out is not None:
        resize_out(out, (*wanted.shape, *shape))
    return copied(_interpolated(input, wanted, axis, shape, interpolation, skip_nan), out)


def _kept_sizes(sizes: tuple[int, ...], axis: int | None, keepdim: bool) -> list[int]:
    """Return the sizes that are left of a reduced tensor."""
    if axis is None:
        return [1] * len(sizes) if keepdim else []
    shape = list(sizes)
    if shape:
        shape[axis : axis + 1] = [1] if keepdim else []
    return shape


def _interpolated(
    input: Tensor, wanted: Any, axis: int | None, shape: list[int], interpolation: str, skip_nan: bool
) -> Tensor:
    """Sort along a dimension, which becomes the last, and go so far up as each q says."""
    if axis is None:
        rows = input.flatten()
    elif axis == input._array.ndim - 1:
        rows = input
    else:
        rows = input.unsqueeze(-1).transpose(axis, -1)
    ordered = rows.sort(-1)[0]
    ordered = ordered.view([*shape, ordered._array.shape[-1]])
    x = ordered._array
    missing = xp.isnan(x).sum(axis=-1, keepdims=True)
    last = (x.shape[-1] - missing if skip_nan else xp.full_like(missing, x.shape[-1])) - 1
    ranks = xp.maximum(last, 0) * wanted.reshape(-1)
    if not skip_nan:
        ranks = xp.where(missing > 0, xp.asarray(float(x.shape[-1] - 1)), ranks)
    if interpolation == "nearest":
        ranks = xp.round(ranks)
    low, high = xp.floor(ranks), xp.ceil(ranks)
    if interpolation == "higher":
        low = high
    lower = ordered.gather(-1, wrap(low.astype(xp.int64)))
    found = lower
    if interpolation in ("linear", "midpoint"):
        weight = xp.full_like(ranks, 0.5) if interpolation == "midpoint" else ranks - low
        upper = ordered.gather(-1, wrap(high.astype(xp.int64)))
        found = lower.lerp_(upper, wrap(xp.asarray(weight, x.dtype)))
    if wanted.ndim:
        found = found.unsqueeze_(0).transpose_(0, -1)
    result: Tensor = found.squeeze_(-1)
    return result


@public
def quantile(
    input: Tensor,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Tensor | None = None,
) -> Tensor:
    """Return the values below which the fraction `q` of the elements (along a dimension) lies."""
    return _quantile(input, q, dim, keepdim, interpolation, False, out)


@public
def nanquantile(
    input: Tensor,
    q: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Tensor | None = None,
) -> Tensor:
    """Return quantiles of the elements that are not nan."""
    return _quantile(input, q, dim, keepdim, interpolation, True, out)

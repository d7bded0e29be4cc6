"""Numbers in a row: `arange`, `linspace`, `logspace`, rounded as torch's CPU kernels round them."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from . import backend, dtypes, storage
from .creation import Values, bind, check_place, chosen_dtype, finish, function, plain_number
from .fused import multiply_add
from .scalars import stored
from .tensor import Tensor
from .views import OVERLAP

__all__: list[str] = []

# How many elements the vectorised kernel makes at a time: eight float32 in one register of 256 bits.
_LANES = {dtypes.float16: 16, dtypes.float32: 8, dtypes.float64: 4}


def _out_dtype(values: Values, default: dtypes.dtype) -> dtypes.dtype:
    out = values.get("out")
    return chosen_dtype(values, default if out is None else out.dtype)


@function
def arange(*args: Any, **kwargs: Any) -> Tensor:
    """Return the numbers from `start` up to, not including, `end`."""
    values = bind("arange", args, kwargs)[1]
    check_place(values)
    start, end, step = (plain_number(values.get(name, default)) for name, default in _ARANGE)
    integral = all(isinstance(each, int) for each in (start, end, step))
    dtype = _out_dtype(values, dtypes.int64 if integral else dtypes.get_default_dtype())
    if dtype is dtypes.bool or dtype.is_complex:
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{dtype._scalar}'")
    start, end, step = _checked_range(start, end, step)
    if dtype._is_integral:
        start, end, step = int(start), int(end), int(step)
        if step == 0:
            raise ValueError("step must be nonzero")
        count = max(0, -((start - end) // step))
        made = (np.arange(count, dtype=np.int64) * step + start).astype(dtype._numpy)
    else:
        made = _steps(start, step, _count(start, end, step), dtype)
    _warn_of_size(values, made.size)
    return _finished(made, values)


_ARANGE = (("start", 0), ("end", None), ("step", 1))


@function
def range(*args: Any, **kwargs: Any) -> Tensor:
    """Return the numbers from `start` to `end`, both included; `arange` is the one to use."""
    warnings.warn(RANGE, UserWarning, stacklevel=2)
    values = bind("range", args, kwargs)[1]
    check_place(values)
    start, end, step = (plain_number(values.get(name, default)) for name, default in _ARANGE)
    dtype = _out_dtype(values, dtypes.get_default_dtype())
    if dtype is dtypes.bool or dtype.is_complex:
        raise NotImplementedError(f"\"range_cpu\" not implemented for '{dtype._scalar}'")
    start, end, step = _checked_range(start, end, step)
    if dtype._is_integral:  # each is cut to an integer first
        start, end, step = _checked_range(int(start), int(end), int(step))
        return _finished((start + step * np.arange((end - start) // step + 1)).astype(dtype._numpy), values)
    count = math.floor((end - start) / step) + 1
    return _finished(_steps(start, step, count, dtype), values)


def _finished(made: Any, values: Values) -> Tensor:
    """Make the tensor, or write it into an `out` of that many elements in whatever shape it has."""
    out = values.get("out")
    if out is not None and out._array.size == made.size:
        if storage.overlaps_itself(out._array):
            raise RuntimeError(OVERLAP)
        made = made.reshape(out._array.shape)
    return finish(backend.as_array(made), values)


def _warn_of_size(values: Values, count: int) -> None:
    out = values.get("out")
    if out is not None and out._array.size not in (0, count):
        warnings.warn(
            f"The number of elements in the out tensor of shape {list(out.shape)} is {out._array.size} which does not "
            f"match the computed number of elements {count}. Note that this may occur as a result of rounding error. "
            f"The out tensor will be resized to a tensor of shape ({count},).",
            UserWarning,
            stacklevel=4,
        )


RANGE = (
    "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
    "Python's range builtin. Instead, use torch.arange, which produces values in [start, end)."
)


def _checked_range(start: Any, end: Any, step: Any) -> tuple[Any, Any, Any]:
    for each in (start, end, step):
        if isinstance(each, complex):
            raise RuntimeError("value cannot be converted to type double without overflow")
        if isinstance(each, int) and not -(2**63) <= each < 2**63:
            raise OverflowError("int too big to convert")
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start:g} -> {end:g}")
    if (end - start) * math.copysign(1, step) < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    return start, end, step


def _count(start: Any, end: Any, step: Any) -> int:
    exact = all(isinstance(each, int) for each in (start, end, step))
    count = -((start - end) // step) if exact else math.ceil((float(end) - float(start)) / float(step))
    if count >= 2**63:
        raise RuntimeError("invalid size, possible overflow?")
    return int(count)


def _steps(start: Any, step: Any, count: int, dtype: dtypes.dtype) -> Any:
    """Return start + i * step: pairs of registers start from a rounded base, the rest from `start`."""
    lanes = _LANES[dtype]
    work = np.float32 if dtype is dtypes.float16 else np.float64
    first, by = work(start), work(step)
    index = np.arange(count, dtype=np.float64)
    made = multiply_add(by, index, first, work).astype(dtype._numpy)
    whole = count - count % (2 * lanes)
    if whole:
        bases = made[:whole:lanes, None].astype(np.float64)
        made[:whole] = multiply_add(by, index[:lanes], bases, work).astype(dtype._numpy).ravel()
    return made


@function
def linspace(*args: Any, **kwargs: Any) -> Tensor:
    """Return `steps` numbers from `start` to `end`, both included, evenly apart."""
    values = bind("linspace", args, kwargs)[1]
    start, end, dtype = _ends("linspace", values)
    return _finished(_even(start, end, int(values["steps"]), dtype), values)


@function
def logspace(*args: Any, **kwargs: Any) -> Tensor:
    """Return `steps` powers of `base`, their exponents evenly apart from `start` to `end`."""
    values = bind("logspace", args, kwargs)[1]
    start, end, dtype = _ends("logspace", values)
    work = dtypes.float64 if dtype._is_integral else dtype
    steps = int(values["steps"])
    if dtype._is_integral and steps > 1:  # the exponents' ends are numbers of the dtype
        start, end = [stored(each, dtype).item() for each in (start, end)]
    exponents = _even(start, end, steps, work)
    base = np.float64(plain_number(values.get("base", 10.0)))
    wide = np.complex128 if dtype.is_complex else np.float64
    return _finished(np.power(base, exponents.astype(wide)).astype(dtype._numpy), values)


def _ends(name: str, values: Values) -> tuple[Any, Any, dtypes.dtype]:
    check_place(values)
    start, end = values["start"], values["end"]
    if isinstance(start, Tensor) or isinstance(end, Tensor):
        dims = [each.ndim if isinstance(each, Tensor) else 0 for each in (start, end)]
        if any(dims):
            both = isinstance(start, Tensor) and isinstance(end, Tensor)
            which = [
                f"{each} with {dim} dimension(s)" for each, dim in zip(("start", "end"), dims, strict=True)
            ]
            raise RuntimeError(
                f"{name} only supports 0-dimensional start and end tensors, but got "
                f"{' and '.join(which) if both else which[0 if isinstance(start, Tensor) else 1]}."
            )
    if values["steps"] < 0:
        raise RuntimeError("number of steps must be non-negative")
    start, end = plain_number(start), plain_number(end)
    default = dtypes.get_default_dtype()
    among_complex = isinstance(start, complex) or isinstance(end, complex)
    dtype = _out_dtype(values, default.to_complex() if among_complex else default)
    if among_complex and not dtype.is_complex:
        if values.get("dtype") is None:
            raise RuntimeError(f"value cannot be converted to type {dtypes.c_name(dtype)} without overflow")
        raise RuntimeError(
            f"torch.{name}(): inferred dtype {dtypes.c_name(default.to_complex())} can't be safely cast to passed dtype "
            f"{dtype._scalar}"
        )
    if dtype is dtypes.bool:
        if values.get("out") is not None:
            _fit(values["out"], (int(values["steps"]),))
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")
    return start, end, dtype


def _fit(out: Tensor, shape: tuple[int, ...]) -> None:
    """Give `out` other sizes, unless it has so many elements."""
    if out._array.size != shape[0]:
        out._array = storage.resized(out._array, shape)


def _even(start: Any, end: Any, steps: int, dtype: dtypes.dtype) -> Any:
    """Return the numbers, the first half counted from the start and the second from the end."""
    if steps <= 1:
        return np.full(steps, start, np.complex128 if dtype.is_complex else np.float64).astype(dtype._numpy)
    if dtype.is_complex:
        return np.linspace(start, end, steps).astype(dtype._numpy)
    work = dtype._numpy.type if dtype.is_floating_point else np.float64
    low, high = [work(each if dtype.is_floating_point else stored(each, dtype)) for each in (start, end)]
    by = work((high - low) / work(steps - 1))
    index = np.arange(steps)
    back = index[::-1]
    if work is np.float16:
        rising, falling = low + by * index.astype(work), high - by * back.astype(work)
    else:
        rising, falling = multiply_add(by, index, low, work), multiply_add(-by, back, high, work)
    return np.where(index < steps // 2, rising, falling).astype(dtype._numpy)

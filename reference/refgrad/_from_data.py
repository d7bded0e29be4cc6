"""Tensors from Python data: what dtype and sizes nested sequences have, and their elements as an array."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from . import backend, dtypes, limits, scalars
from .tensor import Tensor

__all__ = ["array_of", "check_array", "dtype_of"]

_MOST_DIMENSIONS: Final = 128
_NUMBERS: Final = frozenset({bool, int, float, complex})
SLOW_LIST = (
    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a "
    "single numpy.ndarray with numpy.array() before converting to a tensor."
)
_warned: set[str] = set()
warns_always = [False]  # what `set_warn_always` was given


def warn_once(text: str, stacklevel: int = 4, *, whatever_is_set: bool = False) -> None:
    """Warn the first time in this process only, as torch does for some texts unless `set_warn_always` says otherwise.

    Of what torch says in Python, that changes nothing (`whatever_is_set`).
    """
    if text not in _warned or (warns_always[0] and not whatever_is_set):
        _warned.add(text)
        warnings.warn(text, UserWarning, stacklevel=stacklevel + 1)


def array_of(data: Any, dtype: dtypes.dtype | None) -> Any:
    """Return a new array of the numbers in nested sequences; `dtype` None lets them decide."""
    _refuse_text(data)
    sizes = _sizes(data)
    chosen = dtype_of(data) if dtype is None else dtype
    if 0 in sizes:
        return backend.empty(tuple(sizes), chosen._numpy)
    leaves: list[Any] = []
    try:
        _gather(leaves, data, sizes)
    except (TypeError, ValueError):
        _converted(
            leaves, chosen
        )  # torch looks at one element after the other: what stands before goes first
        raise
    return backend.as_array(_converted(leaves, chosen).reshape(sizes))


def _refuse_text(data: Any) -> None:
    if isinstance(data, str | bytes):
        raise TypeError(f"new(): invalid data type '{_name(data)}'")


def _name(value: Any) -> str:
    from ._signatures import type_name

    return type_name(value)


def _is_sequence(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return True
    return hasattr(type(value), "__getitem__") and not isinstance(value, dict | Tensor | np.generic | type)


# ---- sizes and dtype -----------------------------------------------------------------------------------------


def _sizes(data: Any) -> list[int]:
    """Return the lengths along the first elements of nested sequences."""
    sizes: list[int] = []
    while _is_sequence(data):
        sizes.append(len(data))
        if len(sizes) > _MOST_DIMENSIONS:
            raise ValueError(f"too many dimensions '{_name(data)}'")
        if not sizes[-1]:
            break
        data = data[0]
        if isinstance(data, np.ndarray) and data.ndim:
            warn_once(SLOW_LIST, 5)
    return sizes


def dtype_of(data: Any) -> dtypes.dtype:
    """Return the dtype that data decides for: that of its numbers, joined; the default one where there are none."""
    if isinstance(data, Tensor):
        own: dtypes.dtype = data.dtype
        return own
    if isinstance(data, np.ndarray | np.generic):
        return _of_numpy(data)
    if isinstance(data, bool | int | float | complex):
        return dtypes.of_number(data)
    _refuse_text(data)
    if not _is_sequence(data):
        raise RuntimeError(f"Could not infer dtype of {_name(data)}")
    if not len(data):
        return dtypes.get_default_dtype()
    kinds = set(map(type, data))
    if kinds <= _NUMBERS:
        examples: Sequence[Any] = [kind() for kind in kinds]
    else:
        examples = data
    found: dtypes.dtype | None = None
    for each in examples:
        if each is data:
            raise TypeError("new(): self-referential lists are incompatible")
        own = dtype_of(each)
        found = own if found is None else dtypes.promote(found, own)
    assert found is not None
    return found


def _of_numpy(data: Any) -> dtypes.dtype:
    try:
        return dtypes.of(data.dtype)
    except KeyError:
        raise _unsupported(data) from None


def _unsupported(array: Any) -> TypeError:
    return TypeError(
        f"can't convert np.ndarray of type {_type_of(array)}. The only supported types are: float64, float32, float16, "
        "complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool."
    )


def _type_of(array: Any) -> str:
    kind = array.dtype.type
    return f"{kind.__module__}.{kind.__name__}"


def check_array(array: Any) -> None:
    """Refuse a NumPy array whose memory no tensor can describe."""
    if any(step < 0 for step in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )
    if any(step % array.itemsize for step in array.strides):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size. Copy the numpy array to reallocate "
            "the memory."
        )
    if not array.dtype.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders "
            "is currently not supported."
        )
    _of_numpy(array)


# ---- elements ------------------------------------------------------------------------------------------------


def _gather(leaves: list[Any], data: Any, sizes: list[int], dim: int = 0) -> None:
    """Add the innermost elements in order; ValueError where a sequence has another length than the first."""
    if dim == len(sizes):
        leaves.append(data)
        return
    single = isinstance(data, Tensor) and not data._array.ndim
    if single or not (hasattr(type(data), "__iter__") or _is_sequence(data)):
        raise TypeError("not a sequence")
    items = list(data.detach() if isinstance(data, Tensor) else data)  # torch does not warn of these
    if len(items) != sizes[dim]:
        raise ValueError(f"expected sequence of length {sizes[dim]} at dim {dim} (got {len(items)})")
    if dim == len(sizes) - 1:
        leaves += items
        return
    for each in items:
        _gather(leaves, each, sizes, dim + 1)


def _converted(leaves: list[Any], dtype: dtypes.dtype) -> Any:
    """Return the elements as an array of `dtype`; errors name what Python found wrong with the first bad one."""
    if dtype.is_complex:
        return np.array([complex(each) for each in leaves], dtype._numpy)
    if dtype.is_floating_point:
        return np.array(
            leaves if _plain(leaves) else [_as_float(each) for each in leaves], np.float64
        ).astype(dtype._numpy)
    if dtype is dtypes.bool:
        return np.array([bool(_as_integer(each, whole=False)) for each in leaves], dtype._numpy)
    return _as_integers(leaves, dtype)


def _plain(leaves: list[Any]) -> bool:
    return set(map(type, leaves)) <= {bool, int, float}


def _as_float(value: Any) -> float:
    if isinstance(value, Tensor) and value._array.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    if (
        not isinstance(value, Tensor)
        and not hasattr(type(value), "__float__")
        and not hasattr(type(value), "__index__")
    ):
        raise TypeError(f"must be real number, not {_name(value)}")
    return float(value)


def _as_integer(value: Any, *, whole: bool = True) -> Any:
    if isinstance(value, bool | int | float | np.floating | np.bool):
        return value
    if isinstance(value, complex | np.complexfloating) and not whole:
        return value
    if isinstance(value, Tensor):
        if value._array.size != 1 or (whole and not value.dtype._is_integral):
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return value._array.item()
    if not hasattr(type(value), "__index__"):
        raise TypeError(f"'{_name(value)}' object cannot be interpreted as an integer")
    return value.__index__()


def _as_integers(leaves: list[Any], dtype: dtypes.dtype) -> Any:
    kinds = set(map(type, leaves))
    values = leaves if kinds <= {bool, int, float} else [_as_integer(each) for each in leaves]
    if kinds <= {bool, int} and dtype is dtypes.int64:
        try:
            return np.array(values, np.int64)
        except OverflowError:
            raise ValueError("Overflow when unpacking long long") from None
    bounds = limits.iinfo(dtype)
    for each in values:
        if isinstance(each, int):
            if not -(2**63) <= each < 2**63 and dtype is not dtypes.uint64:
                raise ValueError("Overflow when unpacking long long")
            if bounds.min <= each <= bounds.max:
                continue
        if scalars.overflows(each, dtype):
            raise RuntimeError(f"value cannot be converted to type {dtype._name} without overflow")
    wrapped = [int(each) % 2**bounds.bits for each in values]
    return np.array(wrapped, np.uint64).astype(dtype._numpy)

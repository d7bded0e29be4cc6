"""Where CuPy does something otherwise than NumPy, or not at all: what the engine calls in its place.

A correction gets the library first, and then what the function of that name gets. What is needed rarely, and has no
counterpart there, is computed by NumPy: `_on_host`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

__all__ = ["CORRECTED", "Methods"]


class Methods(dict[str, Callable[..., Any]]):
    """Corrections of the methods of a ufunc."""


def _host(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)([_host(each) for each in value])
    return value.get() if hasattr(value, "get") else value


def _there(library: Any, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple([_there(library, each) for each in value])
    return library.asarray(value) if isinstance(value, numpy.ndarray | numpy.generic) else value


def _on_host(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compute on the CPU: the arrays come down and the result goes up again."""

    def call(library: Any, *args: Any, **kwargs: Any) -> Any:
        found = function(
            *[_host(each) for each in args], **{key: _host(each) for key, each in kwargs.items()}
        )
        return _there(library, found)

    return call


def _at_on_host(ufunc: numpy.ufunc) -> Callable[..., None]:
    def at(library: Any, target: Any, indices: Any, values: Any) -> None:
        host = _host(target)
        ufunc.at(host, _host(indices), _host(values))
        target[...] = library.asarray(host)

    return at


# What CuPy adds atomically, by the kind and size of an element.
_ADDED = {"f2", "f4", "f8", "i4", "u4", "u8"}


def _add_at(library: Any, target: Any, indices: Any, values: Any) -> None:
    """Add where indices repeat; in the dtypes that have no atomic addition, through one that has."""
    dtype = target.dtype
    if dtype.kind == "c":
        _add_at(library, target.real, indices, values.real if hasattr(values, "real") else values)
        if hasattr(values, "dtype") and values.dtype.kind == "c":
            _add_at(library, target.imag, indices, values.imag)
    elif dtype.kind + str(dtype.itemsize) in _ADDED:
        library.add.at(target, indices, _like(library, values, dtype))
    elif dtype == numpy.int64:  # in two's complement the bits add up alike
        library.add.at(target.view(numpy.uint64), indices, _like(library, values, dtype).view(numpy.uint64))
    else:
        wide = target.astype(numpy.int32)
        library.add.at(wide, indices, _like(library, values, numpy.dtype(numpy.int32)))
        target[...] = wide.astype(dtype)


def _like(library: Any, values: Any, dtype: Any) -> Any:
    """Return numbers as an array of a dtype."""
    return library.asarray(values).astype(dtype, copy=False)


def _sum(library: Any, array: Any, axis: Any = 0, dtype: Any = None, keepdims: bool = False) -> Any:
    return array.sum(axis=axis, dtype=dtype, keepdims=keepdims)


def _polyval(library: Any, p: Any, x: Any) -> Any:
    """Evaluate a polynomial with plain numbers for coefficients (Horner)."""
    found = library.zeros_like(x)
    for each in p:
        found = found * x + each
    return found


CORRECTED: dict[str, Callable[..., Any] | Methods] = {
    "add": Methods(at=_add_at, reduce=_sum),
    "multiply": Methods(at=_at_on_host(numpy.multiply)),
    "maximum": Methods(at=_at_on_host(numpy.maximum), accumulate=_on_host(numpy.maximum.accumulate)),
    "minimum": Methods(at=_at_on_host(numpy.minimum), accumulate=_on_host(numpy.minimum.accumulate)),
    "logaddexp": Methods(accumulate=_on_host(numpy.logaddexp.accumulate)),
    "polyval": _polyval,
}

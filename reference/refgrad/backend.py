"""The array library, NumPy: all other modules call it through here, `xp.exp(array)`.

NumPy's functions dispatch on their arguments (NEP 13 and 18), so `xp.exp` also serves the arrays of a GPU. What creates
arrays or looks at memory cannot: when the first tensor goes to a GPU, `attachment.attach` puts functions in their
place, here and in `xp`, that ask where to work. A process that stays on the CPU never pays for that.
"""

from __future__ import annotations

import types
from typing import Any, TypeAlias

import numpy

__all__ = [
    "Array",
    "address",
    "arrays",
    "as_array",
    "broadcast_shapes",
    "empty",
    "ndarray",
    "ndindex",
    "root",
    "seen_as",
    "silence",
    "strided",
    "to_host",
    "xp",
    "zero",
]

Array: TypeAlias = Any  # NumPy's and CuPy's arrays have no type in common that says more
xp: Any = types.ModuleType("xp", "NumPy's names, some of which `attachment.attach` gives a new meaning.")
xp.__dict__.update({name: value for name, value in vars(numpy).items() if not name.startswith("__")})
xp.__getattr__ = numpy.__getattr__  # for the modules that NumPy imports on first use
ndarray = numpy.ndarray
arrays: Any = (numpy.ndarray,)  # the types of array that tensors have


def silence() -> None:
    """Turn NumPy's floating-point warnings off in this thread: torch is silent where a result is infinite or nan.

    `errstate` around each operation would cost more than the operation itself.
    """
    numpy.seterr(all="ignore")


as_array = numpy.asarray
# These work on shapes, which are always on the host.
broadcast_shapes, ndindex = numpy.broadcast_shapes, numpy.ndindex


def to_host(array: Array) -> Any:
    """Return a NumPy array of the elements, the array itself if it is one: for what is drawn or printed by the CPU."""
    return array if isinstance(array, numpy.ndarray) else array.get()


def empty(shape: tuple[int, ...], dtype: Any, strides: tuple[int, ...] | None = None) -> Array:
    """Return new memory, contiguous or with the given strides (in bytes, none of them negative)."""
    if strides is None:
        return numpy.empty(shape, dtype)
    memory = numpy.empty(shape, dtype)
    extent = memory.itemsize + sum([(n - 1) * step for n, step in zip(shape, strides, strict=True)])
    if memory.size and extent > memory.nbytes:
        memory = numpy.empty(-(-extent // memory.itemsize), dtype)
    return numpy.ndarray(shape, dtype, memory, 0, strides)


_zeros: dict[Any, Array] = {}


def zero(dtype: Any) -> Array:
    """Return a 0-dim zero, made once: NumPy combines it with arrays faster than a Python number."""
    found = _zeros.get(dtype)
    if found is None:
        found = _zeros[dtype] = numpy.zeros((), dtype)
    return found


def address(array: Array) -> int:
    """Return the address of the first element."""
    memory: Any = getattr(
        array, "memory", array
    )  # a conjugate that was not computed lies where its numbers do
    return int(memory.__array_interface__["data"][0])


def root(array: Array) -> Array:
    """Return the array that first described the memory that `array` looks at."""
    base = array.base
    while type(base) is numpy.ndarray:
        array, base = base, base.base
    return array


def strided(memory: Array, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Array:
    """View `memory`, the root of some array, with any shape; strides and offset in bytes from its start."""
    return numpy.ndarray(shape, memory.dtype, _in_order(memory), offset, strides)


def seen_as(memory: Array, dtype: Any) -> Array:
    """View `memory`, the root of some array, as elements of another dtype, one after the other."""
    return memory if memory.dtype == dtype else _in_order(memory).reshape(-1).view(dtype)


def _in_order(memory: Array) -> Array:
    """Return dense memory with its axes in the order in which its elements lie."""
    if memory.ndim < 2 or memory.flags.c_contiguous:
        return memory
    return memory.T if memory.flags.f_contiguous else memory.transpose(_by_stride(memory))


def _by_stride(memory: Array) -> list[int]:
    return sorted(range(memory.ndim), key=lambda axis: -memory.strides[axis])

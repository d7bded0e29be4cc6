"""`torch.Size`: the tuple of a tensor's sizes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar, SupportsIndex, cast

import numpy as np

from . import dtypes
from .c_names import NamedInC

__all__ = ["Size", "of"]

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


class Size(tuple[int, ...], metaclass=NamedInC):
    """The sizes of a tensor. Slices, sums and multiples of a Size are Sizes."""

    __slots__: ClassVar[tuple[str, ...]] = ()
    __module__ = "torch"

    def __new__(cls, *args: Iterable[Any], **kwargs: Any) -> Size:
        """Check that all are ints; 0-dim integer tensors become ints."""
        if kwargs:
            raise TypeError("tuple() takes no keyword arguments")
        if len(args) > 1:
            raise TypeError(f"tuple expected at most 1 argument, got {len(args)}")
        values = [_as_size(value, place) for place, value in enumerate(args[0] if args else ())]
        return tuple.__new__(cls, values)

    def numel(self, *args: Any) -> int:
        """Return the number of elements of a tensor of this size, in 64 bits."""
        if args:
            raise TypeError(f"Size.numel() takes no arguments ({len(args)} given)")
        product = 1
        for size in self:
            product *= size
        return (product - _LOWEST) % 2**64 + _LOWEST

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __getitem__(self, index: Any) -> Any:
        found = tuple.__getitem__(self, index)
        return of(found) if type(index) is slice else found

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, tuple):
            if hasattr(type(other), "__radd__") and not isinstance(other, int | float | complex):
                return NotImplemented
            raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: Any) -> Any:
        return Size(other + tuple(self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, count: SupportsIndex) -> Size:
        if not hasattr(type(count), "__index__"):
            raise TypeError(f"can't multiply sequence by non-int of type '{type(count).__name__}'")
        return of(tuple.__mul__(self, count))

    __rmul__ = __mul__

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (tuple(self),)


def _restore(sizes: tuple[int, ...]) -> Size:
    return of(sizes)


# Make a Size of what is a tuple of ints for certain, without looking at it.
of = cast("partial[Size]", partial(tuple.__new__, Size))


def _as_size(value: Any, place: int) -> int:
    if isinstance(value, int):
        if not _LOWEST <= value <= _HIGHEST:
            raise ValueError("Overflow when unpacking long long")
        return value
    if isinstance(value, np.integer):
        return cast("int", value)
    if (
        isinstance(getattr(value, "dtype", None), dtypes.dtype)
        and value.dtype._is_integral
        and value.ndim == 0
    ):
        return int(value)
    from ._signatures import type_name

    raise TypeError(f"torch.Size() takes an iterable of 'int' (item {place} is '{type_name(value)}')")

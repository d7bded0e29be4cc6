"""Conjugates and negatives that are not computed: arrays that say how the memory of a tensor is to be read.

torch's conjugate bit and negative bit. They belong to the array, not to the tensor: an operation that reads
`tensor._array` as NumPy's functions do gets the numbers that the tensor shows, one that writes changes the memory that
the tensor shares with others, and arrays without a bit, which are NumPy's own, pay nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import backend, storage
from .backend import Array, xp

__all__ = [
    "Unresolved",
    "conjugated",
    "is_conjugated",
    "is_negated",
    "like",
    "negated",
    "put_together",
    "resolved",
    "taken_apart",
]

# Functions of NumPy whose result looks at the memory of their first argument.
_SEEING = frozenset(("broadcast_to", "expand_dims", "moveaxis", "squeeze", "swapaxes", "transpose"))


class Unresolved(xp.lib.mixins.NDArrayOperatorsMixin):  # type: ignore[misc]
    """An array that shows the conjugates, the negatives, or both, of the numbers in `memory`.

    It lies as `memory` does. Whatever has no meaning for memory (functions of NumPy, methods, attributes) is that of a
    resolved copy; what sees the same elements otherwise (`reshape`, basic indices) is unresolved itself.
    """

    __slots__ = ("conjugated", "memory", "negated")

    def __init__(self, memory: Array, conjugated: bool, negated: bool) -> None:
        self.memory, self.conjugated, self.negated = memory, conjugated, negated

    # ---- how it lies in memory -----------------------------------------------------------------------------------

    shape = property(lambda self: self.memory.shape)
    strides = property(lambda self: self.memory.strides)
    ndim = property(lambda self: self.memory.ndim)
    size = property(lambda self: self.memory.size)
    dtype = property(lambda self: self.memory.dtype)
    itemsize = property(lambda self: self.memory.itemsize)
    nbytes = property(lambda self: self.memory.nbytes)
    flags = property(lambda self: self.memory.flags)
    T = property(lambda self: self._as(self.memory.T))

    @property
    def base(self) -> Array:
        """What holds the memory, as NumPy's arrays name it; never None."""
        return self.memory if self.memory.base is None else self.memory.base

    # ---- the same elements, seen otherwise -----------------------------------------------------------------------

    def _as(self, memory: Array) -> Unresolved:
        return Unresolved(memory, self.conjugated, self.negated)

    def reshape(self, *shape: Any) -> Unresolved:
        """Return the elements with another shape, of the same memory where NumPy does so."""
        return self._as(self.memory.reshape(*shape))

    def transpose(self, *axes: Any) -> Unresolved:
        """Return the elements with another order of the axes."""
        return self._as(self.memory.transpose(*axes))

    def swapaxes(self, a: int, b: int) -> Unresolved:
        """Return the elements with two axes swapped."""
        return self._as(self.memory.swapaxes(a, b))

    def squeeze(self, *axes: Any) -> Unresolved:
        """Return the elements without axes of size 1."""
        return self._as(self.memory.squeeze(*axes))

    def view(self, dtype: Any) -> Array:
        """Return the memory as of another dtype: negative parts are those of a negative; a conjugate is resolved."""
        return resolved(self).view(dtype) if self.conjugated else self._as(self.memory.view(dtype))

    def __getitem__(self, index: Any) -> Any:
        parts = index if isinstance(index, tuple) else (index,)
        if all(each is None or each is ... or isinstance(each, int | slice) for each in parts):
            found = self.memory[index]
            return self._as(found) if isinstance(found, backend.arrays) else _changed(self, found)
        return resolved(self)[index]

    # ---- changing the elements -----------------------------------------------------------------------------------

    def __setitem__(self, index: Any, value: Any) -> None:
        if storage.overlaps_itself(self.memory):
            from .views import OVERLAP

            raise RuntimeError(OVERLAP)
        given = xp.asarray(resolved(value)).astype(self.dtype)
        self.memory[index] = _changed(self, given)

    # ---- its numbers ---------------------------------------------------------------------------------------------

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        found = resolved(self)
        return found if dtype is None else found.astype(dtype, copy=False)

    def __cupy_get_ndarray__(self) -> Any:  # CuPy's `__array__`
        return resolved(self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute with the numbers; a result that goes into an unresolved array is written there."""
        out = options.pop("out", ())
        if method == "at" and isinstance(inputs[0], Unresolved):
            numbers = resolved(inputs[0])
            ufunc.at(numbers, *map(_plain, inputs[1:]))
            inputs[0][...] = numbers
            return None
        if any(isinstance(each, Unresolved) for each in out):
            (into,) = out
            into[...] = getattr(ufunc, method)(*map(_plain, inputs), **_plain(options))
            return into
        if out:
            options["out"] = out
        return getattr(ufunc, method)(*map(_plain, inputs), **_plain(options))

    def __array_function__(self, function: Any, types: Any, args: Any, options: dict[str, Any]) -> Any:
        """Compute with the numbers; what only looks at memory does so."""
        first = args[0] if args else None
        if isinstance(first, Unresolved) and function.__name__ in _SEEING:
            return first._as(function(first.memory, *args[1:], **options))
        return function(*map(_plain, args), **_plain(options))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # protocols by which NumPy would look at the memory itself
            raise AttributeError(name)
        return getattr(resolved(self), name)

    def get(self) -> Any:
        """Return the numbers as an array of the CPU."""
        return backend.to_host(resolved(self))

    def __len__(self) -> int:
        return len(self.memory)

    def __iter__(self) -> Iterator[Any]:
        return iter(resolved(self))

    def __bool__(self) -> bool:
        return bool(resolved(self))

    def __int__(self) -> int:
        return int(resolved(self))

    def __float__(self) -> float:
        return float(resolved(self))

    def __complex__(self) -> complex:
        return complex(resolved(self))


backend.arrays = (*backend.arrays, Unresolved)


def _changed(bits: Unresolved, numbers: Any) -> Any:
    """Return numbers conjugated and negated as an unresolved array is: from memory to what it shows, and back."""
    if bits.conjugated:
        numbers = xp.conjugate(numbers)
    return xp.negative(numbers) if bits.negated else numbers


def resolved(array: Any) -> Any:
    """Return the numbers that an array shows: a copy of an unresolved one, laid out as torch's copies are; else itself."""
    if type(array) is not Unresolved:
        return array
    if type(array.memory) is backend.ndarray:
        return _computed(array)
    from .placement import device_of, on

    with on(device_of(array.memory)):
        return _computed(array)


def _computed(array: Unresolved) -> Array:
    made = storage.copy(array.memory)
    if array.conjugated:
        xp.conjugate(made, out=made)
    if array.negated:
        xp.negative(made, out=made)
    return made


def _plain(value: Any) -> Any:
    """Return an argument of a function with resolved arrays in it."""
    if isinstance(value, tuple | list):
        return type(value)(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return resolved(value)


def put_together(memory: Array, conjugated: bool, negated: bool) -> Array:
    """Return what shows the conjugates, the negatives or both of what is in memory; the memory itself if neither."""
    return Unresolved(memory, conjugated, negated) if conjugated or negated else memory


def taken_apart(array: Array) -> tuple[Array, tuple[bool, bool]]:
    """Return the memory of an array, and whether the array shows the conjugates and the negatives of what is in it."""
    if type(array) is Unresolved:
        return array.memory, (array.conjugated, array.negated)
    return array, (False, False)


def like(array: Array, memory: Array) -> Array:
    """Return memory read as an array reads its own."""
    return array._as(memory) if type(array) is Unresolved else memory


def is_conjugated(array: Array) -> bool:
    """Return whether an array shows the conjugates of what is in its memory."""
    return type(array) is Unresolved and array.conjugated


def is_negated(array: Array) -> bool:
    """Return whether an array shows the negatives of what is in its memory."""
    return type(array) is Unresolved and array.negated


def conjugated(array: Array) -> Array:
    """Return the conjugates of complex numbers, over the same memory."""
    if type(array) is Unresolved:
        return put_together(array.memory, not array.conjugated, array.negated)
    return Unresolved(array, True, False)


def stored_conjugated(array: Array) -> Array:
    """Return the same numbers, but their conjugates in memory."""
    return Unresolved(backend.as_array(xp.conjugate(array)), True, False)


def negated(array: Array) -> Array:
    """Return the negatives, over the same memory."""
    if type(array) is Unresolved:
        return put_together(array.memory, array.conjugated, not array.negated)
    return Unresolved(array, False, True)

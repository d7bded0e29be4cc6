"""A GPU's array library beside NumPy: attached when the first tensor goes there, and found by what it is asked about.

Until then nothing here is imported. `attach` gives the names of `backend` and `xp` that cannot dispatch by themselves
functions that do: what looks at memory asks whose array it was given, what makes arrays asks where the operation at
hand runs (`here`, which `guards` set). The library must offer what CuPy does; `corrections` are what CuPy does
otherwise than NumPy, or not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy

from . import backend
from .backend import Array, xp
from .corrections import CORRECTED, Methods
from .unresolved import resolved, taken_apart

__all__ = [
    "Accelerator",
    "AcceleratorError",
    "OutOfMemoryError",
    "attach",
    "attached",
    "here",
    "is_importable",
    "load",
]


class AcceleratorError(RuntimeError):
    """What a GPU cannot do."""

    __module__ = "torch"


class OutOfMemoryError(RuntimeError):
    """More memory than a GPU has."""

    __module__ = "torch"


class Accelerator:
    """What the engine asks of a GPU's array library, whose functions are in `library` by NumPy's names."""

    library: Any
    ndarray: Any

    def count(self) -> int:
        """Return how many devices there are."""
        raise NotImplementedError

    def use(self, index: int) -> None:
        """Make new arrays on this device from now on, in this thread."""
        raise NotImplementedError

    def index_of(self, array: Array) -> int:
        """Return the device that an array is on."""
        raise NotImplementedError

    def upload(self, host: Any) -> Array:
        """Return a copy of a NumPy array on the device in use."""
        raise NotImplementedError

    def address(self, array: Array) -> int:
        """Return the address of the first element."""
        raise NotImplementedError

    def root(self, array: Array) -> Array:
        """Return the array that first described the memory that `array` looks at."""
        return array if array.base is None else array.base

    def strided(self, memory: Array, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Array:
        """View `memory`, the root of some array, with any shape; strides and offset in bytes from its start."""
        raise NotImplementedError

    def empty(self, shape: tuple[int, ...], dtype: Any, strides: tuple[int, ...] | None = None) -> Array:
        """Return new memory, contiguous or with the given dense strides in bytes."""
        raise NotImplementedError

    def name_of(self, index: int) -> str:
        """Return the name of a device."""
        raise NotImplementedError

    def capability_of(self, index: int) -> tuple[int, int]:
        """Return the compute capability of a device."""
        raise NotImplementedError

    def synchronize(self, index: int) -> None:
        """Wait until a device has done everything that it was given."""
        raise NotImplementedError

    def allocated(self, index: int) -> int:
        """Return how many bytes arrays take up on a device."""
        raise NotImplementedError

    def reserved(self, index: int) -> int:
        """Return how many bytes are kept for arrays on a device."""
        raise NotImplementedError

    def free(self) -> None:
        """Give back memory that no array takes up."""
        raise NotImplementedError

    def as_array(self, value: Any, dtype: Any = None) -> Array:
        """Return an array of the device in use: the value itself if it is one, else a copy of its numbers."""
        value = resolved(value)
        if isinstance(value, self.ndarray):
            return value if dtype is None or value.dtype == dtype else value.astype(dtype)
        return self.upload(numpy.asarray(value, dtype))


class _Here(threading.local):
    """Where this thread makes arrays now: on a device of the accelerator, or (None) on the CPU.

    `current` is the device that "cuda" without a number stands for, `used` the one that the library was last told of.
    """

    index: int | None = None
    used: int | None = None
    current: int = 0


here = _Here()
_attached: list[Accelerator] = []
_attaching = threading.RLock()

# What makes arrays of numbers and sizes.
_CREATORS = (
    *("arange", "array", "asarray", "ascontiguousarray", "empty", "eye", "full", "ones", "tri"),
    "zeros",
)


def attached() -> Accelerator | None:
    """Return the accelerator that tensors can be on, None as long as none ever was."""
    return _attached[0] if _attached else None


def is_importable() -> bool:
    """Return whether CuPy is installed, or another accelerator attached."""
    if _attached:
        return True
    from importlib.util import find_spec

    return find_spec("cupy") is not None


def count() -> int:
    """Return how many devices tensors could be on, without attaching anything."""
    if _attached:
        return _attached[0].count()
    if not is_importable():
        return 0
    from ._cupy import Cupy

    try:
        return Cupy().count()
    except RuntimeError:
        return 0


def load() -> Accelerator:
    """Return the accelerator, attaching CuPy where none is yet; AssertionError where CuPy is not installed.

    RuntimeError where there is no GPU, or no driver for it.
    """
    with _attaching:
        if not _attached:
            if not is_importable():
                raise AssertionError("Torch not compiled with CUDA enabled")
            from ._cupy import Cupy

            attach(Cupy())
    return _attached[0]


def attach(accelerator: Accelerator) -> None:
    """Let tensors be on this accelerator from now on: once in a process."""
    with _attaching:
        if _attached:
            raise RuntimeError("an accelerator is attached already")
        mine = accelerator.ndarray
        backend.arrays = (*backend.arrays, mine)
        for name in ("address", "root", "strided"):
            chosen = _by_array(mine, getattr(backend, name), getattr(accelerator, name), _memory_of)
            setattr(backend, name, chosen)
        for name in ("as_array", "empty"):
            setattr(backend, name, _by_place(mine, getattr(backend, name), getattr(accelerator, name)))
        backend.zero = _by_place(mine, backend.zero, _zeros_of(accelerator))
        for name in _CREATORS:
            setattr(xp, name, _by_place(mine, getattr(numpy, name), getattr(accelerator.library, name)))
        for name, correction in CORRECTED.items():
            _correct(accelerator, name, correction)
        _attached.append(accelerator)
    from .guards import guard_all

    guard_all()


def _correct(accelerator: Accelerator, name: str, correction: Callable[..., Any] | Methods) -> None:
    """Put a function in the place of one of NumPy's that does what the correction says for the accelerator's arrays."""
    if isinstance(correction, Methods):
        ufunc = getattr(numpy, name)
        made: Any = _Ufunc(ufunc)
        for method, each in correction.items():
            there = _given(each, accelerator.library)
            setattr(made, method, _by_array(accelerator.ndarray, getattr(ufunc, method), there))
        setattr(xp, name, made)
        return
    there = _given(correction, accelerator.library)
    setattr(xp, name, _by_array(accelerator.ndarray, getattr(numpy, name), there))


def _given(function: Callable[..., Any], library: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: function(library, *args, **kwargs)


class _Ufunc:
    """A ufunc of NumPy, which dispatches when it is called, with methods that do so too."""

    def __init__(self, ufunc: numpy.ufunc) -> None:
        self._ufunc = ufunc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ufunc(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ufunc, name)


def _has(mine: type, values: Iterable[Any]) -> bool:
    """Return whether one of the values, or an element of a sequence among them, is an array of that type."""
    for each in values:
        if isinstance(each, mine) or (isinstance(each, tuple | list) and _has(mine, each)):
            return True
    return False


def _memory_of(array: Any) -> Any:
    return taken_apart(array)[0]


def _by_array(
    mine: type,
    host: Callable[..., Any],
    there: Callable[..., Any],
    given: Callable[[Any], Any] = resolved,
) -> Callable[..., Any]:
    """Return a function that is `there` for arrays of the accelerator; `given` takes what an argument stands for."""

    def chosen(*args: Any, **kwargs: Any) -> Any:
        args = tuple(map(given, args))
        return (there if _has(mine, (*args, *kwargs.values())) else host)(*args, **kwargs)

    return chosen


def _by_place(mine: type, host: Callable[..., Any], there: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is `there` for arrays of the accelerator, and where the operation at hand runs on it."""

    def chosen(*args: Any, **kwargs: Any) -> Any:
        return (there if here.index is not None or _has(mine, args) else host)(*args, **kwargs)

    return chosen


def _zeros_of(accelerator: Accelerator) -> Callable[..., Any]:
    """Return what `backend.zero` is on an accelerator: a 0-dim zero, made once for each device."""
    made: dict[Any, Array] = {}

    def zero(dtype: Any) -> Array:
        key = dtype, here.index
        if key not in made:
            made[key] = accelerator.library.zeros((), dtype)
        return made[key]

    return zero

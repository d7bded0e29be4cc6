"""An array type over NumPy without any implicit conversion, to try the engine on before a GPU is there.

Like CuPy's arrays these refuse to become NumPy arrays and to be mixed with them, reductions return 0-dim arrays
rather than scalars, and the library has only functions that CuPy has too.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy

__all__ = ["StrictArray", "install", "library"]

# Public functions of NumPy that CuPy does not have, or that only work on the host.
_NOT_IN_CUPY = frozenset(
    [
        "array_equiv",
        "asarray_chkfinite",
        "block_diag",
        "broadcast_shapes",
        "emath",
        "errstate",
        "frombuffer",
        "frompyfunc",
        "fromregex",
        "genfromtxt",
        "getbufsize",
        "geterr",
        "histogram_bin_edges",
        "insert",
        "loadtxt",
        "memmap",
        "ndindex",
        "nditer",
        "ndenumerate",
        "nested_iters",
        "poly",
        "recfromtxt",
        "seterr",
        "seterrcall",
        "setbufsize",
        "spacing",
        "trapz",
        "vectorize",
    ]
)


class StrictArray:
    """An array that works only with its own kind and with Python numbers."""

    __slots__ = ("_host",)
    __array_ufunc__ = None  # NumPy's operators step back
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, host: Any) -> None:
        self._host = host

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self._host, name)
        return _wrapped(found) if callable(found) and not isinstance(found, numpy.generic) else _strict(found)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_host":
            object.__setattr__(self, name, value)
        else:
            setattr(self._host, name, _host(value))

    def get(self) -> Any:
        """Return a copy on the host, as CuPy's arrays do."""
        return self._host.copy()

    def __getitem__(self, index: Any) -> Any:
        return _strict(self._host[_host(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self._host[_host(index)] = _host(value)

    def __len__(self) -> int:
        return len(self._host)

    def __iter__(self) -> Any:
        return (_strict(each) for each in self._host)

    def __bool__(self) -> bool:
        return bool(self._host)

    def __int__(self) -> int:
        return int(self._host)

    def __float__(self) -> float:
        return float(self._host)

    def __complex__(self) -> complex:
        return complex(self._host)

    def __index__(self) -> int:
        return self._host.__index__()  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"StrictArray({self._host!r})"


def _operator(name: str) -> Callable[..., Any]:
    def apply(self: StrictArray, *others: Any) -> Any:
        result = getattr(self._host, name)(*[_host(each) for each in others])
        return result if result is NotImplemented else (self if result is self._host else _strict(result))

    return apply


for _name in [
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
    "lshift",
    "rshift",
    "radd",
    "rsub",
    "rmul",
    "rtruediv",
    "rfloordiv",
    "rmod",
    "rpow",
    "rmatmul",
    "rand",
    "ror",
    "rxor",
    "rlshift",
    "rrshift",
    "iadd",
    "isub",
    "imul",
    "itruediv",
    "ifloordiv",
    "imod",
    "ipow",
    "iand",
    "ior",
    "ixor",
    "neg",
    "pos",
    "abs",
    "invert",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "divmod",
]:
    setattr(StrictArray, f"__{_name}__", _operator(f"__{_name}__"))


def _host(value: Any) -> Any:
    """Return what NumPy computes with in place of a strict array; refuse arrays of NumPy itself."""
    if isinstance(value, StrictArray):
        return value._host
    if isinstance(value, numpy.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    if isinstance(value, tuple | list):
        return type(value)([_host(each) for each in value])
    return value


def _strict(value: Any) -> Any:
    if isinstance(value, numpy.ndarray | numpy.generic):
        return StrictArray(numpy.asarray(value))
    if isinstance(value, tuple | list) and any(isinstance(each, numpy.ndarray) for each in value):
        strict = [_strict(each) for each in value]  # NumPy's named results become plain tuples
        return strict if isinstance(value, list) else tuple(strict)
    return value


def _wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        found = function(
            *[_host(each) for each in args], **{key: _host(each) for key, each in kwargs.items()}
        )
        return _strict(found)

    return call


class _Library(types.ModuleType):
    def __init__(self, module: Any) -> None:
        super().__init__(module.__name__)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if name in _NOT_IN_CUPY:
            raise AttributeError(f"CuPy has no {name}")
        found = getattr(self._module, name)
        if isinstance(found, types.ModuleType):
            return _Library(found)
        if isinstance(found, numpy.ufunc):
            return _Ufunc(found)
        return _wrapped(found) if callable(found) and not isinstance(found, type) else found


class _Ufunc:
    def __init__(self, ufunc: numpy.ufunc) -> None:
        self.ufunc = ufunc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _wrapped(self.ufunc)(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return _wrapped(getattr(self.ufunc, name))


library = _Library(numpy)


def install(backend: Any) -> None:
    """Let the engine compute with strict arrays: to be called before anything but `backend` is imported."""
    host = {
        name: getattr(backend, name) for name in ("address", "as_array", "empty", "root", "strided", "zero")
    }

    def as_array(value: Any, dtype: Any = None) -> Any:  # the one explicit upload
        return (
            value
            if isinstance(value, StrictArray) and dtype is None
            else StrictArray(numpy.asarray(value._host if isinstance(value, StrictArray) else value, dtype))
        )

    backend.xp, backend.ndarray, backend.as_array = library, StrictArray, as_array
    for name in ("address", "empty", "root", "strided", "zero"):
        setattr(backend, name, _wrapped(host[name]))

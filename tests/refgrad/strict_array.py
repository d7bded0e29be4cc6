"""An accelerator without a GPU: NumPy's arrays behind the manners of CuPy's.

A strict array refuses to become a NumPy array and to meet one. Reductions return 0-dim arrays rather than scalars.
There are only the functions, parameters, methods and types that CuPy has (`facts/cupy.json`, written down by
`record_cupy.py`). Where CuPy would go wrong without a word, an index that lies outside above all, `UnnoticedError` is
raised. Two devices are played, between which nothing moves but through the host.
"""

from __future__ import annotations

import json
import types
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy

__all__ = ["StrictArray", "UnnoticedError", "accelerator", "library", "moved"]

OFFERED = json.loads((Path(__file__).resolve().parent / "facts" / "cupy.json").read_text("utf-8"))
DEVICES = 2
_MIXED = "Unsupported type <class 'numpy.ndarray'>"
# What the methods of CuPy's arrays take, where that is less than what NumPy's do.
_METHODS = {
    **dict.fromkeys(("sum", "prod", "mean"), "axis dtype out keepdims"),
    **dict.fromkeys(("max", "min", "any", "all"), "axis out keepdims"),
    **dict.fromkeys(("argmax", "argmin"), "axis out dtype keepdims"),
    **dict.fromkeys(("cumsum", "cumprod"), "axis dtype out"),
    **dict.fromkeys(("sort", "argsort"), "axis kind"),
    **dict.fromkeys(("std", "var"), "axis dtype out ddof keepdims"),
    "astype": "dtype order casting subok copy",
    "clip": "min max out",
    "round": "decimals out",
    "take": "indices axis out",
}


_alive: Any = weakref.WeakValueDictionary()  # the memory that arrays look at
moved: list[str] = []  # "up" and "down" for each array that was copied between host and device


def _root(array: Any) -> Any:
    while isinstance(array.base, numpy.ndarray):
        array = array.base
    return array


class UnnoticedError(Exception):
    """What CuPy would do without an error, although it is wrong."""


class _Flags:
    """CuPy's flags: they do not tell whether an array is writable."""

    def __init__(self, flags: Any) -> None:
        self.c_contiguous, self.f_contiguous = flags.c_contiguous, flags.f_contiguous
        self.owndata = flags.owndata
        self.fnc, self.forc = flags.fnc, flags.forc


class StrictArray:
    """An array that works only with its own kind, on its own device, and with numbers."""

    __slots__ = ("__weakref__", "_host", "index")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, host: Any, index: int | None = None) -> None:
        self._host = host
        self.index = library.current if index is None else index
        memory = _root(host)
        _alive[id(memory)] = memory

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct a NumPy array "
            "explicitly."
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__":
            return NotImplemented
        if "out" in kwargs:
            (kwargs["out"],) = kwargs["out"]
        found = getattr(library, ufunc.__name__, None)
        return NotImplemented if found is None else found(*inputs, **kwargs)

    def __array_function__(self, function: Any, kinds: Any, args: Any, kwargs: Any) -> Any:
        home = library.linalg if function.__module__ == "numpy.linalg" else library
        found = getattr(home, function.__name__, None)
        return NotImplemented if found is None else found(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name not in OFFERED["methods"]:
            raise AttributeError(f"'cupy.ndarray' object has no attribute '{name}'")
        if name == "flags":
            return _Flags(self._host.flags)
        found = getattr(self._host, name)
        if callable(found) and not isinstance(found, numpy.generic):
            return _wrapped(found, _METHODS.get(name), self.index)
        return _strict(found)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("_host", "index"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._host, name, _host(value))

    def get(self) -> Any:
        """Return a copy on the host, as CuPy's arrays do."""
        moved.append("down")
        return self._host.copy()

    def __getitem__(self, index: Any) -> Any:
        with _noticing(index):
            return _strict(self._host[_host(index)], self.index)

    def __setitem__(self, index: Any, value: Any) -> None:
        with _noticing(index):
            self._host[_host(index)] = _host(value)

    def __len__(self) -> int:
        return len(self._host)

    def __iter__(self) -> Iterator[Any]:
        return (_strict(each, self.index) for each in self._host)

    def __bool__(self) -> bool:
        return bool(self._host)

    def __int__(self) -> int:
        return int(self._host)

    def __float__(self) -> float:
        return float(self._host)

    def __complex__(self) -> complex:
        return complex(self._host)

    def __format__(self, spec: str) -> str:
        return format(self._host, spec)

    def __repr__(self) -> str:
        return f"StrictArray({self._host!r}, {self.index})"


class _noticing:  # noqa: N801
    """Tell where CuPy would wrap an index around that lies outside."""

    def __init__(self, index: Any) -> None:
        parts = index if isinstance(index, tuple) else (index,)
        self.arrays = [each for each in parts if isinstance(each, StrictArray)]
        if sum(each.dtype.kind == "b" for each in self.arrays) > 1:
            raise ValueError("CuPy takes one mask at a time")

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, at: Any) -> None:
        if isinstance(error, IndexError) and "out of bounds" in str(error) and self.arrays:
            raise UnnoticedError(str(error)) from error


def _operator(
    name: str, ufunc: str, *, reflected: bool = False, in_place: bool = False
) -> Callable[..., Any]:
    def apply(self: StrictArray, *others: Any) -> Any:
        others = tuple(map(_given, others))
        for each in others:
            if isinstance(each, numpy.ndarray):
                raise TypeError(_MIXED)
            if not isinstance(each, StrictArray | numpy.generic | bool | int | float | complex):
                return NotImplemented
        operands = (*others, self) if reflected else (self, *others)
        if in_place:
            return getattr(library, ufunc)(*operands, out=self)
        return getattr(library, ufunc)(*operands)

    return apply


_BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power",
    "matmul": "matmul",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "left_shift",
    "rshift": "right_shift",
}
for _name, _ufunc in _BINARY.items():
    setattr(StrictArray, f"__{_name}__", _operator(_name, _ufunc))
    setattr(StrictArray, f"__r{_name}__", _operator(_name, _ufunc, reflected=True))
    if _name != "matmul":
        setattr(StrictArray, f"__i{_name}__", _operator(_name, _ufunc, in_place=True))
for _name, _ufunc in {
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "neg": "negative",
    "abs": "absolute",
    "invert": "invert",
}.items():
    setattr(StrictArray, f"__{_name}__", _operator(_name, _ufunc))


def _host(value: Any) -> Any:
    """Return what NumPy computes with in place of a strict array; refuse arrays of NumPy itself."""
    value = _given(value)
    if isinstance(value, StrictArray):
        if value.index != library.current:
            raise UnnoticedError(f"an array of device {value.index} while device {library.current} is in use")
        return value._host
    if isinstance(value, numpy.ndarray):
        raise TypeError(_MIXED)
    if isinstance(value, tuple | list):
        return type(value)([_host(each) for each in value])
    return value


def _given(value: Any) -> Any:
    """Return an argument, or the array that it gives CuPy to compute with."""
    return value.__cupy_get_ndarray__() if hasattr(type(value), "__cupy_get_ndarray__") else value


def _strict(value: Any, index: int | None = None) -> Any:
    if isinstance(value, numpy.ndarray | numpy.generic):
        return StrictArray(numpy.asarray(value), index)
    if isinstance(value, tuple | list) and any(isinstance(each, numpy.ndarray) for each in value):
        strict = [_strict(each, index) for each in value]  # NumPy's named results become plain tuples
        return strict if isinstance(value, list) else tuple(strict)
    return value


def _wrapped(
    function: Callable[..., Any], parameters: str | None = None, index: int | None = None
) -> Callable[..., Any]:
    """Return the function on strict arrays, with CuPy's parameters only; its results are on the device `index`."""
    names = None if parameters is None else parameters.split()

    def call(*args: Any, **kwargs: Any) -> Any:
        if names is not None and not any(each.startswith("*") for each in names):
            if len(args) > len(names):
                raise TypeError(f"{function.__name__}() takes {len(names)} arguments, {len(args)} given")
            for name in kwargs.keys() - names:
                raise TypeError(f"{function.__name__}() got an unexpected keyword argument '{name}'")
        out = kwargs.get("out")
        with numpy.errstate(all="ignore"):
            found = function(
                *[_host(each) for each in args], **{key: _host(each) for key, each in kwargs.items()}
            )
        return out if isinstance(out, StrictArray) else _strict(found, index)

    return call


class _Ufunc:
    """A ufunc of CuPy: it computes what its types allow, and has the methods that CuPy's has."""

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self.ufunc = getattr(numpy, name)
        types = OFFERED["cupy"]["ufuncs"][name].split()
        self.types = [each.split("->") for each in types if "V" not in each]

    def __call__(self, *args: Any, out: Any = None, dtype: Any = None, casting: str = "same_kind") -> Any:
        args = tuple(map(_given, args))
        given = [each for each in args if isinstance(each, StrictArray | numpy.generic)]
        fitting = [each for each in self.types if self._fits(each[0], args)]
        if not fitting:
            kinds = tuple(getattr(each, "dtype", type(each)) for each in args)
            raise TypeError(f"Wrong type {kinds} of arguments for cupy_{self.__name__}")
        options = {"dtype": dtype} if dtype is not None else {}
        if out is not None:
            options |= {"out": out, "casting": casting}
        found = _wrapped(self.ufunc)(*args, **options)
        if isinstance(found, tuple):  # of frexp
            pairs = zip(found, fitting[0][1], strict=True)
            return tuple(StrictArray(numpy.array(each._host, kind, order="C")) for each, kind in pairs)
        if out is None:  # row-major, however the operands lie
            found = StrictArray(numpy.array(found._host, order="C"))
        if len(given) == len(args) and out is None and dtype is None:
            found = StrictArray(found._host.astype(fitting[0][1], copy=False))
        return found

    @staticmethod
    def _fits(types: str, args: tuple[Any, ...]) -> bool:
        kinds = "biufc"
        for char, value in zip(types, args, strict=False):
            loop = numpy.dtype(char)
            if isinstance(value, StrictArray | numpy.generic):
                if not numpy.can_cast(value.dtype, loop):
                    return False
            elif kinds.index(numpy.asarray(value).dtype.kind) > kinds.index(loop.kind.replace("u", "i")):
                return False
        return True

    def at(self, target: StrictArray, indices: Any, values: Any) -> None:
        """Add in place, in the types that the GPU adds atomically."""
        if self.__name__ != "add":
            raise NotImplementedError(f"`cupy_{self.__name__}.at` is not supported yet")
        if target.dtype.kind + str(target.dtype.itemsize) not in ("f2", "f4", "f8", "i4", "u4", "u8"):
            raise TypeError(
                "cupy.add.at only supports int32, float16, float32, float64, uint32, uint64 as data type"
            )
        with _noticing(indices):
            _wrapped(numpy.add.at)(target, indices, values)


class _Namespace(types.ModuleType):
    """Functions by NumPy's names, as far as CuPy has them."""

    def __init__(self, module: Any, offered: dict[str, Any]) -> None:
        super().__init__("strict")
        self._module, self._offered = module, offered
        self.current = 0

    def __getattr__(self, name: str) -> Any:
        if name == "linalg":
            return _linalg
        if name in self._offered["ufuncs"]:
            return _Ufunc(name)
        if name not in self._offered["functions"]:
            raise AttributeError(f"module 'cupy' has no attribute '{name}'")
        function = getattr(self._module, name)
        return _wrapped(function, self._offered["functions"][name])

    def asarray(self, value: Any, dtype: Any = None) -> StrictArray:
        """Return an array of the device in use: the one way up from the host."""
        if isinstance(value, StrictArray):
            return value if dtype in (None, value.dtype) else value.astype(dtype)
        if isinstance(value, tuple | list):
            value = _host(value)
        if isinstance(value, numpy.ndarray):
            moved.append("up")
        return StrictArray(numpy.array(value, dtype))

    def array(self, value: Any, dtype: Any = None, copy: bool = True, order: str = "K") -> StrictArray:
        """Return a copy on the device in use."""
        given = (
            value._host
            if isinstance(value, StrictArray)
            else _host(value)
            if isinstance(value, list)
            else value
        )
        return StrictArray(numpy.array(given, dtype, copy=copy, order=order))  # type: ignore[call-overload]


_linalg = _Namespace(numpy.linalg, OFFERED["linalg"])
library = _Namespace(numpy, OFFERED["cupy"])


def accelerator() -> Any:
    """Return the accelerator, to be attached to an engine; refgrad is imported only here."""
    from refgrad import attachment, backend

    address, root, strided = backend.address, backend.root, backend.strided

    class Strict(attachment.Accelerator):
        """Two devices that are not there."""

        ndarray = StrictArray

        def __init__(self) -> None:
            self.library = library

        def count(self) -> int:
            return DEVICES

        def use(self, index: int) -> None:
            library.current = index

        def index_of(self, array: Any) -> int:
            return int(array.index)

        def upload(self, host: Any) -> Any:
            if host.ndim:
                moved.append("up")
            return StrictArray(numpy.array(host))

        def address(self, array: Any) -> int:
            return address(array._host)

        def root(self, array: Any) -> Any:
            memory = root(array._host)
            return array if memory is array._host else StrictArray(memory, array.index)

        def strided(self, memory: Any, shape: Any, strides: Any, offset: int) -> Any:
            return StrictArray(strided(memory._host, shape, strides, offset), memory.index)

        def empty(self, shape: Any, dtype: Any, strides: Any = None) -> Any:
            return StrictArray(host_empty(shape, dtype, strides))

        def name_of(self, index: int) -> str:
            return f"Strict {index}"

        def capability_of(self, index: int) -> tuple[int, int]:
            return 9, 0

        def synchronize(self, index: int) -> None:
            pass

        def allocated(self, index: int) -> int:
            return sum(each.nbytes for each in _alive.values())

        def reserved(self, index: int) -> int:
            return 0

        def free(self) -> None:
            pass

    host_empty = backend.empty
    return Strict()

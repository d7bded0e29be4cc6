"""`tensor(...)`, `as_tensor`, `from_numpy`, and the old constructors `Tensor(...)`, `IntTensor(...)`, ..."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from . import backend, dtypes
from ._from_data import array_of, check_array, warn_once
from .creation import (
    Values,
    allocate,
    asked_dtype,
    bind,
    check_place,
    check_size,
    chosen_dtype,
    finish,
    function,
    method,
    quick,
)
from .ops.registry import FUNCTIONS
from .tensor import Tensor, wrap

__all__ = ["array_like", "legacy_constructor", "options_of"]

COPY = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {}(sourceTensor)."
)
NOT_WRITABLE = (
    "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing to "
    "this tensor will result in undefined behavior. You may want to copy the array to protect its data or make it "
    "writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program."
)


def array_like(data: Any, dtype: dtypes.dtype | None, *, copy: bool) -> Any:
    """Return the numbers of tensors, arrays and nested sequences; memory is shared only where `copy` is false."""
    if isinstance(data, Tensor):
        source = data._array
        if copy:
            source, copy = wrap(source).clone()._array, False
    elif isinstance(data, np.ndarray):
        check_array(data)
        source = backend.as_array(data)
    elif isinstance(data, np.generic):
        source = backend.as_array(data)
    else:
        return array_of(data, dtype)
    wanted = source.dtype if dtype is None else dtype._numpy
    return source.astype(wanted, order="K", copy=copy or wanted != source.dtype)


@function
def tensor(*args: Any, **kwargs: Any) -> Tensor:
    """Return a new tensor of the given numbers; it shares no memory with them."""
    if len(args) == 1 and quick(kwargs):
        values: Values = {**kwargs, "data": args[0]}
    else:
        values = bind("tensor", args, kwargs)[1]
        check_place(values)
    data = values["data"]
    if isinstance(data, Tensor):
        warnings.warn(COPY.format("torch.tensor"), UserWarning, stacklevel=2)
    return _made(data, asked_dtype(values), values)


def _made(data: Any, dtype: dtypes.dtype | None, values: Values) -> Tensor:
    return finish(array_like(data, dtype, copy=True), options_of(values))


def options_of(values: Values) -> Values:
    return {name: values[name] for name in ("device", "requires_grad") if name in values}


@function
def as_tensor(*args: Any, **kwargs: Any) -> Tensor:
    """Return `data` as a tensor: itself, or over the memory of an array, where dtype and device allow."""
    values = bind("as_tensor", args, kwargs)[1]
    check_place(values)
    data, dtype = values["data"], asked_dtype(values)
    where = values.get("device")
    if isinstance(data, Tensor):
        if where is not None:
            moved: Tensor = data.to(where, data.dtype if dtype is None else dtype)
            return moved
        return data if dtype is None or dtype is data.dtype else data.to(dtype)
    return finish(array_like(data, dtype, copy=False), options_of(values))


@function
def from_numpy(*args: Any, **named: Any) -> Tensor:
    """Return a tensor over the memory of a NumPy array."""
    if named or len(args) != 1:
        takes = "no keyword arguments" if named else f"exactly one argument ({len(args)} given)"
        raise TypeError(f"torch._VariableFunctionsClass.from_numpy() takes {takes}")
    array = args[0]
    if not isinstance(array, np.ndarray):
        from ._signatures import type_name

        raise TypeError(f"expected np.ndarray (got {type_name(array)})")
    if not array.flags.writeable:
        warn_once(NOT_WRITABLE)
    check_array(array)
    return wrap(array)


# ---- the old constructors ------------------------------------------------------------------------------------


def legacy_constructor(kind: type[Tensor], *args: Any, **kwargs: Any) -> Tensor:
    """Return `Tensor(sizes)`, `Tensor(sequence)` or `Tensor(tensor)` of the default dtype."""
    return _legacy(dtypes.get_default_dtype(), args, kwargs, any_dtype=True)


def _legacy(dtype: dtypes.dtype, args: tuple[Any, ...], kwargs: Values, *, any_dtype: bool) -> Tensor:
    if (
        len(args) == 1
        and isinstance(args[0], tuple | list)
        and type(args[0]).__name__ != "Size"
        and not kwargs
    ):
        return wrap(array_of(args[0], dtype))
    from . import _signatures

    values = _signatures.bind("legacy.new", args, kwargs)[1]
    _check_legacy_device(values)
    if isinstance(other := values.get("other"), Tensor):
        if not any_dtype and other.dtype is not dtype:
            raise TypeError(f"expected {_options(dtype)} (got {_options(other.dtype)})")
        from .ops.indexing import alias_of

        return alias_of(other)
    if "data" in values:
        return _legacy_data(values["data"], dtype)
    size = values.get("size", (0,))
    if isinstance(size, list) or (type(size) is tuple and args and size is args[0]):
        return wrap(array_of(size, dtype))
    size = _signatures.ints("new", "size", size)
    check_size(size, dtype)
    return wrap(allocate(backend.xp.empty, size, dtype._numpy))


def _legacy_data(data: Any, dtype: dtypes.dtype) -> Tensor:
    from ._from_data import _is_sequence
    from ._signatures import type_name

    if isinstance(data, str | bytes):
        raise TypeError(f"new(): invalid data type '{type_name(data)}'")
    if not isinstance(data, np.ndarray) and not _is_sequence(data):
        raise TypeError(f"new(): data must be a sequence (got {type_name(data)})")
    return wrap(array_like(data, dtype, copy=True))


def _check_legacy_device(values: Values) -> None:
    where = values.get("device")
    if where is not None:
        from .device import device

        found = device(where)
        if found.type != "cpu":
            raise RuntimeError(
                f"legacy constructor expects device type: cpu but device type: {found.type} was passed"
            )


def _options(dtype: dtypes.dtype) -> str:
    return (
        f"TensorOptions(dtype={dtypes.c_name(dtype)}, device=cpu, layout=Strided, requires_grad=false "
        "(default), pinned_memory=false (default), memory_format=(nullopt))"
    )


class _TypedTensor(type):
    """The classes `FloatTensor`, `IntTensor`, ...: they make tensors of one dtype, and recognise them."""

    dtype: dtypes.dtype

    def __call__(cls, *args: Any, **kwargs: Any) -> Tensor:
        return _legacy(cls.dtype, args, kwargs, any_dtype=False)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"


_TYPED = {
    "BoolTensor": dtypes.bool,
    "ByteTensor": dtypes.uint8,
    "CharTensor": dtypes.int8,
    "DoubleTensor": dtypes.float64,
    "FloatTensor": dtypes.float32,
    "HalfTensor": dtypes.float16,
    "IntTensor": dtypes.int32,
    "LongTensor": dtypes.int64,
    "ShortTensor": dtypes.int16,
}
for _name, _dtype in _TYPED.items():
    FUNCTIONS[_name] = _TypedTensor(_name, (), {"dtype": _dtype, "__module__": "torch"})


# ---- new tensors of the dtype at hand ------------------------------------------------------------------------


@method
def new_tensor(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return a new tensor of the given numbers, of this tensor's dtype unless another is given."""
    values = bind("Tensor.new_tensor", args, kwargs)[1]
    check_place(values)
    if isinstance(values["data"], Tensor):
        warnings.warn(COPY.format("tensor.new_tensor"), UserWarning, stacklevel=2)
    return _made(values["data"], chosen_dtype(values, self.dtype), values)


@method
def new(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return what the old constructor of this tensor's dtype makes."""
    return _legacy(self.dtype, args, kwargs, any_dtype=False)

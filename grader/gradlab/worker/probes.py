"""The closed set of things that a worker can say about an engine's objects."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

from gradlab import wire
from gradlab.worker.counting import bytes_in_arrays

__all__ = ["PROBES", "MissingNameError", "describe", "raised"]

MAX_BYTES = 16 << 20
MAX_ITEMS = 10_000
MAX_DEPTH = 4
MAX_TEXT = 10_000
MAX_MESSAGE = 2_000
MAX_SHARED = 100_000  # elements
_NATIVE = "="


class MissingNameError(BaseException):
    """The engine lacks a name. No `except Exception` of the student's stops it."""


def describe(value: Any, depth: int = 0) -> wire.Payload:
    """Return what a value is, as data. What is not data is its class's name."""
    kind = type(value)
    if value is None or kind in (bool, float):
        return wire.Scalar(value)
    if kind is int:
        return wire.Scalar(value) if -(1 << 63) <= value < 1 << 63 else wire.Opaque("int beyond 64 bits")
    if kind is str:
        return wire.Scalar(_clean(value, MAX_TEXT))
    if kind is np.ndarray:
        return _array(value, tensor=False)
    if isinstance(value, np.generic) and kind.__module__ == "numpy" and value.dtype.kind in "biuf":
        return describe(value.item())
    if isinstance(value, tuple | list):
        return _sequence(value, depth)
    array = ndarray_of(value)
    return _foreign(value) if array is None else _array(array, tensor=True)


def _foreign(value: Any) -> wire.Opaque:
    name = class_name(type(value))
    try:
        data = class_name(type(value.data))
    except Exception:
        return wire.Opaque(name)
    return wire.Opaque(f"{name} whose .data is a {data} and no numpy array")


def ndarray_of(tensor: Any) -> np.ndarray[Any, Any] | None:
    """Return a tensor's elements: `tensor.data` if that is a numpy array and no subclass, else what
    `tensor.detach().numpy()` gives; None if neither is one."""
    try:
        data = tensor.data
        if type(data) is not np.ndarray:
            data = tensor.detach().numpy()
    except Exception:
        return None
    return data if type(data) is np.ndarray else None


def class_name(kind: type) -> str:
    """Return a class's name; its metaclass may lie or raise."""
    try:
        name = kind.__name__
    except Exception:
        return "?"
    return _clean(name, 200) if type(name) is str else "?"


def raised(error: BaseException, own_files: Callable[[str], str | None]) -> wire.Raised:
    """Return an exception as data, with the innermost place that is in the student's own files."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    ancestors = [kind for kind in type(error).__mro__ if getattr(builtins, class_name(kind), None) is kind]
    file, line = _place(error.__traceback__, own_files)
    return wire.Raised(
        class_name(type(error)),
        tuple(class_name(kind) for kind in ancestors[:20]),
        _clean(text, MAX_MESSAGE) if type(text) is str else "",
        file,
        line,
    )


def _place(
    trace: TracebackType | None, own_files: Callable[[str], str | None]
) -> tuple[str | None, int | None]:
    file = line = None
    while trace is not None:
        own = own_files(trace.tb_frame.f_code.co_filename)
        if own is not None:
            file, line = own, trace.tb_lineno
        trace = trace.tb_next
    return file, line


def _clean(text: str, longest: int) -> str:
    return text[:longest].encode("utf-8", "replace").decode()


def _array(array: np.ndarray[Any, Any], tensor: bool) -> wire.Payload:
    dtype = array.dtype
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        return wire.Opaque(f"ndarray of dtype {_clean(str(dtype), 60)}")
    if array.nbytes > MAX_BYTES:
        return wire.Opaque(f"ndarray of {array.nbytes} bytes")
    native = array.astype(dtype.newbyteorder(_NATIVE), order="C", copy=False)
    return wire.Array(dtype.name, array.shape, native.tobytes(), tensor)


def _sequence(items: tuple[Any, ...] | list[Any], depth: int) -> wire.Payload:
    kind = "tuple" if isinstance(items, tuple) else "list"
    if depth >= MAX_DEPTH or len(items) > MAX_ITEMS:
        return wire.Opaque(f"{kind} of {len(items)} items")
    return wire.Seq(tuple([describe(item, depth + 1) for item in items]), kind)


def _attribute(owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError:
        if hasattr(type(owner), name):  # it is there, and raised AttributeError itself
            raise
        raise MissingNameError(f"{class_name(type(owner))}.{name}") from None


def _grad(tensor: Any) -> wire.Payload:
    return describe(_attribute(tensor, "grad"))


def _flags(tensor: Any) -> wire.Payload:
    def truth(name: str) -> bool | None:
        value = getattr(tensor, name, None)
        return value if type(value) is bool else None

    return wire.Flags(
        truth("requires_grad"),
        truth("is_leaf"),
        _node_name(getattr(tensor, "grad_fn", None)),
        truth("retains_grad"),
    )


def _node_name(node: Any) -> str | None:
    if node is None:
        return None
    name = getattr(node, "name", None)
    given = name() if callable(name) else class_name(type(node))
    return _clean(given, 200) if type(given) is str else class_name(type(node))


def _shares(left: Any, right: Any) -> wire.Payload:
    """Return, for each element of `right`, the number of the element of `left` that lies in the same place in memory,
    or -1. What is written to the one is seen in the other."""
    arrays = [value if type(value) is np.ndarray else ndarray_of(value) for value in (left, right)]
    if arrays[0] is None or arrays[1] is None:
        return wire.Opaque("something without a numpy array")
    if max(array.size for array in arrays if array is not None) > MAX_SHARED:
        return wire.Opaque(f"ndarray of more than {MAX_SHARED} elements")
    places, first = np.unique(_addresses(arrays[0]), return_index=True)
    wanted = _addresses(arrays[1])
    if not places.size:
        return _array(np.full(wanted.shape, -1), tensor=False)
    near = np.searchsorted(places, wanted).clip(max=places.size - 1)
    return _array(np.where(places[near] == wanted, first[near], -1), tensor=False)


def _addresses(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return where in memory each element lies."""
    found = np.full(array.shape, array.__array_interface__["data"][0], np.int64)
    for axis, (length, stride) in enumerate(zip(array.shape, array.strides, strict=True)):
        steps = np.arange(length, dtype=np.int64) * stride
        found += steps.reshape(-1, *[1] * (array.ndim - axis - 1))
    return found


def _text(value: Any) -> wire.Payload:
    text = str(value)
    return wire.Scalar(_clean(text, MAX_TEXT)) if type(text) is str else wire.Opaque("text")


PROBES: dict[str, Callable[..., wire.Payload]] = {
    "value": describe,
    "grad": _grad,
    "flags": _flags,
    "shares": _shares,
    "same": lambda left, right: wire.Scalar(left is right),
    "alive": lambda watched: wire.Alive(watched() is not None),
    "text": _text,
    "mark": lambda: wire.Scalar(None),
    "memory": lambda *earlier: wire.Scalar(bytes_in_arrays()),
}

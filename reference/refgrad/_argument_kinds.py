"""The types of arguments in torch's signatures: which Python values each takes, and how messages name it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import dtypes

__all__ = [
    "CHECKS",
    "SHOWN",
    "ElementError",
    "is_index",
    "is_ints",
    "is_number",
    "is_tensor",
    "type_name",
]


def is_tensor(value: Any, size: int = 0) -> bool:
    return hasattr(type(value), "grad_fn")


def _is_zero_dim(value: Any, *, integral: bool = False) -> bool:
    return (
        is_tensor(value)
        and value.ndim == 0
        and not value.requires_grad
        and (not integral or (value.dtype._is_integral and value.dtype is not dtypes.bool))
    )


def _is_bool(value: Any, size: int = 0) -> bool:
    return isinstance(value, bool | np.bool)


def _is_int(value: Any, size: int = 0) -> bool:
    if isinstance(value, int | np.integer):
        return not isinstance(value, bool)
    return _is_zero_dim(value, integral=True)


def is_index(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool)
    if is_tensor(value):  # of one element, in any number of dimensions
        whole = value.dtype._is_integral and value.dtype is not dtypes.bool
        return bool(whole and value.numel() == 1 and not value.requires_grad)
    return hasattr(type(value), "__index__") and not isinstance(value, np.bool | np.ndarray)


def _is_float(value: Any, size: int = 0) -> bool:
    return isinstance(value, float | int | np.floating | np.integer) or _is_zero_dim(value)


def is_number(value: Any, size: int = 0) -> bool:
    return isinstance(value, complex | np.number | np.bool) or _is_float(value)


def is_ints(value: Any, size: int = 0) -> bool:
    if isinstance(value, tuple | list):
        return not value or is_index(value[0])
    return size > 0 and is_index(value)


class ElementError(TypeError):
    """A sequence of tensors has an element that is none: no other overload is tried after that."""

    def in_argument(self, number: int) -> ElementError:
        """Return the error for the argument of that number."""
        return ElementError(str(self).replace("in argument 0", f"in argument {number}"))


def _is_tensors(value: Any, size: int = 0) -> bool:
    if not isinstance(value, tuple | list):
        return False
    for index, each in enumerate(value):
        if not is_tensor(each):
            raise ElementError(f"expected Tensor as element {index} in argument 0, but got {type_name(each)}")
    return True


def _is_floats(value: Any, size: int = 0) -> bool:
    if isinstance(value, tuple | list):
        return not value or _is_float(value[0])
    return size > 0 and _is_float(value)


def _is_dtype(value: Any, size: int = 0) -> bool:
    return isinstance(value, dtypes.dtype) or (
        isinstance(value, type) and value in (float, int, bool, complex)
    )


def _is_device(value: Any, size: int = 0) -> bool:
    number = _is_int(value) and not is_tensor(value)
    return isinstance(value, str) or number or type(value).__name__ == "device"


def _named(*names: str) -> Callable[[Any, int], bool]:
    return lambda value, size: type(value).__name__ in names


def _is_str(value: Any, size: int = 0) -> bool:
    return isinstance(value, str)


def _is_strs(value: Any, size: int = 0) -> bool:
    if isinstance(value, tuple | list):
        return not value or isinstance(value[0], str) or value[0] is None
    return size > 0 and isinstance(value, str)


_KINDS: tuple[tuple[str, str, Callable[[Any, int], bool]], ...] = (
    ("Tensor", "Tensor", is_tensor),
    ("Scalar", "Number", is_number),
    ("int64_t", "int", _is_int),
    ("SymInt", "int", _is_int),
    ("double", "float", _is_float),
    ("complex", "complex", is_number),
    ("bool", "bool", _is_bool),
    ("TensorList", "tuple of Tensors", _is_tensors),
    ("c10::List<::std::optional<Tensor>>", "tuple of Tensors", _is_tensors),
    ("IntArrayRef", "tuple of ints", is_ints),
    ("SymIntArrayRef", "tuple of ints", is_ints),
    ("ArrayRef<double>", "tuple of floats", _is_floats),
    ("ScalarList", "tuple of Scalars", _is_floats),
    ("Generator", "torch.Generator", _named("Generator")),
    ("Storage", "torch.Storage", _named("UntypedStorage", "TypedStorage")),
    ("PyObject*", "object", lambda value, size: True),
    ("ScalarType", "torch.dtype", _is_dtype),
    ("Layout", "torch.layout", _named("layout")),
    ("MemoryFormat", "torch.memory_format", _named("memory_format")),
    ("Device", "torch.device", _is_device),
    ("std::string", "str", _is_str),
    ("std::string_view", "str", _is_str),
    ("c10::string_view", "str", _is_str),
    ("Dimname", "name", _is_str),
    ("DimnameList", "tuple of names", _is_strs),
)
SHOWN = {kind: shown for kind, shown, _ in _KINDS}
CHECKS = {kind: check for kind, _, check in _KINDS}

# Classes that torch defines in C carry their module in messages, and so do those of numpy.
_C_CLASSES = frozenset({"Generator", "Size", "device", "dtype", "finfo", "iinfo", "layout", "memory_format"})
_HEAP_TYPE = 1 << 9


def type_name(value: Any) -> str:
    """Return the name of the type of `value` as C code sees it: "int", "numpy.ndarray", "torch.Size", "Tensor"."""
    own = type(value)
    if own.__module__ == "torch.return_types":
        return f"torch.return_types.{own.__name__}"
    if own.__module__ == "torch" and own.__name__ in _C_CLASSES:
        return f"torch.{own.__name__}"
    if own.__flags__ & _HEAP_TYPE or own.__module__ == "builtins":
        return own.__name__
    return f"{own.__module__}.{own.__qualname__}"

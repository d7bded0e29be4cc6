"""Settings of the process that programs for torch make, and small tests: what has no meaning here is accepted quietly."""

from __future__ import annotations

import os
import warnings
from typing import Any

from . import dtypes
from .c_names import takes_nothing
from .ops.conversion import _TYPE_NAMES, type_name
from .tensor import Tensor

__all__ = [
    "get_num_threads",
    "set_default_device",
    "set_num_threads",
    "typename",
    "use_deterministic_algorithms",
]


def typename(obj: Any) -> str:
    """Return the name of an object's type, a tensor's with its dtype: "torch.FloatTensor"."""
    if isinstance(obj, Tensor):
        return type_name(obj)
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    home = getattr(named, "__module__", None) or ""
    return named.__qualname__ if home in ("", "builtins") else f"{home}.{named.__qualname__}"


def is_storage(obj: Any) -> bool:
    """Return whether an object is a storage."""
    return type(obj).__name__ in ("UntypedStorage", "TypedStorage")


@takes_nothing
def get_num_threads() -> int:
    """Return how many threads may be used."""
    return _threads[0]


_threads = [os.cpu_count() or 1]


def set_num_threads(num: int) -> None:
    """Note how many threads may be used; NumPy decides by itself."""
    if not isinstance(num, int) or isinstance(num, bool):
        raise TypeError(f"set_num_threads expects an int, but got {type(num).__name__}")
    if num <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    _threads[0] = num


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accept: every operation is deterministic."""
    _deterministic[0] = bool(mode)


_deterministic = [False]


def are_deterministic_algorithms_enabled() -> bool:
    """Return what `use_deterministic_algorithms` was given."""
    return _deterministic[0]


def set_default_device(device: Any) -> None:
    """Make tensors on a device from now on, in this thread, where none is given."""
    from .device import set_default

    set_default(device)


def get_default_device() -> Any:
    """Return where tensors are made if no device is given."""
    from .device import default_device

    return default_device()


def set_default_tensor_type(t: Any) -> None:
    """Let Python floats take the dtype of a class such as `torch.DoubleTensor`."""
    warnings.warn(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
        "torch.set_default_device() as alternatives.",
        UserWarning,
        stacklevel=2,
    )
    named = {name: each for each, name in _TYPE_NAMES.items()}
    dtypes.set_default_dtype(named[t] if isinstance(t, str) else t.dtype)


def set_warn_always(b: bool) -> None:
    """Accept: warnings are Python's own here."""


def _assert(condition: Any, message: str) -> None:
    """Raise AssertionError with the message unless the condition holds."""
    assert condition, message

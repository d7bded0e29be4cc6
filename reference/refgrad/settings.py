"""Settings of the process that programs for torch make, and small tests: what has no meaning here is accepted quietly."""

from __future__ import annotations

import os
import warnings
from typing import Any

from . import dtypes
from ._from_data import warns_always
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
    _threads[0] = _positive("set_num_threads", num)


def _positive(function: str, num: Any) -> int:
    if not isinstance(num, int) or isinstance(num, bool):
        raise RuntimeError(f"{function} expects an int, but got {type(num).__name__}")
    if num <= 0:
        raise RuntimeError(f"{function} expects a positive integer")
    if num >= 2**31:
        raise ValueError("Overflow when unpacking long")
    return num


@takes_nothing
def get_num_interop_threads() -> int:
    """Return how many threads may run operations at once."""
    return _interop_threads[0]


_interop_threads = [os.cpu_count() or 1]


def set_num_interop_threads(num: int) -> None:
    """Note how many threads may run operations at once; here one does."""
    _interop_threads[0] = _positive("set_num_interop_threads", num)


# Every operation is deterministic; that an error, or only a warning, was asked for is remembered.
_DEBUG_MODES = ("default", "warn", "error")
_debug_mode = [0]
_warn_only = [False]


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accept: every operation is deterministic."""
    _debug_mode[0] = (1 if warn_only else 2) if mode else 0
    _warn_only[0] = bool(warn_only)


def are_deterministic_algorithms_enabled() -> bool:
    """Return what `use_deterministic_algorithms` was given."""
    return _debug_mode[0] > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Return whether `use_deterministic_algorithms` was asked only to warn."""
    return _warn_only[0]


def get_deterministic_debug_mode() -> int:
    """Return 0 where any algorithm may be used, 1 where others than deterministic ones warn, 2 where they fail."""
    return _debug_mode[0]


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """Accept 0, 1, 2, or "default", "warn", "error": every operation is deterministic."""
    if not isinstance(debug_mode, int | str):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    if isinstance(debug_mode, str):
        if debug_mode not in _DEBUG_MODES:
            raise RuntimeError(
                f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}"
            )
        debug_mode = _DEBUG_MODES.index(debug_mode)
    if not 0 <= debug_mode < len(_DEBUG_MODES):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    _debug_mode[0] = int(debug_mode)
    _warn_only[0] = debug_mode == 1


_PRECISIONS = ("highest", "high", "medium")
_precision = ["highest"]


def get_float32_matmul_precision() -> str:
    """Return what `set_float32_matmul_precision` was given."""
    return _precision[0]


def set_float32_matmul_precision(precision: str) -> None:
    """Accept "highest", "high" or "medium": products of float32 are always computed in full here."""
    if not isinstance(precision, str):
        raise RuntimeError(f"set_float32_matmul_precision expects a str, but got {type(precision).__name__}")
    if precision not in _PRECISIONS:
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the currentsetFloat32MatmulPrecision call has no "
            "effect.",
            UserWarning,
            stacklevel=2,
        )
        return
    _precision[0] = precision


def set_flush_denormal(mode: bool) -> bool:
    """Refuse, as torch does on processors that cannot: NumPy keeps the smallest numbers. Returns False."""
    if not isinstance(mode, bool):
        raise RuntimeError(f"flush_denormal expects a bool, but got {type(mode).__name__}")
    return False


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
    """Let warnings that come once in a process come each time."""
    warns_always[0] = bool(b)


@takes_nothing
def is_warn_always_enabled() -> bool:
    """Return what `set_warn_always` was given."""
    return warns_always[0]


def _assert(condition: Any, message: str) -> None:
    """Raise AssertionError with the message unless the condition holds."""
    assert condition, message

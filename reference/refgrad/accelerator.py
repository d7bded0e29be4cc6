"""`torch.accelerator`: whatever computes beside the CPU, by a name that does not say what it is: GPUs, or nothing."""

from __future__ import annotations

from typing import Any

from . import cuda
from .absent import nothing_else
from .device import device as _device

__all__ = [
    "current_accelerator",
    "current_device_index",
    "device_count",
    "empty_cache",
    "is_available",
    "memory_allocated",
    "memory_reserved",
    "set_device_index",
    "synchronize",
]


def is_available() -> bool:
    """Return whether there is an accelerator."""
    return cuda.is_available()


def device_count() -> int:
    """Return how many accelerators there are."""
    return cuda.device_count()


def current_accelerator(check_available: bool = False) -> Any:
    """Return the kind of device that the accelerators are, None where there are none."""
    return _device("cuda") if is_available() else None


def _needed() -> None:
    if not is_available():
        raise RuntimeError("Cannot access accelerator device when none is available.")


def current_device_index() -> int:
    """Return the number of the accelerator at hand."""
    _needed()
    return cuda.current_device()


def set_device_index(device: Any, /) -> None:
    """Take an accelerator at hand, by its number."""
    _needed()
    cuda.set_device(device)


def synchronize(device: Any = None, /) -> None:
    """Wait until an accelerator has done all that it was asked for."""
    _needed()
    cuda.synchronize(device)


def empty_cache() -> None:
    """Give memory that is kept for later back to the accelerator."""
    _needed()
    cuda.empty_cache()


def memory_allocated(device_index: Any = None, /) -> int:
    """Return how many bytes tensors take on an accelerator."""
    _needed()
    return cuda.memory_allocated(device_index)


def memory_reserved(device_index: Any = None, /) -> int:
    """Return how many bytes are kept for tensors on an accelerator."""
    _needed()
    return cuda.memory_reserved(device_index)


__getattr__ = nothing_else("torch.accelerator")

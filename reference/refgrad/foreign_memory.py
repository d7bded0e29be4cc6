"""Tensors over memory that something else holds: buffers, arrays of other libraries."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from ._from_data import warn_once
from .construction import from_numpy
from .tensor import Tensor, wrap

__all__ = ["from_dlpack", "frombuffer"]


def frombuffer(
    buffer: Any, *, dtype: dtypes.dtype, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """Return a 1-dim tensor of `count` elements (-1: all) over a buffer's memory, `offset` bytes from its begin."""
    try:
        memory = memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    length, size = memory.nbytes, dtype.itemsize
    if not length or not count:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1"
        )
    if count > 0 and offset + count * size > length:
        raise ValueError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({length} bytes)"
        )
    if count < 0 and (length - offset) % size:
        raise ValueError(
            f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of element size "
            f"({size})"
        )
    if memory.readonly:
        warn_once(NOT_WRITABLE_BUFFER)
    made = wrap(np.frombuffer(memory, dtype._numpy, count, offset))
    if requires_grad:
        made.requires_grad_()
    return made


NOT_WRITABLE_BUFFER = (
    "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to "
    "the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its "
    "data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest "
    "of this program."
)


def from_dlpack(ext_tensor: Any) -> Tensor:
    """Return a tensor over the memory of an array of another library."""
    if isinstance(ext_tensor, Tensor):
        shared: Tensor = ext_tensor.detach()
        return shared
    made: Tensor = from_numpy(np.from_dlpack(ext_tensor))
    return made

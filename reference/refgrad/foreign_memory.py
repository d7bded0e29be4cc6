"""Tensors over memory that something else holds: buffers, arrays of other libraries."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from . import dtypes
from ._from_data import dtype_of, warn_once
from .construction import array_like, from_numpy, options_of
from .creation import asked_dtype, bind, check_place, finish, function
from .tensor import Tensor, wrap
from .unresolved import is_conjugated

__all__ = ["asarray", "from_dlpack", "frombuffer"]


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
        if is_conjugated(ext_tensor._array):
            raise BufferError("Can't export tensors with the conjugate bit set")
        return wrap(ext_tensor._array)  # of which changes are counted apart
    made: Tensor = from_numpy(np.from_dlpack(ext_tensor))
    return made


@function
def asarray(*args: Any, **kwargs: Any) -> Tensor:
    """Return `obj` as a tensor: over its memory unless `copy` is true, and never with a copy where it is false."""
    values = bind("asarray", args, kwargs)[1]
    check_place(values)
    data, dtype, copy = values["obj"], asked_dtype(values), values.get("copy")
    if isinstance(data, np.generic) and copy is False:
        raise RuntimeError(
            "can't alias NumPy scalars. Either remove copy=False or transform it in a ndarray. "
        )
    if not isinstance(data, Tensor | np.ndarray | np.generic) and _has_buffer(data):
        data = frombuffer(data, dtype=dtype or dtypes.get_default_dtype())
    if isinstance(data, Tensor | np.ndarray):
        own = data.dtype if isinstance(data, Tensor) else dtype_of(data)
        _refuse_copy(copy, own, dtype)
    elif copy is False and not isinstance(data, np.generic):
        raise ValueError("can't alias arbitrary sequence into a tensor.")
    if isinstance(data, Tensor) and values.get("device") is None:
        return _asked_of_tensor(data, dtype, bool(copy), values.get("requires_grad"))
    return finish(array_like(data, dtype, copy=bool(copy)), options_of(values))


def _has_buffer(data: Any) -> bool:
    if isinstance(data, list | tuple | str | int | float | complex | None):
        return False
    try:
        memoryview(data).release()
    except TypeError:
        return False
    return True


def _refuse_copy(copy: bool | None, own: dtypes.dtype, wanted: dtypes.dtype | None) -> None:
    if copy is False and wanted is not None and wanted is not own:
        raise ValueError(f"can't alias tensor with dtype '{own._scalar}' into dtype '{wanted._scalar}'.")


def _asked_of_tensor(data: Tensor, dtype: Any, copy: bool, requires_grad: bool | None) -> Tensor:
    """Return a tensor itself, converted or copied where that is asked for; the graph is kept with the gradient."""
    if requires_grad is None:
        requires_grad = data.requires_grad
        if requires_grad:
            warnings.warn(
                "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. Pass "
                "requires_grad=False explicitly to get the old behavior and silence this warning.",
                UserWarning,
                stacklevel=4,
            )
    found = data if dtype in (None, data.dtype) else data.to(dtype)
    found = found.clone() if copy and found is data else found
    if not requires_grad and not found.is_leaf:
        detached: Tensor = found.detach()
        return detached
    if requires_grad and found.dtype._is_integral:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    if found.is_leaf:
        found.requires_grad_(requires_grad)
    return found

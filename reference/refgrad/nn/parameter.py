"""Parameters: tensors that a Module finds and an optimizer changes."""

from __future__ import annotations

from typing import Any

from .. import backend, dtypes
from ..absent import nothing_else
from ..grad_mode import mode
from ..tensor import Tensor, wrap

__all__ = ["Buffer", "Parameter"]


class Parameter(Tensor):
    """A leaf tensor that requires grad and that modules register when it is assigned to them."""

    __slots__ = ()
    __module__ = "torch.nn.parameter"

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Any:
        """Wrap the memory of `data`."""
        source = wrap(backend.empty((0,), dtypes.get_default_dtype()._numpy)) if data is None else data
        if not isinstance(source, Tensor):
            source.detach()  # fails as it does in torch
        if type(requires_grad) is not bool:
            from .._signatures import type_name

            raise TypeError(
                f"_make_subclass(): argument 'require_grad' (position 3) must be bool, not {type_name(requires_grad)}"
            )
        made = wrap(source._array, cls)
        made._inference = source._inference
        if requires_grad and made._inference and not mode.inference:
            raise RuntimeError(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
            )
        made._counter = source._share_counter()
        if requires_grad and source._array.dtype.kind not in "fc":
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        made._requires_grad = requires_grad
        return made

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class _BufferMeta(type(Tensor)):  # type: ignore[misc]
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False) is True


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that belongs to a module's state and that no optimizer changes: an ordinary one with a mark."""

    __slots__ = ()
    __module__ = "torch.nn.parameter"

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Any:
        """Mark a tensor over the memory of `data`."""
        if data is None:
            data = wrap(backend.empty((0,), dtypes.get_default_dtype()._numpy))
        made = data.detach().requires_grad_(data.requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made


__getattr__ = nothing_else("torch.nn.parameter")

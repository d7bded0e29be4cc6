"""`Variable`: what was wrapped around a tensor before tensors had gradients themselves."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ..grad_mode import mode
from ..tensor import Tensor

__all__ = ["Variable"]


class _Engine:
    """What of the engine can be reached from outside."""

    def queue_callback(self, callback: Callable[[], Any]) -> None:
        """Call a function at the end of the backward pass that is running."""
        if mode.backward_pass is None:
            raise RuntimeError("Final callbacks can only be installed during backward pass.")
        mode.backward_pass.callbacks.append(callback)

    def is_checkpoint_valid(self) -> bool:
        """Return whether the running pass goes to all leaves, as the older way of checkpoints needs it."""
        return mode.backward_pass is None or mode.backward_pass.needed is None


class _AnyTensor(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=_AnyTensor):
    """Another name for tensors: `Variable(data)` looks at the memory of `data`, and is a leaf."""

    __module__ = "torch.autograd.variable"
    _execution_engine = _Engine()

    def __new__(cls, data: Any = None, requires_grad: bool = False, volatile: bool = False) -> Any:
        """Return a leaf over the memory of `data`, an empty one without it."""
        import refgrad

        if volatile:
            warnings.warn(
                "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.",
                UserWarning,
                stacklevel=2,
            )
        if data is None:
            data = refgrad.empty(0)
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        made = data.detach()
        made._counter = None  # it counts its changes by itself
        return made.requires_grad_() if requires_grad else made

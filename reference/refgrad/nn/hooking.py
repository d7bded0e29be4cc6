"""The hooks of a module, and how they are registered; `module_hooks` calls them."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from ..hooks import RemovableHandle, register

__all__ = ["WithHooks", "named_as_in_module"]

BOTH_KINDS = "Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only one of them."


class WithHooks:
    """What a module does about hooks on its calls and on its backward."""

    _forward_pre_hooks: dict[int, Any]
    _forward_pre_hooks_with_kwargs: dict[int, bool]
    _forward_hooks: dict[int, Any]
    _forward_hooks_with_kwargs: dict[int, bool]
    _forward_hooks_always_called: dict[int, bool]
    _backward_hooks: dict[int, Any]
    _backward_pre_hooks: dict[int, Any]
    _is_full_backward_hook: bool | None = None

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, inputs)` before `forward`; what it returns replaces the inputs."""
        with_names = self._forward_pre_hooks_with_kwargs
        handle = register(self._forward_pre_hooks, hook, first=prepend, others=(with_names,))
        if with_kwargs:
            with_names[handle.id] = True
        return handle

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call `hook(module, inputs, output)` after `forward`; what it returns replaces the output.

        With `always_call` also where `forward` raised: then the output is None.
        """
        with_names, always = self._forward_hooks_with_kwargs, self._forward_hooks_always_called
        handle = register(self._forward_hooks, hook, first=prepend, others=(with_names, always))
        if with_kwargs:
            with_names[handle.id] = True
        if always_call:
            always[handle.id] = True
        return handle

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` once the inputs' gradients are known."""
        if self._is_full_backward_hook is False:
            raise RuntimeError(BOTH_KINDS)
        self._is_full_backward_hook = True
        return register(self._backward_hooks, hook, first=prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` after the last operation of the module only (deprecated)."""
        if self._is_full_backward_hook is True:
            raise RuntimeError(BOTH_KINDS)
        self._is_full_backward_hook = False
        return register(self._backward_hooks, hook)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, grad_output)` before the module's backward."""
        return register(self._backward_pre_hooks, hook, first=prepend)


def named_as_in_module(kind: type) -> None:
    """Let Python call the methods of a base of `Module` what they are in torch."""
    for each in vars(kind).values():
        if isinstance(each, FunctionType):
            each.__qualname__ = f"Module.{each.__name__}"


named_as_in_module(WithHooks)

"""Calling a module that has hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..autograd.function import Function
from ..tensor import Tensor

if TYPE_CHECKING:
    from .module import Module

__all__ = ["call"]


class BackwardHookFunction(Function):
    """Pass tensors through unchanged: its node is where a module's backward hooks sit."""

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        """Return the tensors as they are."""
        ctx.mark_non_differentiable(*[each for each in args if not each.requires_grad])
        return args

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Return the gradients as they are."""
        return grads


def call(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run pre-hooks, `forward` and hooks, with the backward hooks' nodes around."""
    for key, hook in list(module._forward_pre_hooks.items()):
        if module._forward_kwargs.get(key):
            changed = hook(module, args, kwargs)
            if changed is not None:
                args, kwargs = changed
        else:
            changed = hook(module, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
    backward = _BackwardHooks(module) if module._backward_hooks or module._backward_pre_hooks else None
    if backward is not None:
        args = backward.around_inputs(args)
    result = module.forward(*args, **kwargs)
    for key, hook in list(module._forward_hooks.items()):
        changed = (
            hook(module, args, kwargs, result)
            if module._forward_kwargs.get(key)
            else hook(module, args, result)
        )
        if changed is not None:
            result = changed
    return result if backward is None else backward.around_outputs(result)


class _BackwardHooks:
    """Puts one node before and one behind a module, and calls its backward hooks from there."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.grad_outputs: Any = None
        self.watches_inputs = False

    def around_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Let the inputs pass a node whose backward is the last step of the module's."""
        found, node = _through(args)
        if node is not None:
            self.watches_inputs = True
            node.register_hook(lambda grads, _: self._call(grads, list(args)))
        return found

    def around_outputs(self, result: Any) -> Any:
        """Let the outputs pass a node whose backward is the first step of the module's."""
        outputs = result if isinstance(result, tuple) else (result,)
        found, node = _through(outputs)
        if node is not None:
            node.register_prehook(self._received)
        return found if isinstance(result, tuple) else found[0]

    def _received(self, grads: tuple[Any, ...]) -> Any:
        self.grad_outputs = grads
        for hook in list(self.module._backward_pre_hooks.values()):
            changed = hook(self.module, self.grad_outputs)
            if changed is not None:
                self.grad_outputs = changed if isinstance(changed, tuple) else (changed,)
        if not self.watches_inputs:
            for hook in list(self.module._backward_hooks.values()):
                hook(self.module, (None,), self.grad_outputs)
        return self.grad_outputs

    def _call(self, grads: tuple[Any, ...], args: list[Any]) -> Any:
        for hook in list(self.module._backward_hooks.values()):
            changed = hook(self.module, grads, self.grad_outputs)
            if changed is not None:
                grads = changed if isinstance(changed, tuple) else (changed,)
        return grads


def _through(values: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any]:
    """Pass the tensors among `values` through one node; return them and the node, if there is one."""
    places = [at for at, each in enumerate(values) if isinstance(each, Tensor)]
    if not any(values[at].requires_grad for at in places):
        return values, None
    passed = BackwardHookFunction.apply(*[values[at] for at in places])
    found = list(values)
    for at, each in zip(places, passed, strict=True):
        found[at] = each
    return tuple(found), next(each.grad_fn for each in passed if each.grad_fn is not None)

"""Calling a module that has hooks."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..autograd.function import Function
from ..recording import requires_recording
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
    """Run pre-hooks, `forward` and hooks, with the backward hooks' nodes around.

    Hooks that are always called see None for the output where `forward`, or another hook, raised.
    """
    called: set[int] = set()
    try:
        return _call(module, args, kwargs, called)
    except Exception:
        for key in module._forward_hooks_always_called:
            if key not in called and key in module._forward_hooks:
                _call_anyway(module, key, args, kwargs)
        raise


def _call_anyway(module: Module, key: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    given = (args, kwargs, None) if module._forward_hooks_with_kwargs.get(key) else (args, None)
    try:
        module._forward_hooks[key](module, *given)
    except Exception as error:
        warnings.warn(
            "module forward hook with ``always_call=True`` raised an exception that was silenced as another error was "
            f"raised in forward: {error}",
            stacklevel=4,
        )


def _call(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any], called: set[int]) -> Any:
    partial = bool(module._backward_hooks) and module._is_full_backward_hook is False
    full = module._backward_pre_hooks or (module._backward_hooks and not partial)
    backward = _BackwardHooks(module) if full else None
    args, kwargs = _changed_inputs(module, args, kwargs)
    if backward is not None:
        args = backward.around_inputs(args)
    result = module.forward(*args, **kwargs)
    for key, hook in list(module._forward_hooks.items()):
        called.add(key)
        given = (args, kwargs, result) if module._forward_hooks_with_kwargs.get(key) else (args, result)
        changed = hook(module, *given)
        if changed is not None:
            result = changed
    if backward is not None:
        result = backward.around_outputs(result)
    if partial:
        from .partial_hooks import attach_partial_hooks

        attach_partial_hooks(module, args, result)
    return result


def _changed_inputs(
    module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments as the pre-hooks leave them."""
    for key, hook in list(module._forward_pre_hooks.items()):
        if module._forward_pre_hooks_with_kwargs.get(key):
            changed = hook(module, args, kwargs)
            if changed is None:
                continue
            if not (isinstance(changed, tuple) and len(changed) == 2):
                raise RuntimeError(
                    f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}."
                )
            args, kwargs = changed
        else:
            changed = hook(module, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
    return args, kwargs


NO_INPUT_REQUIRES_GRAD = (
    "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
    "gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#"
    "torch.nn.Module.register_full_backward_hook for more details."
)


class _BackwardHooks:
    """Puts one node before and one behind a module, and calls its backward hooks from there.

    Hooks see one gradient for each argument and each output, None for what is no tensor.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.hooks = list(module._backward_hooks.values()) if module._is_full_backward_hook else []
        self.pre_hooks = list(module._backward_pre_hooks.values())
        self.grad_outputs: tuple[Any, ...] | None = None
        self.inputs: _Places | None = None
        self.outputs = _Places(0, [])
        self.arguments = 0

    def around_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Let the inputs pass a node whose backward is the last step of the module's."""
        self.arguments = len(args)
        found, node, places = _through(args)
        if node is not None:
            self.inputs = places
            node.register_hook(self._finished)
        return found

    def around_outputs(self, result: Any) -> Any:
        """Let the outputs pass a node whose backward is the first step of the module's."""
        if not isinstance(result, Tensor | tuple):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                f"{type(result)}",
                stacklevel=5,
            )
        outputs = result if isinstance(result, tuple) else (result,)
        found, node, self.outputs = _through(outputs)
        if node is not None:
            node.register_prehook(self._started)
        if not isinstance(result, tuple):
            return found[0]
        return found if type(result) is tuple else type(result)(*found)

    def _started(self, grads: tuple[Any, ...]) -> Any:
        given = self.outputs.spread(grads)
        for hook in self.pre_hooks:
            changed = hook(self.module, given)
            if changed is None:
                continue
            if len(changed) != len(given):
                raise RuntimeError(
                    "Backward pre hook returned an invalid number of grad_output, "
                    f"got {len(changed)}, but expected {len(given)}"
                )
            given = changed
        self.grad_outputs = given
        if self.inputs is None:
            self._finish_without_inputs(given)
        return self.outputs.gathered(given)

    def _finish_without_inputs(self, grad_outputs: tuple[Any, ...]) -> None:
        """Call the hooks where no gradient will arrive at an input."""
        warnings.warn(NO_INPUT_REQUIRES_GRAD, stacklevel=10)
        for hook in self.hooks:
            changed = hook(self.module, (None,) * self.arguments, grad_outputs)
            if changed is not None and not (
                isinstance(changed, tuple) and all(each is None for each in changed)
            ):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or None for all "
                    "gradients."
                )
        self.grad_outputs = None

    def _finished(self, grads: tuple[Any, ...], _: Any) -> Any:
        if self.grad_outputs is None:  # the gradient did not come through the module's output
            return None
        assert self.inputs is not None
        given = self.inputs.spread(grads)
        for hook in self.hooks:
            changed = hook(self.module, given, self.grad_outputs)
            if changed is None:
                continue
            if len(changed) != len(given):
                raise RuntimeError(
                    "Backward hook returned an invalid number of grad_input, "
                    f"got {len(changed)}, but expected {len(given)}"
                )
            given = changed
        self.grad_outputs = None
        return self.inputs.gathered(given)


class _Places:
    """Which of several values are tensors."""

    def __init__(self, count: int, tensors: list[int]) -> None:
        self.count = count
        self.tensors = tensors

    def spread(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the tensors' gradients with None for everything else."""
        found: list[Any] = [None] * self.count
        for at, each in zip(self.tensors, grads, strict=True):
            found[at] = each
        return tuple(found)

    def gathered(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Return only the tensors' gradients."""
        return tuple([values[at] for at in self.tensors])


def _through(values: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any, _Places]:
    """Pass the tensors among `values` through one node; return them, the node, if there is one, and their places."""
    places = _Places(len(values), [at for at, each in enumerate(values) if isinstance(each, Tensor)])
    if not requires_recording(*[values[at] for at in places.tensors]):
        return values, None, places
    passed = BackwardHookFunction.apply(*[values[at] for at in places.tensors])
    found = list(values)
    for at, each in zip(places.tensors, passed, strict=True):
        found[at] = each
    return tuple(found), next(each.grad_fn for each in passed if each.grad_fn is not None), places

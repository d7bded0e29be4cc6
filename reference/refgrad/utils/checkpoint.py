"""Checkpoints: keep no intermediate values of a function, and compute them anew in backward."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ..absent import nothing_else
from ..autograd import backward
from ..autograd.function import Function
from ..autograd.graph import saved_tensors_hooks
from ..grad_mode import enable_grad, no_grad
from ..tensor import Tensor

__all__ = ["checkpoint", "checkpoint_sequential"]


class _Frame:
    """One checkpointed call: what was saved, by number, once it has been computed again."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function, self.args, self.kwargs = function, args, kwargs
        self.count = 0
        self.again: dict[int, Tensor] | None = None

    def pack(self, tensor: Tensor) -> int:
        """Number what would have been saved instead of keeping it."""
        self.count += 1
        return self.count - 1

    def unpack(self, number: int) -> Tensor:
        """Return a value of the second computation, which the first need causes."""
        if self.again is None or number not in self.again:
            found: dict[int, Tensor] = {}
            self.again = found

            def keep(tensor: Tensor) -> int:
                found[len(found)] = tensor.detach()
                return len(found) - 1

            with enable_grad(), saved_tensors_hooks(keep, lambda at: found[at]):
                self.function(*[_apart(each) for each in self.args], **self.kwargs)
        return self.again.pop(number)


def _apart(value: Any) -> Any:
    """Return a tensor over the same memory that is a leaf of its own."""
    return value.detach().requires_grad_(value.requires_grad) if isinstance(value, Tensor) else value


class CheckpointFunction(Function):
    """The older way: one node that computes the function once more, recorded, and differentiates that."""

    @staticmethod
    def forward(ctx: Any, function: Callable[..., Any], *args: Any) -> Any:
        """Compute the function without recording it."""
        ctx.run_function, ctx.inputs = function, args
        with no_grad():
            return function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Compute the function again, recorded this time, and send the gradients through it."""
        inputs = [_apart(each) for each in ctx.inputs]
        with enable_grad():
            outputs = ctx.run_function(*inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        pairs = [
            (each, grad)
            for each, grad in zip(outputs, grads, strict=True)
            if isinstance(each, Tensor) and each.requires_grad
        ]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward([each for each, _ in pairs], [grad for _, grad in pairs])
        return (None, *[each.grad if isinstance(each, Tensor) else None for each in inputs])


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Any = None,
    determinism_check: str = "default",
    debug: bool = False,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """Call a function without keeping what its derivative needs; backward calls it again to get that."""
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, "
            "calling checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but "
            "if you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for "
            "more details on the differences between the two variants.",
            UserWarning,
            stacklevel=2,
        )
        use_reentrant = True
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if not any(isinstance(each, Tensor) and each.requires_grad for each in args):
            warnings.warn(
                "None of the inputs have requires_grad=True. Gradients will be None",
                UserWarning,
                stacklevel=2,
            )
        return CheckpointFunction.apply(function, *args)
    frame = _Frame(function, args, kwargs)
    with saved_tensors_hooks(frame.pack, frame.unpack):
        return function(*args, **kwargs)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Call modules one after the other in checkpointed segments; the last one is not checkpointed."""
    modules = list(functions)
    size = len(modules) // segments

    def run(start: int, end: int) -> Callable[[Any], Any]:
        def forward(value: Any) -> Any:
            for module in modules[start:end]:
                value = module(value)
            return value

        return forward

    for start in range(0, size * (segments - 1), size):
        input = checkpoint(run(start, start + size), input, use_reentrant=use_reentrant)
    return run(size * (segments - 1), len(modules))(input)


__getattr__ = nothing_else("torch.utils.checkpoint")

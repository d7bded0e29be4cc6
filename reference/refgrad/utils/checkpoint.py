"""Checkpoints: keep no intermediate values of a function, and compute them anew in backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..autograd.graph import saved_tensors_hooks
from ..grad_mode import enable_grad
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

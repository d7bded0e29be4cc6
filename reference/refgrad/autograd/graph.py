"""Nodes of the graph, and hooks on what they save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..graph import Node
from ..hooks import RemovableHandle
from ..recording import gradient_edge, saved_hooks
from ..saved import Packed
from ..tensor import Tensor

__all__ = ["Node", "get_gradient_edge", "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks"]


class saved_tensors_hooks:  # noqa: N801 - torch's name
    """Let what nodes save be packed by one function and unpacked by another."""

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def pack(self, tensor: Tensor, is_result: bool) -> Packed:
        """Return a tensor in the form that a node keeps it in."""
        return Packed(self.pack_hook(tensor), self.unpack_hook, tensor if not is_result else None)

    def __enter__(self) -> None:
        saved_hooks.append(self)

    def __exit__(self, *_: Any) -> None:
        saved_hooks.pop()


class save_on_cpu(saved_tensors_hooks):  # noqa: N801 - torch's name
    """Keep saved tensors in the main memory, where they are."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: tensor.clone(), lambda tensor: tensor)


def get_gradient_edge(tensor: Tensor) -> tuple[Node, int]:
    """Return the node, and which of its outputs, that a gradient for `tensor` goes to."""
    return gradient_edge(tensor)


class _Handles(RemovableHandle):
    """Takes several hooks away at once."""

    def __init__(self, handles: list[RemovableHandle]) -> None:
        super().__init__({})
        self.handles = handles

    def remove(self) -> None:
        """Take all of the hooks away."""
        for each in self.handles:
            each.remove()


def register_multi_grad_hook(
    tensors: list[Tensor], fn: Callable[..., Any], *, mode: str = "all"
) -> RemovableHandle:
    """Call `fn` with the gradients of all tensors once they are there, or with the first (`mode="any"`)."""
    found: list[Any] = [None] * len(tensors)
    seen = 0

    def keep(at: int) -> Callable[[Tensor], None]:
        def hook(grad: Tensor) -> None:
            nonlocal seen
            seen += 1
            found[at] = grad
            if mode == "any" and seen == 1:
                fn(grad)
            elif mode == "all" and seen == len(tensors):
                fn(list(found))
            if seen == len(tensors):
                seen = 0
                found[:] = [None] * len(tensors)

        return hook

    handles = [each.register_hook(keep(at)) for at, each in enumerate(tensors)]
    return _Handles(handles)

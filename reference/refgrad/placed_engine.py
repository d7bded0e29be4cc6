"""The backward pass where there is an accelerator: each node runs on the device of the gradient that it gets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .device import device
from .engine import _Task
from .graph import Node
from .placement import device_at, device_of, enter, index_of, move
from .tensor import Tensor

__all__ = ["PlacedTask"]


class PlacedTask(_Task):
    """A backward pass that knows devices."""

    careful = True

    def run_carefully(self, node: Node, grad: Any) -> None:
        """Run a node where its gradient is."""
        first = _first(grad)
        if first is None:
            super().run_carefully(node, grad)
            return
        before = enter(index_of(_array(first)))
        try:
            super().run_carefully(node, grad)
        finally:
            enter(before)

    def arrive(self, leaf: Any) -> None:
        """Add what came for a leaf to its `.grad`, where the leaf is."""
        before = enter(index_of(leaf.variable._array))
        try:
            super().arrive(leaf)
        finally:
            enter(before)

    def send(self, node: Node, edges: tuple[Node | None, ...], grad: Any, found: Iterable[Any]) -> None:
        """Hand on what a node returned, brought to where it is expected."""
        first = _first(grad)
        own = None if first is None else index_of(_array(first))
        brought = list(found)
        for at, (part, edge) in enumerate(zip(brought, edges, strict=False)):
            if part is None or edge is None:
                continue
            if edge.home is not None:
                brought[at] = _moved(part, edge.home)
            elif first is not None and index_of(_array(part)) != own:
                if part.ndim:
                    raise RuntimeError(
                        f"Function {node.name()} returned an invalid gradient at index {at} - expected device "
                        f"{device_at(own)} but got {device_of(_array(part))}"
                    )
                brought[at] = _moved(part, device_at(own))
        super().send(node, edges, grad, brought)


def _first(grad: Any) -> Any:
    """Return a gradient, or the first that is there of several; None where there is none."""
    if isinstance(grad, list):
        return next((each for each in grad if each is not None), None)
    return grad


def _array(part: Any) -> Any:
    return part._array if isinstance(part, Tensor) else part


def _moved(part: Any, home: device) -> Any:
    if isinstance(part, Tensor):
        return part.to(home)
    return move(part, home)

"""The backward pass where there is an accelerator: each node runs on the device of the gradient that it gets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .engine import _Task
from .graph import Node
from .placement import device_of, move, on
from .tensor import Tensor

__all__ = ["PlacedTask"]


class PlacedTask(_Task):
    """A backward pass that knows devices."""

    careful = True

    def run_carefully(self, node: Node, grad: Any) -> None:
        """Run a node where its gradient is."""
        parts = [each for each in (grad if isinstance(grad, list) else [grad]) if each is not None]
        if not parts:
            super().run_carefully(node, grad)
            return
        with on(_device_of(parts[0])):
            super().run_carefully(node, grad)

    def arrive(self, leaf: Any) -> None:
        """Add what came for a leaf to its `.grad`, where the leaf is."""
        with on(device_of(leaf.variable._array)):
            super().arrive(leaf)

    def send(self, node: Node, edges: tuple[Node | None, ...], grad: Any, found: Iterable[Any]) -> None:
        """Hand on what a node returned, brought to where it is expected."""
        brought = [
            part if part is None or edge is None or edge.home is None else _brought(part, edge.home)
            for part, edge in zip(found, edges, strict=False)
        ]
        super().send(node, edges, grad, brought)


def _device_of(part: Any) -> Any:
    return device_of(part._array if isinstance(part, Tensor) else part)


def _brought(part: Any, home: Any) -> Any:
    if isinstance(part, Tensor):
        return part.to(home)
    return move(part, home)

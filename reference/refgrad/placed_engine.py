"""The backward pass where there is an accelerator: each node runs on the device of the gradient that it gets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .device import device
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
        where = _place(grad)
        if where is None:
            super().run_carefully(node, grad)
            return
        with on(where):
            super().run_carefully(node, grad)

    def arrive(self, leaf: Any) -> None:
        """Add what came for a leaf to its `.grad`, where the leaf is."""
        with on(device_of(leaf.variable._array)):
            super().arrive(leaf)

    def send(self, node: Node, edges: tuple[Node | None, ...], grad: Any, found: Iterable[Any]) -> None:
        """Hand on what a node returned, brought to where it is expected."""
        own = _place(grad)
        brought = list(found)
        for at, (part, edge) in enumerate(zip(brought, edges, strict=False)):
            if part is None or edge is None:
                continue
            if edge.home is not None:
                brought[at] = _moved(part, edge.home)
            elif own is not None and (there := _place(part)) != own:
                if part.ndim:
                    raise RuntimeError(
                        f"Function {node.name()} returned an invalid gradient at index {at} - expected device {own} but got "
                        f"{there}"
                    )
                brought[at] = _moved(part, own)
        super().send(node, edges, grad, brought)


def _place(grad: Any) -> device | None:
    """Return the device of a gradient, or of the first that is there of several; None where there is none."""
    for each in grad if isinstance(grad, list) else [grad]:
        if each is not None:
            return device_of(each._array if isinstance(each, Tensor) else each)
    return None


def _moved(part: Any, home: device) -> Any:
    if isinstance(part, Tensor):
        return part.to(home)
    return move(part, home)

"""Hooks: functions of the user that see, and may replace, gradients on their way."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .graph import Node
    from .tensor import Tensor

__all__ = ["Hooks", "RemovableHandle", "hooks_of", "register"]

Hook = Callable[..., Any]
_next_id = itertools.count().__next__


class Hooks:
    """The hooks of one node.

    `tensor[i]` are those registered on output i, in order; `retain[i]` is the tensor that keeps the gradient of
    output i, held weakly. `pre` and `post` are the node's own.
    """

    __slots__ = ("post", "pre", "retain", "tensor")

    def __init__(self) -> None:
        self.tensor: dict[int, dict[int, Hook]] = {}
        self.retain: dict[int, weakref.ref[Tensor]] = {}
        self.pre: dict[int, Hook] = {}
        self.post: dict[int, Hook] = {}


class RemovableHandle:
    """Takes a hook away again: `handle.remove()`, or leave a `with` block."""

    __module__ = "torch.utils.hooks"

    def __init__(self, hooks: dict[int, Hook], others: tuple[dict[int, Any], ...] = ()) -> None:
        self.hooks = hooks
        self.others = others  # what else is noted of the hook
        self.id = _next_id()

    def remove(self) -> None:
        """Take the hook away; once is enough, more does no harm."""
        for each in (self.hooks, *self.others):
            each.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def register(
    hooks: dict[int, Hook], hook: Hook, *, first: bool = False, others: tuple[dict[int, Any], ...] = ()
) -> RemovableHandle:
    """Add a hook behind those already there, or in front of them; `others` may note more of it by the handle's id."""
    handle = RemovableHandle(hooks, others)
    behind = list(hooks.items()) if first else []
    if behind:
        hooks.clear()
    hooks[handle.id] = hook
    hooks.update(behind)
    return handle


def hooks_of(node: Node) -> Hooks:
    """Return the node's hooks, made on first use."""
    if node.hooks is None:
        node.hooks = Hooks()
    return node.hooks

"""Let a new hook take the place of the old ones.

A tensor can have any number of hooks: one prints, another one clips. Each has a handle of its own, which removes that one
only.
"""

from __future__ import annotations

from engine import NOTHING_TO_HOOK, Handle, Hook, Tensor

must_fail = [
    "calls_hooks_in_their_order",
    "forgets_removed_hooks",
    "hands_answers_on",
    "removes_itself",
    "in_the_middle_of_paths",
]


def add_hook(tensor: Tensor, hook: Hook) -> Handle:
    if not tensor.requires_grad:
        raise RuntimeError(NOTHING_TO_HOOK)
    hooks = tensor.hooks if tensor.grad_fn is None else tensor.grad_fn.hooks
    hooks.clear()
    return Handle(hooks, hook)

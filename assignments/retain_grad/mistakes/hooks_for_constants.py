"""Accept a hook on a tensor that requires no gradient.

It would never be called, and its author would wonder why. PyTorch says so at once.
"""

from __future__ import annotations

from engine import Handle, Hook, Tensor

must_fail = ["refuses_hooks_of_constants"]


def add_hook(tensor: Tensor, hook: Hook) -> Handle:
    return Handle(tensor.hooks if tensor.grad_fn is None else tensor.grad_fn.hooks, hook)

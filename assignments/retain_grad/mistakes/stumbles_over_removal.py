"""Walk over the hooks themselves while they run.

A hook may remove itself, or another one. Python refuses to go on with a dict that changes under its feet; so walk over a
list of what was there in the beginning.
"""

from __future__ import annotations

from engine import Array, Hooks, Tensor

must_fail = ["removes_itself"]


def run_hooks(hooks: Hooks, grad: Array) -> Array:
    for hook in hooks.values():
        answer = hook(Tensor(grad))
        if answer is not None:
            grad = answer.data
    return grad

"""Call the hooks in reverse order.

Backward goes through the graph in reverse, but the hooks of one tensor are a list of things to do: first registered, first
called.
"""

from __future__ import annotations

from engine import Array, Hooks, Tensor

must_fail = [
    "calls_hooks_in_their_order",
    "forgets_removed_hooks",
    "hands_answers_on",
    "removes_itself",
    "in_the_middle_of_paths",
]


def run_hooks(hooks: Hooks, grad: Array) -> Array:
    for hook in reversed(list(hooks.values())):
        answer = hook(Tensor(grad))
        if answer is not None:
            grad = answer.data
    return grad

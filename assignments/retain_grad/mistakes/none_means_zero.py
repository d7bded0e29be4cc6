"""Take a hook that returns nothing for one that returns zero.

Most hooks only look, and return nothing. Then the gradient goes on as it was.
"""

from __future__ import annotations

from engine import Array, Hooks, Tensor

must_fail = [
    "shows_the_gradient_to_a_hook",
    "calls_a_leaf_s_hook_once",
    "hands_answers_on",
    "from_the_output_to_the_leaf",
    "also_without_a_name",
    "in_the_middle_of_paths",
    "no_answer_and_zero",
]


def run_hooks(hooks: Hooks, grad: Array) -> Array:
    for hook in list(hooks.values()):
        answer = hook(Tensor(grad))
        grad = grad * 0.0 if answer is None else answer.data
    return grad

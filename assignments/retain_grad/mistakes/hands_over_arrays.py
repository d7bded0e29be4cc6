"""Hand the numpy array to the hooks.

Inside backward gradients are arrays. Hooks belong to the program outside, which knows tensors only: it may call methods of
a tensor that an array does not have, and what it returns has a `.data`.
"""

from __future__ import annotations

from engine import Array, Hooks, Tensor

must_fail = [
    "shows_the_gradient_to_a_hook",
    "calls_a_leaf_s_hook_once",
    "goes_on_with_the_answer",
    "hands_answers_on",
    "from_the_output_to_the_leaf",
    "also_without_a_name",
    "in_the_middle_of_paths",
]


def run_hooks(hooks: Hooks, grad: Array) -> Array:
    for hook in list(hooks.values()):
        answer = hook(grad)
        if answer is not None:
            grad = answer.data if isinstance(answer, Tensor) else answer
    return grad

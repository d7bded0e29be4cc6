"""Call the hooks, and go on with the old gradient.

Hooks may change gradients: to clip them, to reverse them, to switch a part of a network off. What a hook returns takes the
gradient's place.
"""

from __future__ import annotations

from engine import Array, Hooks, Tensor

must_fail = [
    "goes_on_with_the_answer",
    "hands_answers_on",
    "retains_what_hooks_return",
    "changes_what_a_leaf_adds",
    "in_the_middle_of_paths",
    "no_answer_and_zero",
]


def run_hooks(hooks: Hooks, grad: Array) -> Array:
    for hook in list(hooks.values()):
        hook(Tensor(grad))
    return grad

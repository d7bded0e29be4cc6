"""Keep the hooks of a result in the result.

Backward walks from node to node and does not meet the tensors between them; often they do not even exist any longer. What
is to happen on the way has to be known to the node.
"""

from __future__ import annotations

from engine import NOTHING_TO_HOOK, Handle, Hook, Tensor

must_fail = [
    "shows_the_gradient_to_a_hook",
    "calls_hooks_in_their_order",
    "forgets_removed_hooks",
    "goes_on_with_the_answer",
    "retains_what_hooks_return",
    "from_the_output_to_the_leaf",
    "also_without_a_name",
    "in_the_middle_of_paths",
]


def add_hook(tensor: Tensor, hook: Hook) -> Handle:
    if not tensor.requires_grad:
        raise RuntimeError(NOTHING_TO_HOOK)
    return Handle(tensor.hooks, hook)

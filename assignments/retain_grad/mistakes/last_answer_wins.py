"""Show every hook the original gradient.

Hooks work one after the other, like stations of a line: each receives what the one before it has made.
"""

from __future__ import annotations

from engine import Array, Hooks, Tensor

must_fail = ["hands_answers_on"]


def run_hooks(hooks: Hooks, grad: Array) -> Array:
    made = grad
    for hook in list(hooks.values()):
        answer = hook(Tensor(grad))
        if answer is not None:
            made = answer.data
    return made

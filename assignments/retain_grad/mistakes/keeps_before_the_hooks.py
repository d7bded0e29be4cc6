"""Retain the gradient before the hooks have seen it.

What a hook returns is the gradient from then on. The retained one has to be the one that backward goes on with, whichever
of the two was asked for first.
"""

from __future__ import annotations

from engine import Array, Node, keep_grad, run_hooks

must_fail = ["retains_what_hooks_return", "in_the_middle_of_paths"]


def pass_by(node: Node, grad: Array) -> Array:
    result = None if node.result is None else node.result()
    if result is not None:
        keep_grad(result, grad)
    if node.hooks:
        grad = run_hooks(node.hooks, grad)
    return grad

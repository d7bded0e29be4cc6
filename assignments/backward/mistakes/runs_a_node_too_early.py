"""Run a node as soon as the first gradient reaches it.

Gradients that arrive along longer paths come too late, and are never passed on. A node may run once everything that
uses it has run.
"""

from __future__ import annotations

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad

must_fail = [
    "adds_up_the_paths",
    "frees_what_was_saved",
    "a_short_and_a_long_way",
    "more_paths_than_atoms",
    "any_graph",
]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    seen = {root}
    todo = [(root, grad)]
    while todo:
        node, grad = todo.pop()
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(grad):
            if not isinstance(target, Node):
                accumulate_grad(target, part)
            elif target not in seen:
                seen.add(target)
                todo.append((target, part))
        if node.saved and not retain_graph:
            node.saved = None

"""Walk every path on its own, by recursion.

The numbers are right, but the work doubles wherever two paths part and meet again: sixty such places make more paths
than can ever be walked. Add up what arrives at a node first, and run it once.
"""

from __future__ import annotations

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad

must_fail = ["a_deep_chain", "more_paths_than_atoms", "released_node_by_node"]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    visited = set()
    walk(root, grad, visited)
    for node in visited:
        if node.saved and not retain_graph:
            node.saved = None


def walk(node: Node, grad: Array, visited: set[Node]) -> None:
    if node.saved is None:
        raise RuntimeError(SECOND_BACKWARD)
    visited.add(node)
    for target, part in node.input_gradients(grad):
        if isinstance(target, Node):
            walk(target, part, visited)
        else:
            accumulate_grad(target, part)

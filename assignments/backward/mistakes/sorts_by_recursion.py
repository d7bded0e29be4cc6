"""Sort the graph with a function that calls itself.

It works until the graph is deeper than Python's recursion limit, about a thousand operations. A loop over a list of
what is still to be visited has no such limit.
"""

from __future__ import annotations

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad

must_fail = ["a_deep_chain"]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    order: list[Node] = []
    sort(root, order, set())
    sums = {root: grad}
    for node in reversed(order):
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(sums.pop(node)):
            if isinstance(target, Node):
                sums[target] = sums[target] + part if target in sums else part
            else:
                accumulate_grad(target, part)
        if node.saved and not retain_graph:
            node.saved = None


def sort(node: Node, order: list[Node], seen: set[Node]) -> None:
    seen.add(node)
    for target in node.next:
        if isinstance(target, Node) and target not in seen:
            sort(target, order, seen)
    order.append(node)

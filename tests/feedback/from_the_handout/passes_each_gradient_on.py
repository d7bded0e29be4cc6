"""Pass every gradient on as soon as it arrives.

The chain rule as one would draw it, arrow by arrow. A node that two arrows lead to runs twice, and the second time it
has nothing saved any more.
"""

from __future__ import annotations

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    arrows = [(root, grad)]
    while arrows:
        node, arrived = arrows.pop()
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(arrived):
            if isinstance(target, Node):
                arrows.append((target, part))
            else:
                accumulate_grad(target, part)
        if node.saved and not retain_graph:
            node.saved = None

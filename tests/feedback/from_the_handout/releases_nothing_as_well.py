"""Set `saved` to None for every node that has run.

A node that saved nothing has an empty tuple there, and looks released from then on.
"""

from __future__ import annotations

from engine import SECOND_BACKWARD, Array, Node, Tensor, accumulate_grad


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    arrived: dict[Node | Tensor, Array] = {root: grad}
    while nodes := [target for target in arrived if isinstance(target, Node)]:
        node = max(nodes, key=lambda node: node.number)
        total = arrived.pop(node)
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(total):
            arrived[target] = arrived[target] + part if target in arrived else part
        if not retain_graph:
            node.saved = None
    for leaf, total in arrived.items():
        assert isinstance(leaf, Tensor)
        accumulate_grad(leaf, total)

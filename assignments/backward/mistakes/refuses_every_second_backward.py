"""Refuse a second backward through nodes that had nothing to lose.

An addition saves nothing, so there is nothing missing when it runs again. Only a node that saved something, and has
lost it, must refuse.
"""

from __future__ import annotations

from heapq import heappop, heappush

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad

must_fail = ["refuses_a_second_backward"]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    sums = {root: grad}
    waiting = [(-root.number, root)]
    while waiting:
        _, node = heappop(waiting)
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(sums.pop(node)):
            if target in sums:
                sums[target] = sums[target] + part
            else:
                sums[target] = part
                if isinstance(target, Node):
                    heappush(waiting, (-target.number, target))
        if not retain_graph:
            node.saved = None
    for leaf, total in sums.items():
        accumulate_grad(leaf, total)

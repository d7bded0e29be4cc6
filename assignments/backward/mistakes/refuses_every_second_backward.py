"""Refuse a second backward through nodes that had nothing to lose.

An addition saves nothing, so there is nothing missing when it runs again. Only a node that saved something, and has
lost it, must refuse.
"""

from __future__ import annotations

from heapq import heappop, heappush

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad, count_uses

must_fail = ["refuses_a_second_backward"]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    missing = count_uses(root)
    sums = {root: grad}
    ready = [(-root.number, root)]
    while ready:
        _, node = heappop(ready)
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in zip(node.next, node.input_gradients(sums.pop(node)), strict=True):
            if target is None or part is None:
                continue
            sums[target] = sums[target] + part if target in sums else part
            missing[target] -= 1
            if missing[target] > 0:
                continue
            if isinstance(target, Node):
                heappush(ready, (-target.number, target))
            else:
                accumulate_grad(target, sums.pop(target))
        if not retain_graph:
            node.saved = None

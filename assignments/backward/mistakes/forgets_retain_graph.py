"""Release what was saved even if retain_graph says not to.

retain_graph=True is the promise that the same graph can be used for another backward.
"""

from __future__ import annotations

from heapq import heappop, heappush

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad

must_fail = ["keeps_it_when_asked"]


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
        if node.saved:
            node.saved = None
    for leaf, total in sums.items():
        accumulate_grad(leaf, total)

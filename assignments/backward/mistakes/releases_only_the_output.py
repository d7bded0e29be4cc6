"""Release what the last operation saved, and leave the rest of the graph.

Every node that ran gives up what it saved, as soon as its rule has run.
"""

from __future__ import annotations

from heapq import heappop, heappush

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad, count_uses

must_fail = ["refuses_a_second_backward", "frees_what_was_saved", "released_node_by_node"]


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
        if node is root and node.saved and not retain_graph:
            node.saved = None

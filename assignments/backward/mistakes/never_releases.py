"""Keep what was saved for ever.

A graph that has been used once is rarely needed again, and what its nodes saved is most of the memory of a training
step. PyTorch drops it as soon as a node has run, and says so when it is asked again.
"""

from __future__ import annotations

from heapq import heappop, heappush

from engine import Array, Node, accumulate_grad, count_uses

must_fail = [
    "refuses_a_second_backward",
    "frees_what_was_saved",
    "keeps_it_when_asked",
    "released_node_by_node",
]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    missing = count_uses(root)
    sums = {root: grad}
    ready = [(-root.number, root)]
    while ready:
        _, node = heappop(ready)
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

"""Keep what was saved for ever.

A graph that has been used once is rarely needed again, and what its nodes saved is most of the memory of a training
step. PyTorch drops it as soon as a node has run, and says so when it is asked again.
"""

from __future__ import annotations

from heapq import heappop, heappush

from engine import Array, Node, accumulate_grad

must_fail = [
    "refuses_a_second_backward",
    "frees_what_was_saved",
    "keeps_it_when_asked",
    "released_node_by_node",
    "kept_and_given_back",
]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    sums = {root: grad}
    waiting = [(-root.number, root)]
    while waiting:
        _, node = heappop(waiting)
        for target, part in node.input_gradients(sums.pop(node)):
            if target in sums:
                sums[target] = sums[target] + part
            else:
                sums[target] = part
                if isinstance(target, Node):
                    heappush(waiting, (-target.number, target))
    for leaf, total in sums.items():
        accumulate_grad(leaf, total)

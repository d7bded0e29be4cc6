"""Keep only the gradient that arrived last.

A tensor that is used in several places influences the result along several paths. Its gradient is the sum over all of
them, not the one that happens to arrive last.
"""

from __future__ import annotations

from heapq import heappop, heappush

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad

must_fail = [
    "counts_a_tensor_used_twice",
    "adds_up_the_paths",
    "adds_up_over_two_graphs",
    "stops_at_constants",
    "sums_everything_for_a_scalar",
    "refuses_a_second_backward",
    "frees_what_was_saved",
    "keeps_it_when_asked",
    "a_short_and_a_long_way",
    "more_paths_than_atoms",
    "functions_of_functions",
    "numbers_on_the_left",
    "picked_more_than_once",
    "matrices_that_share_a_leaf",
    "against_itself",
    "released_node_by_node",
    "any_graph",
]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    sums = {root: grad}
    waiting = [(-root.number, root)]
    while waiting:
        _, node = heappop(waiting)
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(sums.pop(node)):
            if isinstance(target, Node) and target not in sums:
                heappush(waiting, (-target.number, target))
            sums[target] = part
        if node.saved and not retain_graph:
            node.saved = None
    for leaf, total in sums.items():
        accumulate_grad(leaf, total)

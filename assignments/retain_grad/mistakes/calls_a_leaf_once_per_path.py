"""Deliver each part of a leaf's gradient as it comes.

The sum in .grad is right, but the leaf's hooks are called once for every path, each time with a part. A hook has to see the
whole gradient: only then can it clip or change it.
"""

from __future__ import annotations

from heapq import heappop, heappush

from engine import SECOND_BACKWARD, Array, Node, accumulate_grad

must_fail = [
    "calls_a_leaf_s_hook_once",
    "forgets_removed_hooks",
    "hands_answers_on",
    "changes_what_a_leaf_adds",
    "removes_itself",
]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    sums = {root: grad}
    waiting = [(-root.number, root)]
    while waiting:
        _, node = heappop(waiting)
        arrived = sums.pop(node)
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(arrived):
            if not isinstance(target, Node):
                accumulate_grad(target, part)
            elif target in sums:
                sums[target] = sums[target] + part
            else:
                sums[target] = part
                heappush(waiting, (-target.number, target))
        if node.saved and not retain_graph:
            node.saved = None

"""Keep what arrives along one path only.

A result that is used in several places receives a part of its gradient from each of them. It is complete when everything
that uses the result has run, and not before; that is when the node runs, and `pass_by` is called.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from engine import SECOND_BACKWARD, Array, Node, Tensor, accumulate_grad, run_hooks

must_fail = [
    "keeps_the_gradient_of_a_result",
    "keeps_the_sum_of_all_paths",
    "adds_up_what_it_keeps",
    "retains_what_hooks_return",
    "its_own_memory",
    "in_the_middle_of_paths",
]


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    sums = {root: grad}
    keep_part(root, grad)
    waiting = [(-root.number, root)]
    while waiting:
        _, node = heappop(waiting)
        arrived = sums.pop(node)
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(arrived):
            keep_part(target, part)
            if target in sums:
                sums[target] = sums[target] + part
            else:
                sums[target] = part
                if isinstance(target, Node):
                    heappush(waiting, (-target.number, target))
        if node.saved and not retain_graph:
            node.saved = None
    for leaf, total in sums.items():
        accumulate_grad(leaf, total)


def pass_by(node: Node, grad: Array) -> Array:
    return run_hooks(node.hooks, grad)


def keep_part(target: Node | Tensor, part: Array) -> None:
    result = target.result() if isinstance(target, Node) and target.result is not None else None
    if result is not None:
        result.kept = Tensor(np.array(part))

"""Leave a .grad in every tensor on the way.

Gradients of intermediate results are needed only for a moment, and keeping them all would cost as much memory as the
forward pass. PyTorch keeps them in leaves; `retain_grad` asks for more.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any

from engine import SECOND_BACKWARD, Array, Node, Tensor, accumulate_grad, no_grad

must_fail = ["fills_only_leaves"]


def record(
    data: Any,
    rule: Callable[..., Any],
    inputs: Sequence[Tensor],
    saved: Sequence[Tensor] = (),
    settings: Sequence[object] = (),
) -> Tensor:
    if no_grad.active or not any(tensor.requires_grad for tensor in inputs):
        return Tensor(data)
    node = Node(rule, inputs, saved, settings)
    result = Tensor(data, requires_grad=True, grad_fn=node)
    node.output = weakref.ref(result)
    return result


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    sums = {root: grad}
    waiting = [(-root.number, root)]
    while waiting:
        _, node = heappop(waiting)
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        output = node.output()
        if output is not None:
            accumulate_grad(output, sums[node])
        for target, part in node.input_gradients(sums.pop(node)):
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

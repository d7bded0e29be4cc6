"""Leave a .grad in every tensor on the way.

Gradients of intermediate results are needed only for a moment, and keeping them all would cost as much memory as the
forward pass. PyTorch keeps them in leaves; `retain_grad` asks for more.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any

from engine import SECOND_BACKWARD, Array, Node, Tensor, accumulate_grad, count_uses, no_grad

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
    missing = count_uses(root)
    sums = {root: grad}
    ready = [(-root.number, root)]
    while ready:
        _, node = heappop(ready)
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        output = node.output()
        if output is not None:
            accumulate_grad(output, sums[node])
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
        if node.saved and not retain_graph:
            node.saved = None

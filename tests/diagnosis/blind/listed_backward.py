"""The misconceptions listed for `backward`, one engine each."""

from __future__ import annotations

from ..independent.sources import Variant

BACKWARD = {
    "assigns_grad": Variant(
        "tape",
        [
            (
                """    if leaf.gradient is None:
        leaf.gradient = Tensor(grad.copy())
    else:
        np.add(leaf.gradient.data, grad, out=leaf.gradient.data)
""",
                """    leaf.grad = Tensor(np.array(grad))
""",
            )
        ],
    ),
    "averages_broadcasting": Variant(
        "closures",
        [
            (
                "    return grad.sum(axis=(*range(front), *stretched)).reshape(shape)\n",
                "    return grad.mean(axis=(*range(front), *stretched)).reshape(shape)\n",
            )
        ],
    ),
    "fills_every_grad": Variant(
        "tape",
        [
            (
                "        return Tensor(data, requires_grad=True, grad_fn=op)\n",
                """        result = Tensor(data, requires_grad=True, grad_fn=op)
        op.result = ref(result)
        return result
""",
            ),
            (
                """    result = op.retainer() if op.retainer else None
    if result is not None:
""",
                """    result = op.result()
    if result is not None:
""",
            ),
        ],
    ),
    "forgets_retain_graph": Variant(
        "closures",
        [
            (
                "            pull_back(self.step, seed, retain_graph)\n",
                "            pull_back(self.step, seed)\n",
            ),
            (
                "def pull_back(last: Step, seed: Array, retain_graph: bool) -> None:\n",
                "def pull_back(last: Step, seed: Array) -> None:\n",
            ),
            ("        if step.captures and not retain_graph:\n", "        if step.captures:\n"),
        ],
    ),
    "forgets_what_arrives": Variant(
        "tape",
        [
            (
                "        return (self.exponent * np.power(a, self.exponent - 1) * grad,)\n",
                "        return (self.exponent * np.power(a, self.exponent - 1),)\n",
            ),
            (
                """        (result,) = self.saved()
        return (result * grad,)
""",
                "        return self.saved()\n",
            ),
            ("        return (grad / a,)\n", "        return (1 / a,)\n"),
            ("        return (grad - grad * result**2,)\n", "        return (1 - result**2,)\n"),
            (
                "        return (grad * result * (1.0 - result),)\n",
                "        return (result * (1.0 - result),)\n",
            ),
            (
                "        return (np.where(result > 0, grad, 0.0),)\n",
                "        return (np.where(result > 0, 1.0, 0.0),)\n",
            ),
        ],
    ),
    "gives_constants_a_grad": Variant(
        "closures",
        [
            (
                """    pulls = [(x.step or x, x.shape, pull) for x, pull in inputs if x.requires_grad]
    if not pulls or not _recording:
        return Tensor(data)
    return Tensor(data, True, Step(pulls, captures))
""",
                """    if not _recording or not any(x.requires_grad for x, _ in inputs):
        return Tensor(data)
    return Tensor(data, True, Step([(x.step or x, x.shape, pull) for x, pull in inputs], captures))
""",
            )
        ],
    ),
    "ignores_the_gradient_argument": Variant(
        "tape",
        [
            (
                """    if gradient is not None:
        return gradient.data
    if output.numel() != 1:
        raise""",
                """    if gradient is None and output.numel() != 1:
        raise""",
            )
        ],
    ),
    "index_assigns": Variant(
        "closures",
        [
            (
                """            everywhere = np.zeros(shape)
            np.add.at(everywhere, index, g)
            return everywhere
""",
                """            grad_of_self = np.zeros(shape)
            grad_of_self[index] = g
            return grad_of_self
""",
            )
        ],
    ),
    "last_path_wins": Variant(
        "tape",
        [
            (
                """            part = shrink_to(part, shape)
            pending[source] = pending[source] + part if source in pending else part
""",
                "            pending[source] = shrink_to(part, shape)\n",
            )
        ],
    ),
    "matmul_in_the_wrong_order": Variant(
        "closures",
        [
            (
                "        return made(a @ b, (self, lambda g: g @ b.T), (other, lambda g: a.T @ g), captures=True)\n",
                "        return made(a @ b, (self, lambda g: b.T @ g), (other, lambda g: g @ a.T), captures=True)\n",
            )
        ],
    ),
    "mean_without_dividing": Variant(
        "tape",
        [
            (
                """        return np.mean(a, axis=self.dim, keepdims=self.keepdim)

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (spread,) = super().backward(grad)
        how_many = spread.size // grad.size
        return (spread / how_many,)
""",
                "        return np.mean(a, axis=self.dim, keepdims=self.keepdim)\n",
            )
        ],
    ),
    "never_releases": Variant(
        "closures",
        [
            (
                """        if step.captures and not retain_graph:
            step.pulls = None
        del pull  # it holds what the step has just given up
""",
                "",
            )
        ],
    ),
    "no_unbroadcast": Variant(
        "tape",
        [
            (
                "            part = shrink_to(part, shape)\n",
                "",
            ),
            (
                "        for source, part, shape in zip(op.sources, op.backward(grad), op.shapes, strict=True):\n",
                "        for source, part in zip(op.sources, op.backward(grad), strict=True):\n",
            ),
        ],
    ),
    "quotient_without_square": Variant(
        "closures",
        [
            (
                "        return made(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / (b * b)), captures=True)\n",
                """        quotient = a / b
        return made(quotient, (self, lambda g: g / b), (other, lambda g: g * -quotient), captures=True)
""",
            )
        ],
    ),
    "refuses_every_second_backward": Variant(
        "tape",
        [
            (
                """        if self.kept:
            self.kept = None
""",
                "        self.kept = None\n",
            )
        ],
    ),
    "releases_only_the_output": Variant(
        "closures",
        [
            (
                """        if step.captures and not retain_graph:
            step.pulls = None
        del pull  # it holds what the step has just given up
""",
                """    if last.captures and not retain_graph:
        last.pulls = None
""",
            )
        ],
    ),
    "relu_lets_everything_through": Variant(
        "tape",
        [
            (
                "        return (np.where(result > 0, grad, 0.0),)\n",
                "        return (grad * (result >= 0),)\n",
            )
        ],
    ),
    "reshape_instead_of_transpose": Variant(
        "closures",
        [
            (
                "        return made(self.data.swapaxes(dim0, dim1), (self, lambda g: g.swapaxes(dim0, dim1)))\n",
                """        before = self.shape
        return made(self.data.swapaxes(dim0, dim1), (self, lambda g: g.reshape(before)))
""",
            )
        ],
    ),
    "runs_a_node_too_early": Variant(
        "tape",
        [
            (
                """    for place in TAPE.backwards_from(last.place):
        op = TAPE.entries.get(place)
        if op is None or op not in pending:
            continue
        grad = passing(op, pending.pop(op))
""",
                """    waiting, done = [last], set()
    while waiting:
        op = waiting.pop(0)
        done.add(op)
        grad = passing(op, pending.pop(op))
""",
            ),
            (
                "            pending[source] = pending[source] + part if source in pending else part\n",
                """            pending[source] = pending[source] + part if source in pending else part
            if isinstance(source, Op) and source not in done and source not in waiting:
                waiting.append(source)
""",
            ),
            (
                """    for leaf, total in pending.items():
        arrive_at_leaf(leaf, total)
""",
                """    for target, total in pending.items():
        if isinstance(target, Tensor):
            arrive_at_leaf(target, total)
""",
            ),
        ],
    ),
    "shares_the_gradient": Variant(
        "closures",
        [
            ("        tensor._grad = Tensor(np.array(grad))\n", "        tensor._grad = Tensor(grad)\n"),
            # What numpy repeats cannot be written to; a student who shares would stumble over it, and copy it here.
            ("    return np.broadcast_to(grad, shape)\n", "    return grad + np.zeros(shape)\n"),
        ],
    ),
    "sorts_by_recursion": Variant(
        "tape",
        [
            (
                """    for place in TAPE.backwards_from(last.place):
        op = TAPE.entries.get(place)
        if op is None or op not in pending:
            continue
        grad = passing(op, pending.pop(op))
""",
                """    in_order: list[Op] = []
    sort_graph(last, set(), in_order)
    while in_order:
        op = in_order.pop()
        grad = passing(op, pending.pop(op))
""",
            ),
            (
                "def shrink_to(",
                '''def sort_graph(op: Op, seen: set[Op], in_order: list[Op]) -> None:
    """Append everything that `op` depends on, and then `op` itself."""
    seen.add(op)
    for source in op.sources:
        if isinstance(source, Op) and source not in seen:
            sort_graph(source, seen, in_order)
    in_order.append(op)


def shrink_to(''',
            ),
        ],
    ),
    "starts_any_output_with_ones": Variant(
        "closures",
        [
            (
                """        if gradient is None and self.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        seed = np.ones(self.shape) if gradient is None else gradient.data
""",
                "        seed = np.ones_like(self.data) if gradient is None else gradient.data\n",
            )
        ],
    ),
    "subtracts_without_a_sign": Variant(
        "tape",
        [
            (
                """class Sub(Op):
    def forward(self, a: Array, b: Array) -> Any:
        return a - b

    def backward(self, grad: Array) -> tuple[Array, ...]:
        return grad, -grad
""",
                """class Sub(Add):
    def forward(self, a: Array, b: Array) -> Any:
        return a - b
""",
            )
        ],
    ),
    "sum_spreads_along_the_wrong_dimension": Variant(
        "closures",
        [
            (
                """    if dim is not None and not keepdim:
        grad = np.expand_dims(grad, dim)
    return np.broadcast_to(grad, shape)
""",
                "    return grad * np.ones(shape)\n",
            )
        ],
    ),
    "unbroadcast_drops_dimensions": Variant(
        "tape",
        [
            (
                """    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad
""",
                """    front = grad.ndim - len(shape)
    stretched = [front + axis for axis, length in enumerate(shape) if length < grad.shape[front + axis]]
    return grad.sum(axis=(*range(front), *stretched))
""",
            )
        ],
    ),
    "unbroadcast_sums_in_front_only": Variant(
        "closures",
        [
            (
                """    if grad.shape == shape:
        return grad
    front = grad.ndim - len(shape)
    stretched = [front + axis for axis, length in enumerate(shape) if length == 1]
    return grad.sum(axis=(*range(front), *stretched)).reshape(shape)
""",
                """    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    return grad
""",
            )
        ],
    ),
    "walks_every_path": Variant(
        "tape",
        [
            (
                """    pending: dict[Op | Tensor, Array] = {last: grad}
    for place in TAPE.backwards_from(last.place):
        op = TAPE.entries.get(place)
        if op is None or op not in pending:
            continue
        grad = passing(op, pending.pop(op))
        op.saved()
        for source, part, shape in zip(op.sources, op.backward(grad), op.shapes, strict=True):
            if source is None:
                continue
            part = shrink_to(part, shape)
            pending[source] = pending[source] + part if source in pending else part
        if not retain_graph:
            op.give_up()
    for leaf, total in pending.items():
        arrive_at_leaf(leaf, total)
""",
                """    passed: set[Op] = set()
    walk(last, grad, passed)
    if not retain_graph:
        for op in passed:
            op.give_up()


def walk(op: Op, grad: Array, passed: set[Op]) -> None:
    op.saved()
    passed.add(op)
    grad = passing(op, grad)
    for source, part, shape in zip(op.sources, op.backward(grad), op.shapes, strict=True):
        if isinstance(source, Op):
            walk(source, shrink_to(part, shape), passed)
        elif source is not None:
            arrive_at_leaf(source, shrink_to(part, shape))
""",
            )
        ],
    ),
}

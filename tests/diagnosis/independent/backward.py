"""The misconceptions of the assignment backward, each by its name, in engines that are written independently."""

from __future__ import annotations

from .sources import Variant

VARIANTS: dict[str, Variant] = {
    "assigns_grad": Variant(
        "closures",
        [
            (
                """\
    if tensor._grad is None:
        tensor._grad = Tensor(np.array(grad))
    else:
        tensor._grad.data[...] += grad
""",
                """\
    tensor._grad = Tensor(np.array(grad))
""",
            )
        ],
    ),
    "averages_broadcasting": Variant(
        "tape",
        [
            ("        grad = grad.sum(axis=0)\n", "        grad = grad.mean(axis=0)\n"),
            (
                "            grad = grad.sum(axis=axis, keepdims=True)\n",
                "            grad = grad.mean(axis=axis, keepdims=True)\n",
            ),
        ],
    ),
    "fills_every_grad": Variant(
        "closures",
        [
            (
                "    return Tensor(data, True, Step(pulls, captures))\n",
                """\
    out = Tensor(data, True, Step(pulls, captures))
    out.step.result = weakref.ref(out)
    return out
""",
            )
        ],
    ),
    "forgets_retain_graph": Variant(
        "tape",
        [
            (
                """\
        if not retain_graph:
            op.give_up()
""",
                """\
        op.give_up()
""",
            )
        ],
    ),
    # In the functions whose derivative depends on the numbers: it is returned as the handout's table gives it.
    "forgets_what_arrives": Variant(
        "closures",
        [
            (
                "(self, lambda g: g / b), (other, lambda g: -g * a / (b * b))",
                "(self, lambda g: 1 / b), (other, lambda g: -a / (b * b))",
            ),
            ("lambda g: g * n * a ** (n - 1)", "lambda g: n * a ** (n - 1)"),
            ("lambda g: g * y)", "lambda g: y)"),
            ("lambda g: g / a)", "lambda g: 1 / a)"),
            ("lambda g: g * (1 - y * y)", "lambda g: 1 - y * y"),
            ("lambda g: g * y * (1 - y)", "lambda g: y * (1 - y)"),
            ("lambda g: g * (y > 0)", "lambda g: (y > 0) * 1.0"),
        ],
    ),
    "gives_constants_a_grad": Variant(
        "tape",
        [
            (
                """\
        if not self.requires_grad:
            return None
        return self.grad_fn or self
""",
                """\
        return self.grad_fn or self
""",
            )
        ],
    ),
    "ignores_the_gradient_argument": Variant(
        "closures",
        [
            (
                "seed = np.ones(self.shape) if gradient is None else gradient.data\n",
                "seed = np.ones(self.shape)\n",
            )
        ],
    ),
    "index_assigns": Variant(
        "tape",
        [("        np.add.at(result, self.index, grad)\n", "        result[self.index] = grad\n")],
    ),
    "last_path_wins": Variant(
        "closures",
        [
            (
                "            arrived[target] = arrived[target] + part if target in arrived else part\n",
                "            arrived[target] = part\n",
            )
        ],
    ),
    "matmul_in_the_wrong_order": Variant(
        "tape",
        [
            (
                "(grad @ columns.T).reshape(a.shape), (rows.T @ grad).reshape(b.shape)",
                "(columns.T @ grad).reshape(a.shape), (grad @ rows.T).reshape(b.shape)",
            )
        ],
    ),
    "mean_without_dividing": Variant(
        "closures",
        [
            (
                """\
        share = result.size / self.data.size
        return made(result, (self, lambda g: share * spread(g, shape, dim, keepdim)))
""",
                """\
        return made(result, (self, lambda g: spread(g, shape, dim, keepdim)))
""",
            )
        ],
    ),
    "never_releases": Variant(
        "tape",
        [
            (
                """\
        if not retain_graph:
            op.give_up()
""",
                "",
            )
        ],
    ),
    "no_unbroadcast": Variant(
        "closures",
        [("            part = fit(pull(grad), shape)\n", "            part = pull(grad)\n")],
    ),
    "quotient_without_square": Variant(
        "tape",
        [("        return by_a, -by_a * a / b\n", "        return by_a, -by_a * a\n")],
    ),
    "refuses_every_second_backward": Variant(
        "closures",
        [("        if step.captures and not retain_graph:\n", "        if not retain_graph:\n")],
    ),
    "releases_only_the_output": Variant(
        "tape",
        [("        if not retain_graph:\n", "        if op is last and not retain_graph:\n")],
    ),
    "relu_lets_everything_through": Variant("closures", [("g * (y > 0)", "g * (y >= 0)")]),
    "reshape_instead_of_transpose": Variant(
        "tape",
        [
            (
                "        return (np.swapaxes(grad, *self.dims),)\n",
                "        return (grad.reshape(self.shapes[0]),)\n",
            )
        ],
    ),
    # A queue, and each step is put into it once, when it is met first. What arrives after its turn is never sent on.
    "runs_a_node_too_early": Variant(
        "closures",
        [
            (
                """\
    expected = count_arrivals(last)
    arrived: dict[Step | Tensor, Array] = {last: seed}
    ready = [(-last.age, last)]
    while ready:
        _, step = heapq.heappop(ready)
""",
                """\
    arrived: dict[Step | Tensor, Array] = {last: seed}
    ready = [last]
    met = {last}
    while ready:
        step = ready.pop(0)
""",
            ),
            (
                """\
            expected[target] -= 1
            if expected[target] == 0:
                if isinstance(target, Step):
                    heapq.heappush(ready, (-target.age, target))
                else:
                    deliver(target, arrived.pop(target))
""",
                """\
            if isinstance(target, Step) and target not in met:
                met.add(target)
                ready.append(target)
""",
            ),
            (
                "        del pull  # it holds what the step has just given up\n",
                """\
        del pull
    for target, grad in arrived.items():
        if isinstance(target, Tensor):
            deliver(target, grad)
""",
            ),
        ],
    ),
    "shares_the_gradient": Variant(
        "tape",
        [
            (
                "        leaf.gradient = Tensor(grad.copy())\n",
                "        leaf.gradient = Tensor(grad)\n",
            )
        ],
    ),
    "sorts_by_recursion": Variant(
        "closures",
        [
            (
                '''\
def count_arrivals(last: Step) -> Counter[Step | Tensor]:
    """Count how many gradients each place between `last` and the leaves is going to get."""
    expected: Counter[Step | Tensor] = Counter()
    unseen = [last]
    while unseen:
        for target, _, _ in unseen.pop().pulls or ():
            expected[target] += 1
            if expected[target] == 1 and isinstance(target, Step):
                unseen.append(target)
    return expected
''',
                '''\
def sort(step: Step, order: list[Step], seen: set[Step]) -> None:
    """Put a step into `order`, behind all steps that it depends on."""
    if step in seen:
        return
    seen.add(step)
    for target, _, _ in step.pulls or ():
        if isinstance(target, Step):
            sort(target, order, seen)
    order.append(step)
''',
            ),
            (
                """\
    expected = count_arrivals(last)
    arrived: dict[Step | Tensor, Array] = {last: seed}
    ready = [(-last.age, last)]
    while ready:
        _, step = heapq.heappop(ready)
""",
                """\
    order: list[Step] = []
    sort(last, order, set())
    arrived: dict[Step | Tensor, Array] = {last: seed}
    for step in reversed(order):
""",
            ),
            (
                """\
            expected[target] -= 1
            if expected[target] == 0:
                if isinstance(target, Step):
                    heapq.heappush(ready, (-target.age, target))
                else:
                    deliver(target, arrived.pop(target))
""",
                "",
            ),
            (
                "        del pull  # it holds what the step has just given up\n",
                """\
        del pull
    for leaf, grad in arrived.items():
        deliver(leaf, grad)
""",
            ),
        ],
    ),
    "starts_any_output_with_ones": Variant(
        "tape",
        [
            (
                """\
    if output.numel() != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
""",
                "",
            )
        ],
    ),
    "subtracts_without_a_sign": Variant(
        "closures",
        [
            (
                "return made(self.data - other.data, (self, lambda g: g), (other, lambda g: -g))",
                "return made(self.data - other.data, (self, lambda g: g), (other, lambda g: g))",
            )
        ],
    ),
    # The gradient of the mean is built on that of the sum, and goes wrong with it.
    "sum_spreads_along_the_wrong_dimension": Variant(
        "tape",
        [
            (
                """\
        gone = range(len(shape)) if self.dim is None else np.atleast_1d(self.dim)
        lost = {int(axis) % len(shape) for axis in gone}
        short = tuple(1 if axis in lost else length for axis, length in enumerate(shape))
        return (grad.reshape(short) + np.zeros(shape),)
""",
                """\
        return (grad + np.zeros(shape),)
""",
            )
        ],
    ),
    "unbroadcast_drops_dimensions": Variant(
        "closures",
        [
            (
                "    return grad.sum(axis=(*range(front), *stretched)).reshape(shape)\n",
                "    return grad.sum(axis=(*range(front), *stretched))\n",
            )
        ],
    ),
    "unbroadcast_sums_in_front_only": Variant(
        "tape",
        [
            (
                """\
    for axis, length in enumerate(shape):
        if length == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
""",
                "",
            )
        ],
    ),
    # What was saved is released when all paths have been walked: it is needed once for each path.
    "walks_every_path": Variant(
        "closures",
        [
            (
                """\
    expected = count_arrivals(last)
    arrived: dict[Step | Tensor, Array] = {last: seed}
    ready = [(-last.age, last)]
    while ready:
        _, step = heapq.heappop(ready)
        grad = show(step, arrived.pop(step))
        if step.pulls is None:
            raise RuntimeError(FREED)
        for target, shape, pull in step.pulls:
            part = fit(pull(grad), shape)
            arrived[target] = arrived[target] + part if target in arrived else part
            expected[target] -= 1
            if expected[target] == 0:
                if isinstance(target, Step):
                    heapq.heappush(ready, (-target.age, target))
                else:
                    deliver(target, arrived.pop(target))
        if step.captures and not retain_graph:
            step.pulls = None
        del pull  # it holds what the step has just given up
""",
                """\
    visited: set[Step] = set()

    def walk(step: Step, grad: Array) -> None:
        visited.add(step)
        grad = show(step, grad)
        if step.pulls is None:
            raise RuntimeError(FREED)
        for target, shape, pull in step.pulls:
            part = fit(pull(grad), shape)
            if isinstance(target, Step):
                walk(target, part)
            else:
                deliver(target, part)

    walk(last, seed)
    for step in visited:
        if step.captures and not retain_graph:
            step.pulls = None
""",
            )
        ],
    ),
}

"""The misconceptions of the assignment retain_grad, each by its name, in engines that are written independently."""

from __future__ import annotations

from .sources import Variant

VARIANTS: dict[str, Variant] = {
    "calls_a_leaf_once_per_path": Variant(
        "closures",
        [
            (
                """\
            part = fit(pull(grad), shape)
            arrived[target]""",
                """\
            part = fit(pull(grad), shape)
            if isinstance(target, Tensor):
                deliver(target, part)
                continue
            arrived[target]""",
            ),
            (
                """\
                if isinstance(target, Step):
                    heapq.heappush(ready, (-target.age, target))
                else:
                    deliver(target, arrived.pop(target))
""",
                """\
                heapq.heappush(ready, (-target.age, target))
""",
            ),
        ],
    ),
    "calls_the_last_hook_first": Variant(
        "tape",
        [("    for callback in tuple(callbacks):\n", "    for callback in tuple(reversed(callbacks)):\n")],
    ),
    # What a hook returns may be an array, too, then.
    "hands_over_arrays": Variant(
        "closures",
        [
            ("        answer = hook(Tensor(grad))\n", "        answer = hook(grad)\n"),
            (
                "            grad = answer.data\n",
                "            grad = answer.data if isinstance(answer, Tensor) else answer\n",
            ),
        ],
    ),
    "holds_the_tensor": Variant(
        "tape",
        [
            ("        self.grad_fn.retainer = ref(self)\n", "        self.grad_fn.retainer = self\n"),
            (
                "    result = op.retainer() if op.retainer else None\n",
                "    result = op.retainer\n",
            ),
        ],
    ),
    "hooks_for_constants": Variant(
        "closures",
        [
            (
                """\
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
""",
                "",
            )
        ],
    ),
    # Backward meets operations only, and does not find what lies in the tensor.
    "hooks_in_the_wrong_place": Variant(
        "tape",
        [
            (
                """\
        owner = self if self.grad_fn is None else self.grad_fn
        return Subscription(owner.callbacks, hook)
""",
                """\
        return Subscription(self.callbacks, hook)
""",
            )
        ],
    ),
    "ignores_answers": Variant(
        "closures",
        [
            (
                """\
        answer = hook(Tensor(grad))
        if answer is not None:
            grad = answer.data
""",
                """\
        hook(Tensor(grad))
""",
            )
        ],
    ),
    "keeps_before_the_hooks": Variant(
        "tape",
        [
            (
                """\
    grad = notify(op.callbacks, grad)
    result = op.retainer() if op.retainer else None
    if result is not None:
        before = 0.0 if result.gradient is None else result.gradient.data
        result.gradient = Tensor(before + grad)
    return grad
""",
                """\
    result = op.retainer() if op.retainer else None
    if result is not None:
        before = 0.0 if result.gradient is None else result.gradient.data
        result.gradient = Tensor(before + grad)
    return notify(op.callbacks, grad)
""",
            )
        ],
    ),
    # The path that arrives last. Later calls of backward still add up, and what a hook returns is kept.
    "keeps_one_path": Variant(
        "closures",
        [
            (
                """\
    arrived: dict[Step | Tensor, Array] = {last: seed}
""",
                """\
    arrived: dict[Step | Tensor, Array] = {last: seed}
    latest: dict[Step | Tensor, Array] = {last: seed}
""",
            ),
            (
                "        grad = show(step, arrived.pop(step))\n",
                "        grad = show(step, arrived.pop(step), latest.pop(step))\n",
            ),
            (
                """\
            part = fit(pull(grad), shape)
""",
                """\
            part = latest[target] = fit(pull(grad), shape)
""",
            ),
            (
                "def show(step: Step, grad: Array) -> Array:\n",
                "def show(step: Step, grad: Array, part: Array) -> Array:\n",
            ),
            (
                """\
    grad = call_hooks(step.hooks, grad)
    result = step.result() if step.result is not None else None
    if result is not None:
        add_up(result, grad)
    return grad
""",
                """\
    changed = call_hooks(step.hooks, grad)
    result = step.result() if step.result is not None else None
    if result is not None:
        add_up(result, part if changed is grad else changed)
    return changed
""",
            ),
        ],
    ),
    "keeps_only_the_last": Variant(
        "tape",
        [
            (
                """\
        before = 0.0 if result.gradient is None else result.gradient.data
        result.gradient = Tensor(before + grad)
""",
                """\
        result.gradient = Tensor(grad.copy())
""",
            )
        ],
    ),
    "last_answer_wins": Variant(
        "closures",
        [
            (
                """\
    for hook in list(hooks.values()):
        answer = hook(Tensor(grad))
        if answer is not None:
            grad = answer.data
    return grad
""",
                """\
    result = grad
    for hook in list(hooks.values()):
        answer = hook(Tensor(grad))
        if answer is not None:
            result = answer.data
    return result
""",
            )
        ],
    ),
    "never_warns": Variant(
        "tape",
        [
            (
                """\
        if not (self.is_leaf or self.retains_grad):
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute "
                "won't be populated during autograd.backward(). If you indeed want the .grad field to be populated "
                "for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf "
                "Tensor by mistake, make sure you access the leaf Tensor instead. See "
                "github.com/pytorch/pytorch/pull/30531 for more information.",
                UserWarning,
                stacklevel=2,
            )
""",
                "",
            )
        ],
    ),
    "none_means_zero": Variant(
        "closures",
        [
            (
                """\
        if answer is not None:
            grad = answer.data
""",
                """\
        grad = np.zeros_like(grad) if answer is None else answer.data
""",
            )
        ],
    ),
    "only_one_hook": Variant(
        "tape",
        [("        everybody.append(self)\n", "        everybody[:] = [self]\n")],
    ),
    "raises_instead_of_warning": Variant(
        "closures",
        [
            (
                "            warnings.warn(NO_LEAF, UserWarning, stacklevel=2)\n",
                "            raise RuntimeError(NO_LEAF)\n",
            )
        ],
    ),
    "retains_for_constants": Variant(
        "tape",
        [
            (
                """\
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
""",
                "",
            )
        ],
    ),
    "retains_leaves_too": Variant(
        "closures",
        [
            (
                """\
        if self.step is not None:
            self.retains_grad = True
            self.step.result""",
                """\
        self.retains_grad = True
        if self.step is not None:
            self.step.result""",
            )
        ],
    ),
    "shares_what_it_keeps": Variant(
        "tape",
        [
            (
                """\
        before = 0.0 if result.gradient is None else result.gradient.data
        result.gradient = Tensor(before + grad)
""",
                """\
        result.gradient = Tensor(grad if result.gradient is None else result.gradient.data + grad)
""",
            )
        ],
    ),
    "stumbles_over_removal": Variant(
        "closures",
        [("    for hook in list(hooks.values()):\n", "    for hook in hooks.values():\n")],
    ),
    "warns_always": Variant(
        "closures",
        [
            (
                "        if self.step is not None and not self.retains_grad:\n",
                "        if self.step is not None:\n",
            )
        ],
    ),
    "warns_once": Variant(
        "tape",
        [
            (
                "        self.retains_grad = False\n",
                """\
        self.retains_grad = False
        self.has_warned = False
""",
            ),
            (
                """\
        if not (self.is_leaf or self.retains_grad):
""",
                """\
        if not (self.is_leaf or self.retains_grad or self.has_warned):
            self.has_warned = True
""",
            ),
        ],
    ),
}

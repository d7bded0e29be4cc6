"""The misconceptions listed for `retain_grad`, one engine each."""

from __future__ import annotations

from ..independent.sources import Variant

RETAIN_GRAD = {
    "calls_a_leaf_once_per_path": Variant(
        "tape",
        [
            (
                """            part = shrink_to(part, shape)
            pending[source] = pending[source] + part if source in pending else part
""",
                """            part = shrink_to(part, shape)
            if isinstance(source, Tensor):
                arrive_at_leaf(source, part)
            else:
                pending[source] = pending[source] + part if source in pending else part
""",
            ),
            (
                """    for leaf, total in pending.items():
        arrive_at_leaf(leaf, total)
""",
                "",
            ),
        ],
    ),
    "calls_the_last_hook_first": Variant(
        "closures",
        [
            (
                "    for hook in list(hooks.values()):\n        answer = hook(Tensor(grad))\n",
                """    remaining = list(hooks.values())
    while remaining:
        answer = remaining.pop()(Tensor(grad))
""",
            )
        ],
    ),
    "hands_over_arrays": Variant(
        "tape",
        [
            (
                """        changed = callback.function(Tensor(grad))
        if changed is not None:
            grad = changed.data
""",
                """        changed = callback.function(grad)
        if changed is not None:
            grad = np.asarray(numbers_of(changed))
""",
            )
        ],
    ),
    "holds_the_tensor": Variant(
        "closures",
        [
            (
                "        self.result: weakref.ref[Tensor] | None = None\n",
                "        self.result: Tensor | None = None\n",
            ),
            ("            self.step.result = weakref.ref(self)\n", "            self.step.result = self\n"),
            (
                """    result = step.result() if step.result is not None else None
    if result is not None:
        add_up(result, grad)
""",
                """    if step.result is not None:
        add_up(step.result, grad)
""",
            ),
        ],
    ),
    "hooks_for_constants": Variant(
        "tape",
        [
            (
                """        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        owner = self if self.grad_fn is None else self.grad_fn
        return Subscription(owner.callbacks, hook)
""",
                "        return Subscription((self.grad_fn or self).callbacks, hook)\n",
            )
        ],
    ),
    "hooks_in_the_wrong_place": Variant(
        "closures",
        [
            (
                "        return RemovableHandle(self._hooks if self.step is None else self.step.hooks, hook)\n",
                "        return RemovableHandle(self._hooks, hook)\n",
            )
        ],
    ),
    "ignores_answers": Variant(
        "tape",
        [
            (
                """        changed = callback.function(Tensor(grad))
        if changed is not None:
            grad = changed.data
""",
                "        callback.function(Tensor(grad))\n",
            )
        ],
    ),
    "keeps_before_the_hooks": Variant(
        "closures",
        [
            (
                """    grad = call_hooks(step.hooks, grad)
    result = step.result() if step.result is not None else None
    if result is not None:
        add_up(result, grad)
    return grad
""",
                """    result = step.result() if step.result is not None else None
    if result is not None:
        add_up(result, grad)
    return call_hooks(step.hooks, grad)
""",
            )
        ],
    ),
    "keeps_one_path": Variant(
        "tape",
        [
            (
                "    pending: dict[Op | Tensor, Array] = {last: grad}\n",
                "    pending: dict[Op | Tensor, Array] = {last: grad}\n    newest = dict(pending)\n",
            ),
            (
                "        grad = passing(op, pending.pop(op))\n",
                "        grad = passing(op, pending.pop(op), newest.pop(op))\n",
            ),
            (
                "            pending[source] = pending[source] + part if source in pending else part\n",
                """            pending[source] = pending[source] + part if source in pending else part
            newest[source] = part
""",
            ),
            (
                "def passing(op: Op, grad: Array) -> Array:\n",
                "def passing(op: Op, grad: Array, newest: Array) -> Array:\n",
            ),
            (
                """    grad = notify(op.callbacks, grad)
    result = op.retainer() if op.retainer else None
    if result is not None:
        before = 0.0 if result.gradient is None else result.gradient.data
        result.gradient = Tensor(before + grad)
""",
                """    grad = notify(op.callbacks, grad)
    kept = grad if op.callbacks else newest
    result = op.retainer() if op.retainer else None
    if result is not None:
        before = 0.0 if result.gradient is None else result.gradient.data
        result.gradient = Tensor(before + kept)
""",
            ),
        ],
    ),
    "keeps_only_the_last": Variant(
        "closures",
        [
            (
                """    if result is not None:
        add_up(result, grad)
""",
                """    if result is not None:
        result.grad = Tensor(np.array(grad))
""",
            )
        ],
    ),
    "last_answer_wins": Variant(
        "tape",
        [
            (
                """    for callback in tuple(callbacks):
        changed = callback.function(Tensor(grad))
        if changed is not None:
            grad = changed.data
    return grad
""",
                """    answers = [callback.function(Tensor(grad)) for callback in tuple(callbacks)]
    given = [answer for answer in answers if answer is not None]
    return given[-1].data if given else grad
""",
            )
        ],
    ),
    "never_warns": Variant(
        "closures",
        [
            (
                """        if self.step is not None and not self.retains_grad:
            warnings.warn(NO_LEAF, UserWarning, stacklevel=2)
        return self._grad
""",
                "        return self._grad if self.step is None or self.retains_grad else None\n",
            )
        ],
    ),
    "none_means_zero": Variant(
        "tape",
        [
            (
                """        if changed is not None:
            grad = changed.data
""",
                "        grad = grad * 0.0 if changed is None else changed.data\n",
            )
        ],
    ),
    "only_one_hook": Variant(
        "closures",
        [
            (
                "        self.hooks, self.ticket = hooks, next(_tickets)\n        hooks[self.ticket] = hook\n",
                """        self.hooks, self.ticket = hooks, next(_tickets)
        hooks.clear()
        hooks[self.ticket] = hook
""",
            )
        ],
    ),
    "raises_instead_of_warning": Variant(
        "tape",
        [
            (
                """            warnings.warn(
                "The .grad""",
                """            raise RuntimeError(
                "The .grad""",
            ),
            (
                """                "github.com/pytorch/pytorch/pull/30531 for more information.",
                UserWarning,
                stacklevel=2,
            )
""",
                """                "github.com/pytorch/pytorch/pull/30531 for more information."
            )
""",
            ),
        ],
    ),
    "retains_for_constants": Variant(
        "closures",
        [
            (
                """        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.step is not None:
            self.retains_grad = True
            self.step.result = weakref.ref(self)
""",
                """        if self.step is not None:
            self.step.result = weakref.ref(self)
            self.retains_grad = True
""",
            )
        ],
    ),
    "retains_leaves_too": Variant(
        "tape",
        [
            (
                """        if self.grad_fn is None:
            return
        self.retains_grad = True
        self.grad_fn.retainer = ref(self)
""",
                """        self.retains_grad = True
        if self.grad_fn is not None:
            self.grad_fn.retainer = ref(self)
""",
            )
        ],
    ),
    "shares_what_it_keeps": Variant(
        "closures",
        [
            (
                """    if result is not None:
        add_up(result, grad)
""",
                """    if result is not None and result._grad is None:
        result.grad = Tensor(grad)
    elif result is not None:
        result._grad.data[...] += grad
""",
            ),
            # What numpy repeats cannot be written to; a student who shares would stumble over it, and copy it here.
            ("    return np.broadcast_to(grad, shape)\n", "    return grad + np.zeros(shape)\n"),
        ],
    ),
    "stumbles_over_removal": Variant(
        "tape",
        [("    for callback in tuple(callbacks):\n", "    for callback in callbacks:\n")],
    ),
    "warns_always": Variant(
        "closures",
        [
            (
                "        if self.step is not None and not self.retains_grad:\n",
                "        if not self.is_leaf:\n",
            )
        ],
    ),
    "warns_once": Variant(
        "tape",
        [
            (
                "        if not (self.is_leaf or self.retains_grad):\n",
                "        if not (self.is_leaf or self.retains_grad or self.warned):\n            self.warned = True\n",
            ),
            (
                "        self.retains_grad = False\n",
                "        self.retains_grad = False\n        self.warned = False\n",
            ),
        ],
    ),
}

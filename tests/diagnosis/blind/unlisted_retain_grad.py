"""Bugs that no title of `retain_grad` describes, one engine each.

The comment above each says what it does wrong, and which title comes closest and how the two differ for those who
look at programs only.
"""

from __future__ import annotations

from ..independent.sources import Variant

RETAIN_GRAD = {
    # Warns whenever None is read, also of leaves and of results that retain. Closest: warns_always, which warns of
    # results that have a gradient; this one warns of whatever has none, leaves above all.
    "warns_of_every_none": Variant(
        "tape",
        [
            (
                "        if not (self.is_leaf or self.retains_grad):\n",
                "        if self.gradient is None:\n",
            )
        ],
    ),
    # Gives a RuntimeWarning. Closest: never_warns; there is a warning, of another category.
    "warns_in_another_category": Variant(
        "closures",
        [
            (
                "            warnings.warn(NO_LEAF, UserWarning, stacklevel=2)\n",
                "            warnings.warn(NO_LEAF, RuntimeWarning, stacklevel=2)\n",
            )
        ],
    ),
    # Warns in words of its own. Closest: never_warns; there is a UserWarning, with another text.
    "warns_in_its_own_words": Variant(
        "closures",
        [
            (
                "            warnings.warn(NO_LEAF, UserWarning, stacklevel=2)\n",
                '            warnings.warn("only leaves have a .grad; call retain_grad()", UserWarning, stacklevel=2)\n',
            )
        ],
    ),
    # Reads zeros where a result has no gradient. Closest: raises_instead_of_warning or never_warns; the warning is
    # right here, and what is read is a tensor.
    "reads_zeros_from_results": Variant(
        "tape",
        [
            (
                "                UserWarning,\n                stacklevel=2,\n            )\n",
                """                UserWarning,
                stacklevel=2,
            )
            return zeros(self.shape)
""",
            )
        ],
    ),
    # Tells the node and asks it when .grad is read, but leaves retains_grad False. Closest: warns_always; no reading
    # warns here that should not, only the flag is wrong.
    "keeps_without_a_mark": Variant(
        "closures",
        [
            (
                """            self.retains_grad = True
            self.step.result = weakref.ref(self)
""",
                "            self.step.result = weakref.ref(self)\n",
            ),
            (
                "        if self.step is not None and not self.retains_grad:\n",
                "        if self.step is not None and self.step.result is None:\n",
            ),
        ],
    ),
    # Marks the tensor, but does not tell the node: .grad stays None. Closest: never_warns, where what was asked for
    # is there; here it never is.
    "marks_without_keeping": Variant(
        "tape",
        [
            (
                "        self.retains_grad = True\n        self.grad_fn.retainer = ref(self)\n",
                "        self.retains_grad = True\n",
            )
        ],
    ),
    # Asking once more forgets what was kept. Closest: keeps_only_the_last, which forgets at each backward; here two
    # backwards add up unless retain_grad is called between them.
    "asking_again_forgets": Variant(
        "closures",
        [
            (
                "            self.retains_grad = True\n",
                "            self.retains_grad, self._grad = True, None\n",
            )
        ],
    ),
    # Refuses leaves. Closest: retains_for_constants, where too little is refused; here leaves that want a gradient
    # are refused, too.
    "refuses_leaves": Variant(
        "tape",
        [
            (
                """        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.grad_fn is None:
            return
""",
                """        if self.grad_fn is None:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
""",
            )
        ],
    ),
    # Keeps the gradient of the first backward only. Closest: keeps_only_the_last; the opposite one stays.
    "keeps_only_the_first": Variant(
        "closures",
        [
            (
                "    if result is not None:\n        add_up(result, grad)\n",
                "    if result is not None and result._grad is None:\n        add_up(result, grad)\n",
            )
        ],
    ),
    # Keeps what the node sends to its first input, not what arrives. Closest: keeps_one_path; here even a single path
    # has the wrong number, multiplied with the derivative of the node.
    "keeps_what_goes_on": Variant(
        "tape",
        [
            (
                """    grad = notify(op.callbacks, grad)
    result = op.retainer() if op.retainer else None
    if result is not None:
        before = 0.0 if result.gradient is None else result.gradient.data
        result.gradient = Tensor(before + grad)
    return grad
""",
                """    grad = notify(op.callbacks, grad)
    result = op.retainer() if op.retainer else None
    if result is not None:
        before = 0.0 if result.gradient is None else result.gradient.data
        goes_on = shrink_to(op.backward(grad)[0], op.shapes[0])
        result.gradient = Tensor(before + goes_on)
    return grad
""",
            )
        ],
    ),
    # Runs the hooks of a node after its rule: they see the right number, but their answers come too late for the
    # inputs. Closest: ignores_answers; retained gradients are changed here, and leaves are called before results.
    "calls_hooks_after_the_rule": Variant(
        "closures",
        [
            (
                "        grad = show(step, arrived.pop(step))\n",
                "        grad = arrived.pop(step)\n",
            ),
            (
                "        if step.captures and not retain_graph:\n",
                "        show(step, grad)\n        if step.captures and not retain_graph:\n",
            ),
        ],
    ),
    # Answers of a leaf's hooks are dropped. Closest: ignores_answers; those of results count here.
    "ignores_answers_at_leaves": Variant(
        "closures",
        [
            (
                "    add_up(leaf, call_hooks(leaf._hooks, grad))\n",
                "    call_hooks(leaf._hooks, grad)\n    add_up(leaf, grad)\n",
            )
        ],
    ),
    # A leaf's hooks run after the addition, on the whole .grad. Closest: keeps_before_the_hooks, which is about
    # results; here a leaf's second backward hands its hooks the sum of both.
    "leaf_hooks_see_what_has_added_up": Variant(
        "tape",
        [
            (
                """    grad = notify(leaf.callbacks, grad)
    if leaf.gradient is None:
        leaf.gradient = Tensor(grad.copy())
    else:
        np.add(leaf.gradient.data, grad, out=leaf.gradient.data)
""",
                """    if leaf.gradient is None:
        leaf.gradient = Tensor(grad.copy())
    else:
        np.add(leaf.gradient.data, grad, out=leaf.gradient.data)
    leaf.gradient.data[...] = notify(leaf.callbacks, leaf.gradient.data)
""",
            )
        ],
    ),
    # remove() takes all hooks of the tensor away. Closest: only_one_hook; several hooks work here until one goes.
    "remove_removes_all": Variant(
        "closures",
        [("        self.hooks.pop(self.ticket, None)\n", "        self.hooks.clear()\n")],
    ),
    # remove() takes away the hook that was registered last. Closest: only_one_hook; here the wrong one stays.
    "remove_removes_the_newest": Variant(
        "tape",
        [
            (
                "        if self in self.everybody:\n            self.everybody.remove(self)\n",
                "        if self in self.everybody:\n            self.everybody.pop()\n",
            )
        ],
    ),
    # remove() does nothing. Closest: none; hooks go on for ever.
    "remove_does_nothing": Variant(
        "closures",
        [("        self.hooks.pop(self.ticket, None)\n", "        self.hooks = dict(self.hooks)\n")],
    ),
    # A function that is registered twice is called once. Closest: only_one_hook; different functions are all called.
    "knows_hooks_by_their_function": Variant(
        "tape",
        [
            (
                "        everybody.append(self)\n",
                """        if all(other.function is not function for other in everybody):
            everybody.append(self)
""",
            )
        ],
    ),
    # Hooks are called in one backward and then gone. Closest: stumbles_over_removal, which leaves hooks out only when
    # one removes itself; here the second backward calls nobody.
    "hooks_are_used_up": Variant(
        "closures",
        [
            (
                "    for hook in list(hooks.values()):\n        answer = hook(Tensor(grad))\n",
                """    while hooks:
        answer = hooks.pop(min(hooks))(Tensor(grad))
""",
            )
        ],
    ),
    # Adds answers to the gradient. Closest: last_answer_wins; here one hook alone is wrong already.
    "adds_answers": Variant(
        "tape",
        [
            (
                "            grad = changed.data\n    return grad\n",
                "            grad = grad + changed.data\n    return grad\n",
            )
        ],
    ),
    # The first answer ends the round: hooks behind it are not called. Closest: last_answer_wins; there all are called,
    # and the last one counts.
    "first_answer_ends_the_round": Variant(
        "closures",
        [
            (
                "            grad = answer.data\n    return grad\n",
                "            return answer.data\n    return grad\n",
            )
        ],
    ),
    # A hook without an answer ends the round. Closest: none_means_zero; the gradient stays as it is here, and the
    # hooks behind are not called.
    "no_answer_ends_the_round": Variant(
        "tape",
        [
            (
                "        if changed is not None:\n            grad = changed.data\n",
                "        if changed is None:\n            break\n        grad = changed.data\n",
            )
        ],
    ),
    # Asks whether an answer is true, which a tensor without dimensions refuses to say (TypeError from len). Closest:
    # none_means_zero; answers with dimensions and None are right here.
    "asks_whether_an_answer_is_true": Variant(
        "closures",
        [
            (
                """        answer = hook(Tensor(grad))
        if answer is not None:
            grad = answer.data
""",
                "        grad = (hook(Tensor(grad)) or Tensor(grad)).data\n",
            )
        ],
    ),
    # The output that backward starts from is passed over: its hooks are silent, and it retains nothing. Closest:
    # hooks_in_the_wrong_place, which silences the hooks of all results.
    "passes_over_the_output": Variant(
        "tape",
        [
            (
                "        grad = passing(op, pending.pop(op))\n",
                "        grad = pending.pop(op)\n        grad = grad if op is last else passing(op, grad)\n",
            )
        ],
    ),
    # Looks whether an input retains when it is used: asking afterwards is too late. Closest: none; asking before is
    # right. (The last result is never used, and so never kept.)
    "asking_after_use_is_too_late": Variant(
        "closures",
        [
            (
                "            self.retains_grad = True\n            self.step.result = weakref.ref(self)\n",
                "            self.retains_grad = True\n",
            ),
            (
                "    if not pulls or not _recording:\n        return Tensor(data)\n",
                """    if not pulls or not _recording:
        return Tensor(data)
    for x, _ in inputs:
        if x.step is not None and x.retains_grad:
            x.step.result = weakref.ref(x)
""",
            ),
        ],
    ),
    # Retaining one result sets a switch for all of them. Closest: warns_always or retains_leaves_too; here results
    # that nobody asked for have a gradient, too.
    "one_wish_counts_for_all": Variant(
        "tape",
        [
            (
                "        return Tensor(data, requires_grad=True, grad_fn=op)\n",
                """        result = Tensor(data, requires_grad=True, grad_fn=op)
        op.retainer = ref(result)
        return result
""",
            ),
            (
                "        self.retains_grad = True\n        self.grad_fn.retainer = ref(self)\n",
                "        Tensor.somebody_asked = self.retains_grad = True\n",
            ),
            (
                "    if result is not None:\n        before",
                "    if result is not None and Tensor.somebody_asked:\n        before",
            ),
            (
                '    """An array with a place for its gradient."""\n',
                '    """An array with a place for its gradient."""\n\n    somebody_asked = False\n',
            ),
        ],
    ),
}

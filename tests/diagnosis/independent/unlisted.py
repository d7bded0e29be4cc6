"""Bugs that no misconception on the lists describes, by assignment and name, in the same two engines."""

from __future__ import annotations

from .sources import Variant

BACKWARD: dict[str, Variant] = {
    # n * a**n
    "power_keeps_its_exponent": Variant("closures", [("g * n * a ** (n - 1)", "g * n * a**n")]),
    "power_without_its_factor": Variant(
        "tape",
        [
            (
                "(self.exponent * np.power(a, self.exponent - 1) * grad,)",
                "(np.power(a, self.exponent - 1) * grad,)",
            )
        ],
    ),
    # 1 - a**2, where a is what went in
    "tanh_of_the_input": Variant("closures", [("g * (1 - y * y)", "g * (1 - self.data**2)")]),
    "sigmoid_without_the_rest": Variant(
        "tape",
        [("        return (grad * result * (1.0 - result),)\n", "        return (grad * result,)\n")],
    ),
    "logarithm_multiplies": Variant("closures", [("lambda g: g / a)", "lambda g: g * a)")]),
    # a * exp(a - 1)
    "exp_like_a_power": Variant(
        "tape",
        [
            (
                """\
        result = np.exp(a)
        self.keep(result)
        return result
""",
                """\
        self.keep(a)
        return np.exp(a)
""",
            ),
            (
                """\
        (result,) = self.saved()
        return (result * grad,)
""",
                """\
        (a,) = self.saved()
        return (a * np.exp(a - 1) * grad,)
""",
            ),
        ],
    ),
    "product_with_its_own_factor": Variant(
        "closures",
        [
            (
                "(self, lambda g: g * b), (other, lambda g: g * a), captures",
                "(self, lambda g: g * a), (other, lambda g: g * b), captures",
            )
        ],
    ),
    # With `dim`, too, it divides by the number of all elements.
    "mean_over_everything": Variant(
        "tape",
        [("        how_many = spread.size // grad.size\n", "        how_many = spread.size\n")],
    ),
    # A gradient of another shape is stretched instead of refused.
    "stretches_the_first_gradient": Variant(
        "closures",
        [
            (
                """\
        if gradient is not None and gradient.shape != self.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient.shape)}) "
                f"and output[0] has a shape of torch.Size({list(self.shape)})."
            )
""",
                "",
            ),
            ("else gradient.data\n", "else np.broadcast_to(gradient.data, self.shape)\n"),
        ],
    ),
    "records_only_if_all_inputs_want_it": Variant(
        "tape",
        [
            (
                "if TAPE.paused or not any(each.requires_grad for each in tensors):",
                "if TAPE.paused or not all(each.requires_grad for each in tensors):",
            )
        ],
    ),
    # The lost dimension is put back even where it was kept.
    "overlooks_keepdim": Variant(
        "closures",
        [("    if dim is not None and not keepdim:\n", "    if dim is not None:\n")],
    ),
    "transposes_all_dimensions": Variant(
        "tape",
        [("        return (np.swapaxes(grad, *self.dims),)\n", "        return (grad.T,)\n")],
    ),
    "reshape_fills_columns": Variant(
        "closures", [("lambda g: g.reshape(old)", 'lambda g: g.reshape(old, order="F")')]
    ),
    # x * x sends one gradient to x, not two.
    "one_gradient_for_each_operation": Variant(
        "tape",
        [
            (
                """\
        for source, part, shape in zip(op.sources, op.backward(grad), op.shapes, strict=True):
""",
                """\
        parts = dict(zip(op.sources, zip(op.backward(grad), op.shapes, strict=True), strict=True))
        for source, (part, shape) in parts.items():
""",
            )
        ],
    ),
    # Who was retained once is not released by a later backward either.
    "retains_for_ever": Variant(
        "closures",
        [
            (
                "        self.captures = captures\n",
                """\
        self.captures = captures
        self.retained = False
""",
            ),
            (
                "        if step.captures and not retain_graph:\n",
                """\
        step.retained = step.retained or retain_graph
        if step.captures and not step.retained:
""",
            ),
        ],
    ),
    "second_backward_does_nothing": Variant(
        "tape",
        [
            (
                """\
        op.saved()
        for source""",
                """\
        if op.kept is None:
            return
        for source""",
            )
        ],
    ),
    # Every element that was repeated gets the sum of the whole gradient.
    "unbroadcasts_to_the_total": Variant(
        "closures",
        [
            (
                """\
    front = grad.ndim - len(shape)
    stretched = [front + axis for axis, length in enumerate(shape) if length == 1]
    return grad.sum(axis=(*range(front), *stretched)).reshape(shape)
""",
                """\
    return np.full(shape, grad.sum())
""",
            )
        ],
    ),
    "relu_multiplies_by_its_result": Variant(
        "tape",
        [("        return (np.where(result > 0, grad, 0.0),)\n", "        return (grad * result,)\n")],
    ),
    "detach_keeps_the_history": Variant(
        "tape",
        [
            (
                """\
    def detach(self) -> Tensor:
        return Tensor(self.data)
""",
                """\
    def detach(self) -> Tensor:
        return self
""",
            )
        ],
    ),
    # The derivative by a is b.
    "quotient_like_a_product": Variant(
        "closures", [("(self, lambda g: g / b), (other", "(self, lambda g: g * b), (other")]
    ),
    # The end of an inner block ends the outer one, too.
    "no_grad_cannot_be_nested": Variant(
        "tape",
        [("        TAPE.paused = self.before\n", "        TAPE.paused = 0\n")],
    ),
}

RETAIN_GRAD: dict[str, Variant] = {
    # One step too late: what has come out of the rule, not what went in.
    "keeps_the_gradient_of_an_input": Variant(
        "closures",
        [
            (
                """\
    grad = call_hooks(step.hooks, grad)
    result = step.result() if step.result is not None else None
    if result is not None:
        add_up(result, grad)
    return grad
""",
                """\
    return call_hooks(step.hooks, grad)
""",
            ),
            (
                "        if step.captures and not retain_graph:\n",
                """\
        result = step.result() if step.result is not None else None
        if result is not None:
            add_up(result, part)
        if step.captures and not retain_graph:
""",
            ),
        ],
    ),
    # The mark belongs to the class: as soon as one tensor retains its gradient, all seem to.
    "marks_every_tensor": Variant(
        "tape",
        [
            ("        self.retains_grad = False\n", ""),
            (
                "    shape = property(",
                """\
    retains_grad = False
    shape = property(""",
            ),
            ("        self.retains_grad = True\n", "        Tensor.retains_grad = True\n"),
        ],
    ),
    "removes_all_hooks": Variant(
        "closures",
        [("        self.hooks.pop(self.ticket, None)\n", "        self.hooks.clear()\n")],
    ),
    "removes_the_newest_hook": Variant(
        "tape",
        [
            (
                """\
        if self in self.everybody:
            self.everybody.remove(self)
""",
                """\
        if self.everybody:
            self.everybody.pop()
""",
            )
        ],
    ),
    "hooks_see_one_backward": Variant(
        "closures",
        [
            (
                """\
            grad = answer.data
    return grad
""",
                """\
            grad = answer.data
    hooks.clear()
    return grad
""",
            )
        ],
    ),
    # What is in `.grad` already is shown to a leaf's hooks, too.
    "leaf_hooks_see_the_total": Variant(
        "tape",
        [
            (
                """\
    grad = notify(leaf.callbacks, grad)
    if leaf.gradient is None:
        leaf.gradient = Tensor(grad.copy())
    else:
        np.add(leaf.gradient.data, grad, out=leaf.gradient.data)
""",
                """\
    if leaf.gradient is None:
        leaf.gradient = Tensor(notify(leaf.callbacks, grad).copy())
    else:
        np.copyto(leaf.gradient.data, notify(leaf.callbacks, leaf.gradient.data + grad))
""",
            )
        ],
    ),
    # They look on when the gradient has been added already.
    "leaf_hooks_come_too_late": Variant(
        "closures",
        [
            (
                "    add_up(leaf, call_hooks(leaf._hooks, grad))\n",
                """\
    add_up(leaf, grad)
    call_hooks(leaf._hooks, grad)
""",
            )
        ],
    ),
    "registers_a_function_only_once": Variant(
        "tape",
        [
            (
                "        everybody.append(self)\n",
                """\
        if function not in [other.function for other in everybody]:
            everybody.append(self)
""",
            )
        ],
    ),
    "warns_of_another_kind": Variant(
        "closures",
        [
            (
                "warnings.warn(NO_LEAF, UserWarning, stacklevel=2)",
                "warnings.warn(NO_LEAF, RuntimeWarning, stacklevel=2)",
            )
        ],
    ),
    # A leaf before its first backward, and a result that is going to retain its gradient, are warned of, too.
    "warns_wherever_nothing_is_kept": Variant(
        "tape",
        [
            (
                "        if not (self.is_leaf or self.retains_grad):\n",
                "        if self.requires_grad and self.gradient is None:\n",
            )
        ],
    ),
    "takes_answers_for_factors": Variant(
        "closures",
        [("            grad = answer.data\n", "            grad = grad * answer.data\n")],
    ),
    # The second call of remove() raises.
    "removes_only_once": Variant(
        "tape",
        [
            (
                """\
        if self in self.everybody:
            self.everybody.remove(self)
""",
                """\
        self.everybody.remove(self)
""",
            )
        ],
    ),
    # The wish is forgotten as soon as it was fulfilled.
    "retains_for_one_backward": Variant(
        "closures",
        [
            (
                "        add_up(result, grad)\n",
                """\
        add_up(result, grad)
        step.result = None
""",
            )
        ],
    ),
}

VIEW_RESHAPE: dict[str, Variant] = {
    # A view does not own its memory, so it is never taken for contiguous.
    "contiguous_if_it_owns_its_memory": Variant(
        "closures",
        [
            (
                "        return self.numel() == 0 or all(fits)\n",
                "        return self.data.base is None and all(fits)\n",
            )
        ],
    ),
    "gradients_come_back_in_columns": Variant(
        "tape",
        [
            (
                "        return (grad.reshape(self.shapes[0]),)\n",
                '        return (grad.reshape(self.shapes[0], order="F"),)\n',
            )
        ],
    ),
    "minus_one_only_in_front": Variant(
        "closures",
        [
            (
                "    wanted = tuple(count // max(known, 1) if length == -1 else length for length in asked)\n",
                "    wanted = (count // max(known, 1), *asked[1:]) if asked[:1] == (-1,) else asked\n",
            )
        ],
    ),
    # A view of the last rows looks at the first ones.
    "views_start_at_the_first_number": Variant(
        "tape",
        [
            (
                "        return np.lib.stride_tricks.as_strided(a, self.shape, in_bytes)\n",
                """\
        while a.base is not None:
            a = a.base
        return np.lib.stride_tricks.as_strided(a, self.shape, in_bytes)
""",
            )
        ],
    ),
    "contiguous_changes_the_tensor": Variant(
        "closures",
        [
            (
                '        return made(self.data.copy(order="C"), (self, lambda g: g))\n',
                """\
        self.data = self.data.copy(order="C")
        return self
""",
            )
        ],
    ),
    # Even what could be viewed without any question.
    "reshape_copies_everything": Variant(
        "tape",
        [
            (
                """\
        strides = find_strides(self, wanted)
        if strides is not None:
            return Look.of(self, shape=wanted, strides=strides)
        return Look.of(Copy""",
                """\
        return Look.of(Copy""",
            )
        ],
    ),
    # Two dimensions are joined across the gap between them.
    "joins_across_gaps": Variant(
        "closures",
        [
            (
                "        if rows and step == rows[-1][0] * rows[-1][1]:\n",
                "        if rows and step >= rows[-1][0] * rows[-1][1]:\n",
            )
        ],
    ),
    "refuses_with_a_value_error": Variant(
        "tape",
        [
            (
                """\
            raise RuntimeError(
                "view size""",
                """\
            raise ValueError(
                "view size""",
            )
        ],
    ),
    "names_the_shape_as_a_tuple": Variant(
        "closures", [("shape '{list(asked)}' is invalid", "shape '{asked}' is invalid")]
    ),
    "strides_in_bytes": Variant(
        "tape",
        [
            (
                "        return tuple(step // self.data.itemsize for step in self.data.strides)\n",
                "        return self.data.strides\n",
            ),
            (
                "        passed = 1\n",
                "        passed = self.data.itemsize\n",
            ),
            (
                "places = places[..., None] + step * np.arange(length)",
                "places = places[..., None] + step // tensor.data.itemsize * np.arange(length)",
            ),
        ],
    ),
    # The gradient of a copy is laid into memory as it comes, and not turned back.
    "copies_get_their_gradient_in_columns": Variant(
        "closures",
        [
            (
                '        return made(self.data.copy(order="C"), (self, lambda g: g))\n',
                '        return made(self.data.copy(order="C"), (self, lambda g: g.reshape(g.shape[::-1]).T))\n',
            )
        ],
    ),
}

ZERO_GRAD: dict[str, Variant] = {
    "detach_copies": Variant(
        "closures",
        [
            (
                """\
    def detach(self) -> Tensor:
        return Tensor(self.data)
""",
                """\
    def detach(self) -> Tensor:
        return Tensor(self.data.copy())
""",
            )
        ],
    ),
    # Python makes x = x - y of it.
    "augmented_assignment_makes_a_new_tensor": Variant(
        "tape",
        [
            (
                """\
    __isub__ = sub_
    __imul__ = mul_
""",
                "",
            )
        ],
    ),
    "in_place_forgets_requires_grad": Variant(
        "closures",
        [
            (
                "        self.data[...] = numbers\n",
                """\
        self.data[...] = numbers
        self.requires_grad = False
""",
            )
        ],
    ),
    "clears_only_the_first": Variant(
        "tape",
        [
            (
                """\
                param.grad.zero_()
""",
                """\
                param.grad.zero_()
            return
""",
            )
        ],
    ),
    # Half the rate at the second step, a third of it at the third.
    "the_rate_shrinks": Variant(
        "closures",
        [
            (
                "        self.lr = lr\n",
                """\
        self.lr = lr
        self.steps = 0
""",
            ),
            (
                "        with no_grad():\n",
                """\
        self.steps += 1
        with no_grad():
""",
            ),
            ("alpha=self.lr)", "alpha=self.lr / self.steps)"),
        ],
    ),
    "steps_before_the_loss": Variant(
        "tape",
        [
            ("        loss = self.evaluate(closure) if closure else None\n", ""),
            (
                "        return loss\n",
                "        return self.evaluate(closure) if closure else None\n",
            ),
        ],
    ),
    "returns_a_number": Variant(
        "closures",
        [("                loss = closure()\n", "                loss = closure().item()\n")],
    ),
    # An iterator can be gone through only once.
    "parameters_run_out": Variant(
        "tape",
        [("        self.params = list(params)\n", "        self.params = iter(params)\n")],
    ),
    "refuses_what_has_a_gradient": Variant(
        "closures",
        [
            (
                "        if _recording and self.requires_grad and self.step is None:\n",
                "        if _recording and self._grad is not None:\n",
            )
        ],
    ),
    "in_place_returns_nothing": Variant(
        "tape",
        [
            (
                """\
        np.copyto(self.data, numbers)
        return self
""",
                """\
        np.copyto(self.data, numbers)
""",
            )
        ],
    ),
    "fills_with_zeros_unless_asked": Variant(
        "closures",
        [("set_to_none: bool = True", "set_to_none: bool = False")],
    ),
    "computes_the_loss_twice": Variant(
        "tape",
        [
            (
                "            return closure()\n",
                """\
            closure()
            return closure()
""",
            )
        ],
    ),
}

VARIANTS = {
    "backward": BACKWARD,
    "retain_grad": RETAIN_GRAD,
    "view_reshape": VIEW_RESHAPE,
    "zero_grad": ZERO_GRAD,
}

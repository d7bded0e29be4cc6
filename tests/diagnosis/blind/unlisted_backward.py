"""Bugs that no title of `backward` describes, one engine each.

The comment above each says what it does wrong, and which title comes closest and how the two differ for those who
look at programs only.
"""

from __future__ import annotations

from ..independent.sources import Variant

BACKWARD = {
    # Derivative of a**n is taken for n * a**n. No title is about powers; closest is forgets_what_arrives, which
    # changes every function, where this one changes powers alone and still multiplies with what arrives.
    "pow_keeps_its_exponent": Variant(
        "tape",
        [
            (
                "        return (self.exponent * np.power(a, self.exponent - 1) * grad,)\n",
                "        return (self.exponent * np.power(a, self.exponent) * grad,)\n",
            )
        ],
    ),
    # Derivative of a**n is taken for a**(n - 1). Closest: forgets_what_arrives, see above; here the factor n is gone.
    "pow_forgets_its_factor": Variant(
        "closures",
        [
            (
                "        return made(a**n, (self, lambda g: g * n * a ** (n - 1)), captures=True)\n",
                "        return made(a**n, (self, lambda g: g * a ** (n - 1)), captures=True)\n",
            )
        ],
    ),
    # Exp keeps its input instead of its result, and multiplies with that. Closest: forgets_what_arrives, which would
    # return exp(a) alone; here what arrives counts, and the derivative is wrong.
    "exp_keeps_its_input": Variant(
        "tape",
        [
            (
                """        result = np.exp(a)
        self.keep(result)
        return result
""",
                "        self.keep(a)\n        return np.exp(a)\n",
            )
        ],
    ),
    # Tanh is differentiated as 1 - y, without the square. Closest: quotient_without_square, which is about a / b.
    "tanh_without_square": Variant(
        "closures",
        [
            (
                "        return made(y, (self, lambda g: g * (1 - y * y)), captures=True)\n",
                "        return made(y, (self, lambda g: g * (1 - y)), captures=True)\n",
            )
        ],
    ),
    # Sigmoid is applied once more to the saved result. Closest: none; forgets_what_arrives changes exp and log, too.
    "sigmoid_of_the_result": Variant(
        "tape",
        [
            (
                "        return (grad * result * (1.0 - result),)\n",
                "        s = 1.0 / (1.0 + np.exp(-result))\n        return (grad * s * (1.0 - s),)\n",
            )
        ],
    ),
    # Relu multiplies with its result instead of with 0 or 1. Closest: relu_lets_everything_through, which errs where
    # the input is not positive; this one errs where it is.
    "relu_multiplies_with_its_result": Variant(
        "closures",
        [
            (
                "        return made(y, (self, lambda g: g * (y > 0)), captures=True)\n",
                "        return made(y, (self, lambda g: g * y), captures=True)\n",
            )
        ],
    ),
    # Relu lets only positive gradients through, at positive inputs. Closest: relu_lets_everything_through, which
    # lets more through; this one stops negative gradients that ought to pass.
    "relu_stops_negative_gradients": Variant(
        "tape",
        [
            (
                "        return (np.where(result > 0, grad, 0.0),)\n",
                "        return (np.where((result > 0) & (grad > 0), grad, 0.0),)\n",
            )
        ],
    ),
    # The quotient's derivative by b has no minus. Closest: quotient_without_square, which has the minus and no square.
    "quotient_without_a_sign": Variant(
        "closures",
        [
            (
                "        return made(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / (b * b)), captures=True)\n",
                "        return made(a / b, (self, lambda g: g / b), (other, lambda g: g * a / b**2), captures=True)\n",
            )
        ],
    ),
    # `number - x` computes x - number. Closest: subtracts_without_a_sign, whose values are right; here the value has
    # the wrong sign, and so has the gradient.
    "number_minus_tensor_the_other_way": Variant(
        "tape",
        [("        return Sub.of(other, self)\n", "        return Sub.of(self, other)\n")],
    ),
    # Negation sends its gradient on unchanged. Closest: subtracts_without_a_sign; a - b is right here, -a is not.
    "neg_without_a_sign": Variant(
        "closures",
        [
            (
                "        return made(-self.data, (self, lambda g: -g))\n",
                "        return made(-self.data, (self, lambda g: g))\n",
            )
        ],
    ),
    # The mean of a dimension is divided by the number of all elements. Closest: mean_without_dividing; here the mean
    # of everything is right, and that of a dimension too small instead of too large.
    "mean_divides_by_all": Variant(
        "tape",
        [
            (
                "        how_many = spread.size // grad.size\n        return (spread / how_many,)\n",
                "        return (spread / spread.size,)\n",
            )
        ],
    ),
    # Puts the lost dimension back even if keepdim kept it. Closest: sum_spreads_along_the_wrong_dimension, which errs
    # without keepdim; this one errs (with a ValueError or a wrong shape) only with it.
    "sum_puts_back_what_was_kept": Variant(
        "closures",
        [
            (
                "    if dim is not None and not keepdim:\n        grad = np.expand_dims(grad, dim)\n",
                "    if dim is not None:\n        grad = np.expand_dims(grad, dim)\n",
            ),
        ],
    ),
    # Takes a negative dim for no dim at all on the way back. Closest: sum_spreads_along_the_wrong_dimension, which
    # errs for positive ones, too.
    "sum_does_not_count_from_behind": Variant(
        "tape",
        [
            (
                "        lost = {int(axis) % len(shape) for axis in gone}\n",
                "        lost = {int(axis) for axis in gone}\n",
            )
        ],
    ),
    # Transposes back by reversing all dimensions. Closest: reshape_instead_of_transpose, which is wrong for every
    # matrix; this one is right for matrices and wrong with three dimensions.
    "transpose_reverses_everything": Variant(
        "closures",
        [
            (
                "        return made(self.data.swapaxes(dim0, dim1), (self, lambda g: g.swapaxes(dim0, dim1)))\n",
                "        return made(self.data.swapaxes(dim0, dim1), (self, lambda g: g.T))\n",
            )
        ],
    ),
    # Puts the gradients of what was picked at the beginning, wherever it was picked from. Closest: index_assigns,
    # which has every place right and loses only what was picked twice.
    "index_fills_from_the_start": Variant(
        "tape",
        [
            (
                "        np.add.at(result, self.index, grad)\n        return (result,)\n",
                "        result.flat[: grad.size] = grad.reshape(-1)\n        return (result,)\n",
            )
        ],
    ),
    # Matmul multiplies without transposing. Closest: matmul_in_the_wrong_order; the sides are right here, and the
    # numbers differ for square matrices as well as the shapes that fit.
    "matmul_does_not_transpose": Variant(
        "closures",
        [
            (
                "        return made(a @ b, (self, lambda g: g @ b.T), (other, lambda g: a.T @ g), captures=True)\n",
                "        return made(a @ b, (self, lambda g: g @ b), (other, lambda g: a @ g), captures=True)\n",
            )
        ],
    ),
    # Unbroadcasts to one number for all: the sum of the whole gradient. Closest: unbroadcast_sums_in_front_only; here
    # shapes are always right, and a number that was repeated is, too, but a row gets the same sum in each place.
    "unbroadcast_sums_everything": Variant(
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
                "    return grad if grad.shape == shape else np.full(shape, grad.sum())\n",
            )
        ],
    ),
    # Unbroadcasts by taking the first of the repeated places. Closest: averages_broadcasting, which agrees if all are
    # equal; with a gradient that differs from place to place the two differ.
    "unbroadcast_takes_the_first": Variant(
        "closures",
        [
            (
                "    return grad.sum(axis=(*range(front), *stretched)).reshape(shape)\n",
                """    for axis in (*range(front), *stretched):
        grad = grad.take([0], axis=axis)
    return grad.reshape(shape)
""",
            )
        ],
    ),
    # Adds into a new tensor: whoever holds the old .grad sees the old sum. Closest: assigns_grad; .grad itself is
    # right here.
    "adds_in_new_memory": Variant(
        "tape",
        [
            (
                "        np.add(leaf.gradient.data, grad, out=leaf.gradient.data)\n",
                "        leaf.gradient = Tensor(leaf.gradient.data + grad)\n",
            )
        ],
    ),
    # Starts with 1 for outputs of one element, even if `gradient` is given. Closest: ignores_the_gradient_argument;
    # here a `gradient` of several elements counts.
    "scalars_start_with_one": Variant(
        "closures",
        [
            (
                "        seed = np.ones(self.shape) if gradient is None else gradient.data\n",
                "        seed = np.ones(self.shape) if self.numel() == 1 else gradient.data\n",
            )
        ],
    ),
    # Refuses to start by itself at an output of one element that has dimensions. Closest: starts_any_output_with_ones,
    # the opposite: this one refuses too much.
    "only_zero_dimensions_are_scalar": Variant(
        "tape",
        [("    if output.numel() != 1:\n", "    if output.shape != ():\n")],
    ),
    # Takes any `gradient` that can be stretched to the output's shape. Closest: starts_any_output_with_ones, which
    # accepts a missing one; here a missing one is refused, one that can be stretched is accepted, and others fail in
    # the words of numpy.
    "stretches_the_gradient_argument": Variant(
        "closures",
        [
            (
                """        if gradient is not None and gradient.shape != self.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient.shape)}) "
                f"and output[0] has a shape of torch.Size({list(self.shape)})."
            )
""",
                "",
            ),
            (
                "        seed = np.ones(self.shape) if gradient is None else gradient.data\n",
                "        seed = np.ones(self.shape) * (1.0 if gradient is None else gradient.data)\n",
            ),
        ],
    ),
    # Does nothing when backward is called on a leaf. Closest: none; every other program is right.
    "does_nothing_on_a_leaf": Variant(
        "tape",
        [
            (
                """        if self.grad_fn is None:
            arrive_at_leaf(self, grad)
        else:
            play_back(self.grad_fn, grad, retain_graph)
""",
                """        if self.grad_fn is not None:
            play_back(self.grad_fn, grad, retain_graph)
""",
            )
        ],
    ),
    # Counts one gradient where an operation uses the same input twice, so that the second comes too late. Closest:
    # last_path_wins; diamonds of different operations are right here, x * x and x + x are not.
    "counts_an_input_once": Variant(
        "closures",
        [
            (
                "        for target, _, _ in unseen.pop().pulls or ():\n",
                "        for target in {target for target, _, _ in unseen.pop().pulls or ()}:\n",
            )
        ],
    ),
    # Keeps gradients in the nodes, as some small engines do, and never clears them: a second backward through the
    # same graph begins with what the first has left. Closest: never_releases; a graph walked once is right here, one
    # walked twice gets too much, and the refusals are right.
    "nodes_remember_their_gradient": Variant(
        "tape",
        [
            (
                "        grad = passing(op, pending.pop(op))\n",
                """        op.total = op.total + pending.pop(op)
        grad = passing(op, op.total)
""",
            ),
            (
                "        self.kept: tuple[Array, ...] | None = ()\n",
                "        self.kept: tuple[Array, ...] | None = ()\n        self.total: Any = 0.0\n",
            ),
        ],
    ),
    # Understands retain_graph the wrong way round. Closest: forgets_retain_graph and never_releases, of which it shows
    # each in the other's place: without the flag nothing is released, with it everything.
    "retain_graph_the_other_way": Variant(
        "closures",
        [
            (
                "        if step.captures and not retain_graph:\n",
                "        if step.captures and retain_graph:\n",
            )
        ],
    ),
    # Stops silently at what was released, instead of raising. Closest: never_releases; no second backward fails in
    # either, but here it adds nothing.
    "stops_silently_at_what_was_released": Variant(
        "tape",
        [
            (
                "        op.saved()\n        for source, part, shape",
                "        if op.kept is None:\n            continue\n        for source, part, shape",
            )
        ],
    ),
    # What detach returns still belongs to the graph. Closest: gives_constants_a_grad; real constants get nothing here,
    # but gradients flow past detach.
    "detach_stays_in_the_graph": Variant(
        "closures",
        [
            (
                "        return Tensor(self.data)\n",
                "        return Tensor(self.data, self.requires_grad, self.step)\n",
            )
        ],
    ),
    # Stops at the first input that wants no gradient, and forgets those behind it. Closest: none; c * x loses the
    # gradient of x, x * c does not.
    "stops_at_a_constant": Variant(
        "tape",
        [
            (
                "            if source is None:\n                continue\n",
                "            if source is None:\n                break\n",
            )
        ],
    ),
    # Leaving no_grad switches recording on, even inside of another no_grad. Closest: none.
    "leaving_no_grad_switches_recording_on": Variant(
        "closures",
        [
            (
                """    finally:
        _recording = before
""",
                """    finally:
        _recording = True
""",
            )
        ],
    ),
}

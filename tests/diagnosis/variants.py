"""The shipped mistakes once more, made by somebody else: in the engines `examples/own_design.py`, which share no line with
the solution. Each was written from the mistake's title and explanation and from the handout.

A variant is a list of (text of the engine, what stands in its place).
"""

from __future__ import annotations

Changes = list[tuple[str, str]]

# --- backward ----------------------------------------------------------------------------------------------------
LEAF = """        if self.tensor.grad is None:
            self.tensor.grad = Tensor(np.zeros_like(grad))
        self.tensor.grad.data += grad
"""
STRETCHED = """    for axis in range(len(shape)):
        if shape[axis] == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis, keepdims=True)
"""
FREE = """        if self.memory and not keep:
            self.memory, self.freed = [], True
"""
WALK = """        grads = {id(self.node): gradient.data}
        for node in ordered(self.node):
            for parent, grad in zip(node.parents, node.step(grads.pop(id(node)), retain_graph), strict=True):
                if parent is None:
                    continue
                if isinstance(parent, tuple):
                    Leaf(parent[1]).step(grad, False)
                elif id(parent) in grads:
                    grads[id(parent)] = grads[id(parent)] + grad
                else:
                    grads[id(parent)] = grad
"""
START = """        if self.node is None:
            Leaf(self).step(gradient.data, False)
            return
"""
ORDERED = '''    """Every node after all that use it: a depth-first search with a list in place of recursion."""
    order, state, stack = [], {}, [root]
    while stack:
        node = stack[-1]
        if id(node) not in state:
            state[id(node)] = "open"
            stack += [p for p in node.parents if isinstance(p, Function) and id(p) not in state]
        else:
            stack.pop()
            if state[id(node)] == "open":
                state[id(node)] = "done"
                order.append(node)
    return order[::-1]
'''
TRANSPOSE = "return apply(Rearrange, self, move=lambda a: a.swapaxes(i, j))"
MEAN = """        total = self.sum(dim, keepdim)
        return total * (total.data.size / self.data.size)
"""
CLASSES = "class MatMul(Function):\n"

BACKWARD: dict[str, Changes] = {
    "assigns_grad": [
        (
            START,
            """        for node in [] if self.node is None else ordered(self.node):
            for parent in node.parents:
                if isinstance(parent, tuple):
                    parent[1].grad = None
        if self.node is None:
            self.grad = None
"""
            + START.replace("        if self.node is None:\n", "", 1),
        )
    ],
    "averages_broadcasting": [
        ("grad = grad.sum(0)", "grad = grad.mean(0)"),
        ("grad = grad.sum(axis, keepdims=True)", "grad = grad.mean(axis, keepdims=True)"),
    ],
    "fills_every_grad": [
        ("import contextlib\n", "import contextlib\nimport weakref\n"),
        (
            "        self.parents = []\n        if recording",
            "        self.result = weakref.ref(self.out)\n        self.parents = []\n        if recording",
        ),
        (
            "        for node in ordered(self.node):\n",
            "        for node in ordered(self.node):\n"
            "            if (result := node.result()) is not None:\n"
            "                Leaf(result).step(grads[id(node)], False)\n",
        ),
    ],
    "forgets_retain_graph": [("if self.memory and not keep:", "if self.memory:")],
    "forgets_what_arrives": [
        ("return g * n * a ** (n - 1)", "return n * a ** (n - 1)"),
        ("return g * slope(a, out)", "return 1.0 * slope(a, out)"),
    ],
    "gives_constants_a_grad": [
        ('return ("leaf", self) if self.requires_grad else None', 'return ("leaf", self)')
    ],
    "ignores_the_gradient_argument": [
        (
            "            gradient = Tensor(np.ones(self.shape))\n",
            "        gradient = Tensor(np.ones(self.shape))\n",
        )
    ],
    "index_assigns": [
        (
            "        counts = np.bincount(np.ravel(self.places), np.ravel(g), int(np.prod(shape)))\n",
            "        counts = np.zeros(int(np.prod(shape)))\n        counts[np.ravel(self.places)] = np.ravel(g)\n",
        )
    ],
    "last_path_wins": [
        ("grads[id(parent)] = grads[id(parent)] + grad", "grads[id(parent)] = grad"),
        (
            "        grads = {id(self.node): gradient.data}\n",
            "        grads, leaves = {id(self.node): gradient.data}, {}\n",
        ),
        (
            "                    Leaf(parent[1]).step(grad, False)\n",
            "                    leaves[id(parent[1])] = parent[1], grad\n",
        ),
        (
            "                else:\n                    grads[id(parent)] = grad\n",
            "                else:\n                    grads[id(parent)] = grad\n"
            "        for leaf, grad in leaves.values():\n            Leaf(leaf).step(grad, False)\n",
        ),
    ],
    "matmul_in_the_wrong_order": [("return [g @ b.T, a.T @ g]", "return [g @ b.T, g.T @ a]")],
    "mean_without_dividing": [
        (
            CLASSES,
            "class Mean(Sum):\n    def forward(self, a, dim, keepdim):\n"
            "        return a.mean(axis=dim, keepdims=keepdim)\n\n\n" + CLASSES,
        ),
        (MEAN, "        return apply(Mean, self, dim=dim, keepdim=keepdim)\n"),
    ],
    "never_releases": [(FREE, "")],
    "no_unbroadcast": [
        ("return [shrink(g, s) for g, s in zip(grads, self.shapes, strict=True)]", "return grads")
    ],
    "quotient_without_square": [
        (
            CLASSES,
            "class Div(Function):\n    def forward(self, a, b):\n        self.save(a, b)\n        return a / b\n\n"
            "    def backward(self, g, a, b):\n        return [g / b, -g * a / b]\n\n\n" + CLASSES,
        ),
        ("return self * wrap(other) ** -1.0", "return apply(Div, self, wrap(other))"),
        ("return wrap(other) * self**-1.0", "return apply(Div, wrap(other), self)"),
    ],
    "refuses_every_second_backward": [("if self.memory and not keep:", "if not keep:")],
    "releases_only_the_output": [
        (
            "node.step(grads.pop(id(node)), retain_graph)",
            "node.step(grads.pop(id(node)), retain_graph or node is not self.node)",
        )
    ],
    "relu_lets_everything_through": [("slope=lambda a, out: a > 0)", "slope=lambda a, out: out >= 0)")],
    "reshape_instead_of_transpose": [
        (
            CLASSES,
            "class Turn(Rearrange):\n    def backward(self, g, move):\n        return g.reshape(self.shapes[0])\n\n\n"
            + CLASSES,
        ),
        (TRANSPOSE, TRANSPOSE.replace("Rearrange", "Turn")),
    ],
    "runs_a_node_too_early": [
        (
            WALK,
            """        waiting, met = [(self.node, gradient.data)], {id(self.node)}
        while waiting:
            node, grad = waiting.pop(0)
            for parent, part in zip(node.parents, node.step(grad, retain_graph), strict=True):
                if isinstance(parent, tuple):
                    Leaf(parent[1]).step(part, False)
                elif parent is not None and id(parent) not in met:
                    met.add(id(parent))
                    waiting.append((parent, part))
""",
        )
    ],
    "shares_the_gradient": [
        (
            LEAF,
            "        if self.tensor.grad is None:\n            self.tensor.grad = Tensor(grad)\n        else:\n"
            "            self.tensor.grad.data += grad\n",
        )
    ],
    "sorts_by_recursion": [
        (
            ORDERED,
            """    order, met = [], set()

    def visit(node):
        met.add(id(node))
        for parent in node.parents:
            if isinstance(parent, Function) and id(parent) not in met:
                visit(parent)
        order.append(node)

    visit(root)
    return order[::-1]
""",
        )
    ],
    "starts_any_output_with_ones": [
        (
            '            if self.data.size != 1:\n                raise RuntimeError("grad can be implicitly created only for scalar outputs")\n',
            "",
        )
    ],
    "subtracts_without_a_sign": [
        (CLASSES, "class Sub(Add):\n    def forward(self, a, b):\n        return a - b\n\n\n" + CLASSES),
        ("return self + -wrap(other)", "return apply(Sub, self, wrap(other))"),
        ("return wrap(other) + -self", "return apply(Sub, wrap(other), self)"),
    ],
    "sum_spreads_along_the_wrong_dimension": [
        (
            "        return np.ones(shape) * g.reshape([1 if d in dims else n for d, n in enumerate(shape)])\n",
            "        return np.ones(shape) * g\n",
        )
    ],
    "unbroadcast_drops_dimensions": [
        (
            STRETCHED,
            "    dims = tuple(d for d in range(len(shape)) if shape[d] == 1 and grad.shape[d] != 1)\n    grad = grad.sum(dims)\n",
        )
    ],
    "unbroadcast_sums_in_front_only": [(STRETCHED, "")],
    "walks_every_path": [
        (
            WALK,
            """        used = []

        def walk(node, grad):
            used.append(node)
            for parent, part in zip(node.parents, node.step(grad, True), strict=True):
                if isinstance(parent, tuple):
                    Leaf(parent[1]).step(part, False)
                elif parent is not None:
                    walk(parent, part)

        walk(self.node, gradient.data)
        for node in used:
            if node.memory and not retain_graph:
                node.memory, node.freed = [], True
""",
        )
    ],
}

# --- zero_grad ---------------------------------------------------------------------------------------------------
REFUSE = """        if recording and self.requires_grad and self.is_leaf:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
"""
CHANGE = "        change(self.data, *operands, out=self.data)\n"
CLEAR = """        for p in self.with_gradient():
            p.grad = None if set_to_none else p.grad.zero_()
"""
STEP = """        for p in self.with_gradient():
            p.detach().sub_(p.grad, self.lr)
"""
STEP_AS_IN_THE_HANDOUT = """        with no_grad():
            for p in self.with_gradient():
                p.sub_(p.grad, self.lr)
"""
CLOSURE = """            with enable_grad():
                loss = closure()
"""

ZERO_GRAD: dict[str, Changes] = {
    "always_none": [("p.grad = None if set_to_none else p.grad.zero_()", "p.grad = None")],
    "always_zero": [("p.grad = None if set_to_none else p.grad.zero_()", "p.grad.zero_()")],
    "changes_before_it_refuses": [(REFUSE + CHANGE, CHANGE + REFUSE)],
    "changes_leaves_while_recording": [(REFUSE, "")],
    "clears_after_the_step": [(STEP, STEP + "            p.grad = None\n")],
    "clears_the_parameters": [
        (CLEAR, "        for p in self.params.values():\n            p.detach().zero_()\n")
    ],
    "climbs": [("p.detach().sub_(p.grad, self.lr)", "p.detach().sub_(p.grad, -self.lr)")],
    "computes_the_loss_as_it_stands": [(CLOSURE, "            loss = closure()\n")],
    "forgets_the_rate": [("p.detach().sub_(p.grad, self.lr)", "p.detach().sub_(p.grad)")],
    "keeps_the_loss": [("                loss = closure()\n", "                closure()\n")],
    "leaves_recording_on": [
        (
            CLOSURE,
            "            global recording\n            recording = True\n            loss = closure()\n",
        )
    ],
    "makes_new_memory": [
        (CHANGE, "        self.data = np.array(change(self.data, *operands))\n"),
        (STEP, STEP_AS_IN_THE_HANDOUT),
    ],
    "records_the_step": [
        (
            STEP,
            "        for p in self.with_gradient():\n            new = p - p.grad * self.lr\n"
            "            p.data[...] = new.data\n            p.node = new.node\n",
        )
    ],
    "refuses_even_without_recording": [
        ("if recording and self.requires_grad and self.is_leaf:", "if self.requires_grad and self.is_leaf:"),
        (STEP, STEP_AS_IN_THE_HANDOUT),
    ],
    "refuses_every_leaf": [
        ("if recording and self.requires_grad and self.is_leaf:", "if recording and self.is_leaf:"),
        (STEP, STEP_AS_IN_THE_HANDOUT),
    ],
    "refuses_results_too": [
        ("if recording and self.requires_grad and self.is_leaf:", "if recording and self.requires_grad:")
    ],
    "scales_the_gradient": [("p.detach().sub_(p.grad, self.lr)", "p.detach().sub_(p.grad.mul_(self.lr))")],
    "steps_into_new_memory": [
        ("p.detach().sub_(p.grad, self.lr)", "p.data = p.data - self.lr * p.grad.data")
    ],
    "stops_at_none": [
        (
            STEP,
            "        for p in self.params.values():\n            if p.grad is None:\n                break\n"
            "            p.detach().sub_(p.grad, self.lr)\n",
        )
    ],
    "wipes_before_it_lets_go": [
        (CLEAR, CLEAR.replace("            p.grad =", "            p.grad.zero_()\n            p.grad ="))
    ],
    "zeros_for_none": [
        (
            CLEAR,
            "        for p in self.params.values():\n            if set_to_none:\n                p.grad = None\n"
            "            elif p.grad is None:\n                p.grad = Tensor(np.zeros(p.shape))\n"
            "            else:\n                p.grad.zero_()\n",
        )
    ],
    "zeros_in_new_memory": [
        (
            "p.grad = None if set_to_none else p.grad.zero_()",
            "p.grad = None if set_to_none else Tensor(np.zeros(p.shape))",
        )
    ],
}

# --- retain_grad -------------------------------------------------------------------------------------------------
HOOKS = """        for number in sorted(self.hooks):
            hook = self.hooks.get(number)
            answer = hook(Tensor(grad)) if hook else None
            grad = grad if answer is None else answer.data
"""
KEEP = """        keeper = self.keeper() if self.keeper else None
        if keeper is not None:
            old = keeper.own_grad
            keeper.own_grad = Tensor(1.0 * grad if old is None else old.data + grad)
"""
WARN = """        if not self.is_leaf and not self.retains_grad:
            warnings.warn(READ, UserWarning, stacklevel=2)
"""
NO_HOOK = """        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
"""
NO_RETAIN = """        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
"""
TO_LEAF = """                    leaves[id(parent[1])] = parent[1]
                    parent = parent[1]
"""

RETAIN_GRAD: dict[str, Changes] = {
    "calls_a_leaf_once_per_path": [
        (TO_LEAF, "                    Leaf(parent[1]).step(grad, False)\n                    continue\n")
    ],
    "calls_the_last_hook_first": [("in sorted(self.hooks)", "in sorted(self.hooks, reverse=True)")],
    "hands_over_arrays": [
        ("answer = hook(Tensor(grad)) if hook else None", "answer = hook(grad) if hook else None"),
        ("else answer.data\n        keeper", "else np.asarray(answer)\n        keeper"),
    ],
    "holds_the_tensor": [("keeper = weakref.ref(self)", "keeper = lambda tensor=self: tensor")],
    "hooks_for_constants": [(NO_HOOK, "")],
    "hooks_in_the_wrong_place": [
        (
            "return (self if self.node is None else self.node).watchers.add(hook)",
            "return self.watchers.add(hook)",
        )
    ],
    "ignores_answers": [("            grad = grad if answer is None else answer.data\n", "")],
    "keeps_before_the_hooks": [(HOOKS + KEEP, KEEP + HOOKS)],
    "keeps_one_path": [
        (KEEP + "        return grad\n", "        return grad\n\n    def keep(self, grad):\n" + KEEP),
        (
            "                grads[id(parent)] = grads[id(parent)] + grad if id(parent) in grads else grad\n",
            "                if id(parent) not in grads:\n                    parent.watchers.keep(grad)\n"
            "                grads[id(parent)] = grads[id(parent)] + grad if id(parent) in grads else grad\n",
        ),
        (
            "        grads = {id(self.node): gradient.data}\n",
            "        grads = {id(self.node): gradient.data}\n        self.node.watchers.keep(gradient.data)\n",
        ),
    ],
    "keeps_only_the_last": [("Tensor(1.0 * grad if old is None else old.data + grad)", "Tensor(1.0 * grad)")],
    "last_answer_wins": [
        (
            "        for number in sorted(self.hooks):\n",
            "        first = grad\n        for number in sorted(self.hooks):\n",
        ),
        ("hook(Tensor(grad))", "hook(Tensor(first))"),
    ],
    "never_warns": [(WARN, "")],
    "none_means_zero": [
        (
            "            answer = hook(Tensor(grad)) if hook else None\n            grad = grad if answer is None else answer.data\n",
            "            answer = hook(Tensor(grad))\n            grad = grad * 0.0 if answer is None else answer.data\n",
        )
    ],
    "only_one_hook": [
        (
            "        return Removable(self.hooks,",
            "        self.hooks.clear()\n        return Removable(self.hooks,",
        )
    ],
    "raises_instead_of_warning": [
        ("warnings.warn(READ, UserWarning, stacklevel=2)", "raise RuntimeError(READ)")
    ],
    "retains_for_constants": [(NO_RETAIN, "")],
    "retains_leaves_too": [
        (
            "        if self.node is not None:\n            self.retains_grad = True\n",
            "        self.retains_grad = True\n        if self.node is not None:\n",
        )
    ],
    "shares_what_it_keeps": [("Tensor(1.0 * grad if", "Tensor(grad if")],
    "stumbles_over_removal": [
        (
            "        for number in sorted(self.hooks):\n            hook = self.hooks.get(number)\n",
            "        for hook in self.hooks.values():\n",
        )
    ],
    "warns_always": [("if not self.is_leaf and not self.retains_grad:", "if not self.is_leaf:")],
    "warns_once": [
        (
            WARN,
            WARN.replace("self.retains_grad:", "self.retains_grad and not getattr(self, 'warned', False):")
            + "            self.warned = True\n",
        )
    ],
}

# --- view_reshape ------------------------------------------------------------------------------------------------
CONTIGUOUS = "        return self.data.flags.c_contiguous\n"
TRY = """        try:
            np.reshape(self.data, shape, copy=False)
        except ValueError:
"""
VIEWED = (
    "            ) from None\n        return apply(Rearrange, self, move=lambda a: np.reshape(a, shape))\n"
)
RESHAPED = "        shape = self.wanted(shape)\n        return apply(Rearrange, self, move=lambda a: np.reshape(a, shape))\n"
COPIED = "return self if self.is_contiguous() else apply(Rearrange, self, move=np.ascontiguousarray)"
STRIDED = "        return apply(Rearrange, self, move=lambda a: np.lib.stride_tricks.as_strided(a, shape, {strides}))\n"
HELPERS = "def wrap(value):\n"


def rule(decides: str, helper: str) -> Changes:
    """Let a rule of the student's own decide where a view is possible; reshape copies elsewhere."""
    return [
        (HELPERS, helper + "\n\n" + HELPERS),
        (TRY, f"        if not ({decides}):\n"),
        ("            ) from None\n", "            )\n"),
        (
            RESHAPED,
            f"        shape = self.wanted(shape)\n        if {decides}:\n            return self.view(shape)\n"
            "        return apply(Rearrange, self, move=lambda a: np.reshape(a.copy(), shape))\n",
        ),
    ]


ONLY_CUTS = '''def only_cuts(old, new):
    """Whether each length of the old shape is cut by itself."""
    rest = [n for n in new if n != 1]
    for length in (n for n in old if n != 1):
        have = 1
        while rest and have < length:
            have *= rest.pop(0)
        if have != length:
            return False
    return not rest
'''
BLOCKS = '''def fits(old, strides, new):
    """Join neighbours where they lie together, and cut what was joined; no dimension is special."""
    blocks = []
    for length, stride in zip(old, strides):
        if blocks and blocks[-1][1] == length * stride:
            blocks[-1] = (blocks[-1][0] * length, stride)
        else:
            blocks.append((length, stride))
    rest = list(new)
    for length, _ in blocks:
        have = 1
        while rest and have < length:
            have *= rest.pop(0)
        if have != length:
            return False
    return all(n == 1 for n in rest)
'''
NEXT_LENGTHS = """def steps(shape):
    return tuple([*shape[1:], 1][: len(shape)])
"""
IN_ORDER = """def steps(shape):
    return tuple(int(np.prod(shape[d + 1 :])) * 8 for d in range(len(shape)))
"""

VIEW_RESHAPE: dict[str, Changes] = {
    "copies_always": [(COPIED, "return apply(Rearrange, self, move=lambda a: a.copy())")],
    "copies_as_it_lies": [
        (
            COPIED,
            'return self if self.is_contiguous() else apply(Rearrange, self, move=lambda a: a.copy(order="K"))',
        )
    ],
    "copies_without_history": [
        (COPIED, "return self if self.is_contiguous() else Tensor(np.ascontiguousarray(self.data))"),
        (
            RESHAPED,
            "        shape = self.wanted(shape)\n        try:\n            return self.view(shape)\n        except RuntimeError:\n"
            "            return Tensor(np.reshape(self.data, shape))\n",
        ),
    ],
    "every_stride_counts": [
        (HELPERS, IN_ORDER + "\n\n" + HELPERS),
        (CONTIGUOUS, "        return self.data.strides == steps(self.shape)\n"),
    ],
    "forgets_the_history": [
        (VIEWED, "            ) from None\n        return Tensor(np.reshape(self.data, shape))\n"),
        (
            RESHAPED,
            "        shape = self.wanted(shape)\n        try:\n            return self.view(shape)\n        except RuntimeError:\n"
            "            return self.contiguous().view(shape)\n",
        ),
    ],
    "infers_twice": [
        (
            '        if sum(n == -1 for n in shape) > 1:\n            raise RuntimeError("only one dimension can be inferred")\n',
            "        while sum(n == -1 for n in shape) > 1:\n            shape[shape.index(-1)] = 1\n",
        )
    ],
    "joins_nothing": rule("self.is_contiguous() or only_cuts(self.shape, shape)", ONLY_CUTS),
    "names_the_inferred_shape": [
        (
            "            raise RuntimeError(f\"shape '{shape}' is invalid for input of size {size}\")\n",
            "            shape = [size // (known or 1) if n == -1 else n for n in shape]\n"
            "            raise RuntimeError(f\"shape '{shape}' is invalid for input of size {size}\")\n",
        )
    ],
    "only_the_order_counts": [
        (CONTIGUOUS, "        return list(self.data.strides) == sorted(self.data.strides, reverse=True)\n")
    ],
    "refuses_all_that_is_not_contiguous": rule("self.is_contiguous()", ""),
    "reshape_always_copies": [
        (
            RESHAPED,
            "        shape = self.wanted(shape)\n"
            "        return apply(Rearrange, self.contiguous(), move=lambda a: np.reshape(a, shape))\n",
        )
    ],
    "reshape_never_copies": [(RESHAPED, "        return self.view(*shape)\n")],
    "strides_from_the_front": [
        (CONTIGUOUS, "        return self.data.flags.f_contiguous\n"),
        ("np.reshape(self.data, shape, copy=False)", 'np.reshape(self.data, shape, order="F", copy=False)'),
        (VIEWED, VIEWED.replace("np.reshape(a, shape)", 'np.reshape(a, shape, order="F")')),
        (COPIED, "return self if self.is_contiguous() else apply(Rearrange, self, move=np.asfortranarray)"),
    ],
    "strides_of_the_next_length": [
        (HELPERS, NEXT_LENGTHS + "\n\n" + HELPERS),
        (CONTIGUOUS, "        return self.stride() == steps(self.shape)\n"),
        (
            VIEWED,
            "            ) from None\n        if not self.is_contiguous():\n"
            "            return apply(Rearrange, self, move=lambda a: np.reshape(a, shape))\n"
            + STRIDED.format(strides="[8 * n for n in steps(shape)]"),
        ),
    ],
    "stumbles_over_length_one": rule(
        "self.is_contiguous() or fits(self.shape, self.stride(), shape)", BLOCKS
    ),
    "takes_any_shape_with_minus_one": [
        ("not known or size % known", "not known"),
        (VIEWED, VIEWED.replace("np.reshape(a, shape)", "np.ravel(a)[: int(np.prod(shape))].reshape(shape)")),
        (
            TRY,
            TRY.replace(
                "(self.data, shape,", "(self.data, shape if np.prod(shape) == self.data.size else self.shape,"
            ),
        ),
    ],
    "views_a_copy": [
        (VIEWED, VIEWED.replace("np.reshape(a, shape)", "np.reshape(a, shape).copy()")),
        (RESHAPED, RESHAPED.replace("np.reshape(a, shape)", "np.reshape(a, shape).copy()")),
    ],
    "views_as_if_in_order": [
        (HELPERS, IN_ORDER + "\n\n" + HELPERS),
        (TRY, "        if False:\n"),
        (VIEWED, "            )\n" + STRIDED.format(strides="steps(shape)")),
        (RESHAPED, "        return self.view(*shape)\n"),
    ],
}

VARIANTS = {
    "backward": BACKWARD,
    "zero_grad": ZERO_GRAD,
    "retain_grad": RETAIN_GRAD,
    "view_reshape": VIEW_RESHAPE,
}

"""Bugs that no title of `zero_grad` describes, one engine each.

The comment above each says what it does wrong, and which title comes closest and how the two differ for those who
look at programs only.
"""

from __future__ import annotations

from ..independent.sources import Variant

ZERO_GRAD = {
    # zero_grad returns after the first parameter. Closest: none about clearing; stops_at_none is about the step.
    "clears_only_the_first": Variant(
        "tape",
        [
            (
                "                param.grad = None\n            else:\n                param.grad.zero_()\n",
                """                param.grad = None
            else:
                param.grad.zero_()
            return
""",
            )
        ],
    ),
    # zero_grad ends at the first parameter without a gradient. Closest: stops_at_none, whose zero_grad is right and
    # whose step ends; here it is the other way round.
    "clearing_ends_at_none": Variant(
        "closures",
        [
            (
                "        for p in self.params:\n            if set_to_none:\n",
                "        for p in self.params:\n            if p.grad is None:\n                break\n            if set_to_none:\n",
            )
        ],
    ),
    # Understands set_to_none the wrong way round. Closest: always_zero and always_none, each of which is right for one
    # of the two; here both are wrong.
    "takes_the_flag_the_other_way": Variant(
        "tape",
        [("            if set_to_none:\n", "            if not set_to_none:\n")],
    ),
    # zero_grad(set_to_none=False) fails with an AttributeError where there is no gradient. Closest: zeros_for_none,
    # which gives such parameters zeros.
    "clearing_trips_over_none": Variant(
        "tape",
        [
            (
                "            if param.grad is None:\n                continue\n            if set_to_none:\n",
                "            if set_to_none:\n",
            )
        ],
    ),
    # The step fails (TypeError) where there is no gradient. Closest: stops_at_none, which ends without an error.
    "steps_without_looking": Variant(
        "closures",
        [
            (
                "                if p.grad is not None:\n                    p.sub_(p.grad, alpha=self.lr)\n",
                "                p.sub_(p.grad, alpha=self.lr)\n",
            )
        ],
    ),
    # Divides the gradient by the learning rate. Closest: forgets_the_rate; here a small rate makes large steps.
    "divides_by_the_rate": Variant(
        "tape",
        [
            (
                "                    param -= self.lr * param.grad\n",
                "                    param -= param.grad * (1.0 / self.lr)\n",
            )
        ],
    ),
    # Every optimizer steps with the default rate. Closest: forgets_the_rate, whose steps are too long; these are 1e-3.
    "keeps_the_default_rate": Variant(
        "closures",
        [("        self.lr = lr\n", "        self.lr = 1e-3\n")],
    ),
    # Goes by the sign of the gradient. Closest: forgets_the_rate; here the rate counts and the length does not.
    "goes_by_the_sign": Variant(
        "tape",
        [
            (
                "                    param -= self.lr * param.grad\n",
                "                    param -= self.lr * np.sign(param.grad.data)\n",
            )
        ],
    ),
    # Divides the step by the number of parameters. Closest: forgets_the_rate; one parameter alone is right here.
    "averages_over_the_parameters": Variant(
        "closures",
        [
            (
                "                    p.sub_(p.grad, alpha=self.lr)\n",
                "                    p.sub_(p.grad, alpha=self.lr / len(self.params))\n",
            )
        ],
    ),
    # Switches requires_grad off for the step, and never on again. Closest: records_the_step or steps_into_new_memory;
    # the first step is right here, but parameters are constants afterwards.
    "makes_constants_of_the_parameters": Variant(
        "tape",
        [
            (
                """        with no_grad():
            for param in self.params:
                if param.grad is not None:
                    param -= self.lr * param.grad
""",
                """        for param in self.params:
            if param.grad is not None:
                param.requires_grad = False
                param -= self.lr * param.grad
""",
            )
        ],
    ),
    # Asks whether a gradient is true, which one without dimensions refuses to say (TypeError from len). Closest:
    # stops_at_none; vectors and None are right.
    "asks_whether_a_gradient_is_true": Variant(
        "closures",
        [
            (
                "                if p.grad is not None:\n",
                "                if p.grad:\n",
            )
        ],
    ),
    # The step clears first and then finds nothing to do. Closest: clears_after_the_step; there parameters do change.
    "clears_before_the_step": Variant(
        "tape",
        [
            (
                "        loss = self.evaluate(closure) if closure else None\n",
                "        self.zero_grad()\n        loss = self.evaluate(closure) if closure else None\n        self.zero_grad()\n",
            )
        ],
    ),
    # The step ends after the first parameter that has a gradient. Closest: stops_at_none; here it ends without any
    # None, too.
    "steps_only_the_first": Variant(
        "closures",
        [
            (
                "                    p.sub_(p.grad, alpha=self.lr)\n        return loss\n",
                "                    p.sub_(p.grad, alpha=self.lr)\n                    break\n        return loss\n",
            )
        ],
    ),
    # Calls the closure twice, for the gradients and for the loss. Closest: keeps_the_loss; the loss is right here, and
    # so are the gradients of a closure that clears, but it has been called twice.
    "calls_the_closure_twice": Variant(
        "tape",
        [("            return closure()\n", "            closure()\n            return closure()\n")],
    ),
    # Steps first and calls the closure afterwards. Closest: computes_the_loss_as_it_stands; here the loss is that of
    # the changed parameters, or nothing changes as long as there is no gradient.
    "steps_before_the_loss": Variant(
        "closures",
        [
            (
                """        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.sub_(p.grad, alpha=self.lr)
        return loss
""",
                """        with no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.sub_(p.grad, alpha=self.lr)
        if closure is None:
            return None
        with enable_grad():
            return closure()
""",
            )
        ],
    ),
    # Calls backward on the loss that the closure has sent back already. Closest: none; the closure's graph is released
    # and raises, or gradients count twice.
    "calls_backward_once_more": Variant(
        "tape",
        [
            (
                "            return closure()\n",
                "            loss = closure()\n            loss.backward()\n            return loss\n",
            )
        ],
    ),
    # Hands on the loss as a plain number. Closest: keeps_the_loss, which hands on None.
    "hands_on_a_number": Variant(
        "closures",
        [("                loss = closure()\n", "                loss = closure().item()\n")],
    ),
    # With a closure, computes the loss and takes no step. Closest: keeps_the_loss; the loss is there, the step is not.
    "computes_the_loss_and_stops": Variant(
        "tape",
        [
            (
                "        loss = self.evaluate(closure) if closure else None\n",
                "        if closure:\n            return self.evaluate(closure)\n",
            ),
            (
                "                    param -= self.lr * param.grad\n        return loss\n",
                "                    param -= self.lr * param.grad\n        return None\n",
            ),
        ],
    ),
    # Calls the closure inside of the step's own no_grad. Closest: computes_the_loss_as_it_stands, which fails only
    # inside of the caller's no_grad; this one fails always.
    "computes_the_loss_without_recording": Variant(
        "closures",
        [
            (
                "            with enable_grad():\n                loss = closure()\n",
                "            with no_grad():\n                loss = closure()\n",
            )
        ],
    ),
    # Goes by the gradients from before the closure. Closest: computes_the_loss_as_it_stands; the loss is right here,
    # the step is one behind.
    "goes_by_the_old_gradients": Variant(
        "tape",
        [
            (
                "        loss = self.evaluate(closure) if closure else None\n",
                "        grads = [param.grad for param in self.params]\n        loss = self.evaluate(closure) if closure else None\n",
            ),
            (
                """            for param in self.params:
                if param.grad is not None:
                    param -= self.lr * param.grad
""",
                """            for param, grad in zip(self.params, grads, strict=True):
                if grad is not None:
                    param -= self.lr * grad
""",
            ),
        ],
    ),
    # Switches recording off for the step, and leaves it off. Closest: leaves_recording_on, the opposite: what comes
    # after a step requires no gradient here.
    "leaves_recording_off": Variant(
        "tape",
        [
            (
                """        with no_grad():
            for param in self.params:
                if param.grad is not None:
                    param -= self.lr * param.grad
        return loss
""",
                """        TAPE.paused = 1
        for param in self.params:
            if param.grad is not None:
                param -= self.lr * param.grad
        return loss
""",
            )
        ],
    ),
    # In-place operations return nothing, so that `x -= 1` leaves None in x. Closest: none; the memory is right.
    "in_place_returns_nothing": Variant(
        "closures",
        [("        self.data[...] = numbers\n        return self\n", "        self.data[...] = numbers\n")],
    ),
    # In-place operations return another tensor for the same memory. Closest: makes_new_memory; memory is right here,
    # but `x -= 1` gives the name x to a tensor that has no gradient and no history.
    "in_place_returns_another_tensor": Variant(
        "closures",
        [
            (
                "        self.data[...] = numbers\n        return self\n",
                "        self.data[...] = numbers\n        return self.detach()\n",
            )
        ],
    ),
    # `x -= y` means x = x - y, and `x *= y` likewise. Closest: makes_new_memory; x.sub_(y) is right here, and `w -= ...`
    # is never refused.
    "minus_equals_makes_a_new_tensor": Variant(
        "closures",
        [("    __isub__ = sub_\n    __imul__ = mul_\n", "")],
    ),
    # Refuses with a ValueError of the right words. Closest: changes_before_it_refuses; the type is wrong, not the time.
    "refuses_with_another_type": Variant(
        "tape",
        [
            (
                '            raise RuntimeError("a leaf Variable that',
                '            raise ValueError("a leaf Variable that',
            )
        ],
    ),
    # zero_() is never refused. Closest: changes_leaves_while_recording; sub_ and mul_ are refused here.
    "zero_is_never_refused": Variant(
        "tape",
        [("        return self.overwrite(0.0)\n", "        self.data.fill(0.0)\n        return self\n")],
    ),
    # Changed tensors require no gradient any more. Closest: changes_leaves_while_recording; the change is refused as
    # it should be, but after one that is allowed the parameter is a constant.
    "comes_out_as_a_constant": Variant(
        "closures",
        [
            (
                "        self.data[...] = numbers\n        return self\n",
                "        self.data[...] = numbers\n        self.requires_grad = False\n        return self\n",
            )
        ],
    ),
    # detach copies. Closest: makes_new_memory; rows and pieces of a tensor follow its changes here.
    "detaches_a_copy": Variant(
        "tape",
        [("        return Tensor(self.data)\n", "        return Tensor(self.data.copy())\n")],
    ),
    # The optimizer keeps copies of the parameters, and neither clears nor changes those of the caller. Closest:
    # steps_into_new_memory, where the parameters do change.
    "optimizes_copies": Variant(
        "closures",
        [
            (
                "        self.params = list(params)\n",
                "        self.params = [tensor(p.data, p.requires_grad) for p in params]\n",
            )
        ],
    ),
}

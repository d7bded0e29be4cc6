"""The misconceptions listed for `zero_grad`, one engine each."""

from __future__ import annotations

from ..independent.sources import Variant

ZERO_GRAD = {
    "always_none": Variant(
        "tape",
        [
            (
                """            if param.grad is None:
                continue
            if set_to_none:
                param.grad = None
            else:
                param.grad.zero_()
""",
                "            param.grad = None\n",
            )
        ],
    ),
    "always_zero": Variant(
        "closures",
        [
            (
                """            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad.zero_()
""",
                """            if p.grad is not None:
                p.grad.data.fill(0.0)
""",
            )
        ],
    ),
    "changes_before_it_refuses": Variant(
        "tape",
        [
            (
                """        if self.is_leaf and self.requires_grad and not TAPE.paused:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
        np.copyto(self.data, numbers)
        return self
""",
                """        np.copyto(self.data, numbers)
        if TAPE.paused or not self.is_leaf or not self.requires_grad:
            return self
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
""",
            )
        ],
    ),
    "changes_leaves_while_recording": Variant(
        "closures",
        [
            (
                """        if _recording and self.requires_grad and self.step is None:
            raise RuntimeError(IN_PLACE)
""",
                "",
            )
        ],
    ),
    "clears_after_the_step": Variant(
        "tape",
        [
            (
                """                    param -= self.lr * param.grad
        return loss
""",
                """                    param -= self.lr * param.grad
        self.zero_grad()
        return loss
""",
            )
        ],
    ),
    "clears_the_parameters": Variant(
        "closures",
        [
            (
                """            elif p.grad is not None:
                p.grad.zero_()
""",
                """            else:
                with no_grad():
                    p.zero_()
""",
            )
        ],
    ),
    "climbs": Variant(
        "tape",
        [
            (
                "                    param -= self.lr * param.grad\n",
                "                    param.overwrite(param.data + self.lr * param.grad.data)\n",
            )
        ],
    ),
    "computes_the_loss_as_it_stands": Variant(
        "closures",
        [
            (
                """        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
""",
                "        loss = closure() if closure is not None else None\n",
            )
        ],
    ),
    "forgets_the_rate": Variant(
        "tape",
        [
            (
                "                    param -= self.lr * param.grad\n",
                "                    param -= param.grad\n",
            )
        ],
    ),
    "keeps_the_loss": Variant(
        "closures",
        [
            (
                """        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
""",
                """        if closure is not None:
            with enable_grad():
                closure()
""",
            ),
            (
                """                    p.sub_(p.grad, alpha=self.lr)
        return loss
""",
                "                    p.sub_(p.grad, alpha=self.lr)\n",
            ),
        ],
    ),
    "leaves_recording_on": Variant(
        "tape",
        [
            (
                """        with enable_grad():
            return closure()
""",
                """        TAPE.paused = 0
        return closure()
""",
            )
        ],
    ),
    "makes_new_memory": Variant(
        "closures",
        [
            (
                "        self.data[...] = numbers\n        return self\n",
                "        self.data = np.zeros(self.shape) + numbers\n        return self\n",
            )
        ],
    ),
    "records_the_step": Variant(
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
                param -= self.lr * param.grad
""",
            )
        ],
    ),
    "refuses_even_without_recording": Variant(
        "closures",
        [
            (
                "        if _recording and self.requires_grad and self.step is None:\n",
                "        if self.is_leaf and self.requires_grad:\n",
            )
        ],
    ),
    "refuses_every_leaf": Variant(
        "tape",
        [
            (
                "        if self.is_leaf and self.requires_grad and not TAPE.paused:\n",
                "        if self.is_leaf and not TAPE.paused:\n",
            )
        ],
    ),
    "refuses_results_too": Variant(
        "closures",
        [
            (
                "        if _recording and self.requires_grad and self.step is None:\n",
                "        if self.requires_grad and _recording:\n",
            )
        ],
    ),
    "scales_the_gradient": Variant(
        "tape",
        [
            (
                "                    param -= self.lr * param.grad\n",
                "                    param.grad *= self.lr\n                    param -= param.grad\n",
            )
        ],
    ),
    "steps_into_new_memory": Variant(
        "closures",
        [
            (
                """        with no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.sub_(p.grad, alpha=self.lr)
""",
                """        for p in self.params:
            if p.grad is not None:
                p.data = p.data - self.lr * p.grad.data
""",
            )
        ],
    ),
    "stops_at_none": Variant(
        "tape",
        [
            (
                """                if param.grad is not None:
                    param -= self.lr * param.grad
""",
                """                if param.grad is None:
                    break
                param -= self.lr * param.grad
""",
            )
        ],
    ),
    "wipes_before_it_lets_go": Variant(
        "closures",
        [
            (
                """            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad.zero_()
""",
                """            if p.grad is None:
                continue
            p.grad.zero_()
            if set_to_none:
                p.grad = None
""",
            )
        ],
    ),
    "zeros_for_none": Variant(
        "tape",
        [
            (
                """            if param.grad is None:
                continue
            if set_to_none:
                param.grad = None
            else:
                param.grad.zero_()
""",
                """            if set_to_none:
                param.grad = None
                continue
            if param.grad is None:
                param.grad = zeros(param.shape)
            param.grad.zero_()
""",
            )
        ],
    ),
    "zeros_in_new_memory": Variant(
        "closures",
        [
            (
                """            elif p.grad is not None:
                p.grad.zero_()
""",
                """            elif p.grad is not None:
                p.grad = zeros(p.shape)
""",
            )
        ],
    ),
}

"""The misconceptions of the assignment zero_grad, each by its name, in engines that are written independently."""

from __future__ import annotations

from .sources import Variant

VARIANTS: dict[str, Variant] = {
    "always_none": Variant(
        "closures",
        [
            (
                """\
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad.zero_()
""",
                """\
            p.grad = None
""",
            )
        ],
    ),
    "always_zero": Variant(
        "tape",
        [
            (
                """\
            if set_to_none:
                param.grad = None
            else:
                param.grad.zero_()
""",
                """\
            param.grad.zero_()
""",
            )
        ],
    ),
    "changes_before_it_refuses": Variant(
        "closures",
        [
            (
                """\
        if _recording and self.requires_grad and self.step is None:
            raise RuntimeError(IN_PLACE)
        self.data[...] = numbers
""",
                """\
        self.data[...] = numbers
        if _recording and self.requires_grad and self.step is None:
            raise RuntimeError(IN_PLACE)
""",
            )
        ],
    ),
    "changes_leaves_while_recording": Variant(
        "tape",
        [
            (
                """\
        if self.is_leaf and self.requires_grad and not TAPE.paused:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
""",
                "",
            )
        ],
    ),
    "clears_after_the_step": Variant(
        "closures",
        [
            (
                """\
                    p.sub_(p.grad, alpha=self.lr)
        return loss
""",
                """\
                    p.sub_(p.grad, alpha=self.lr)
        self.zero_grad()
        return loss
""",
            )
        ],
    ),
    # Where zeros were asked for. With set_to_none nothing is set to zero, and nothing goes wrong.
    "clears_the_parameters": Variant(
        "tape",
        [
            (
                "                param.grad.zero_()\n",
                """\
                with no_grad():
                    param.zero_()
""",
            )
        ],
    ),
    "climbs": Variant("closures", [("p.sub_(p.grad, alpha=self.lr)", "p.sub_(p.grad, alpha=-self.lr)")]),
    "computes_the_loss_as_it_stands": Variant(
        "tape",
        [
            (
                """\
        with enable_grad():
            return closure()
""",
                """\
        return closure()
""",
            )
        ],
    ),
    "forgets_the_rate": Variant("closures", [("p.sub_(p.grad, alpha=self.lr)", "p.sub_(p.grad)")]),
    "keeps_the_loss": Variant(
        "tape",
        [
            (
                """\
        with enable_grad():
            return closure()
""",
                """\
        with enable_grad():
            closure()
""",
            )
        ],
    ),
    # The step itself still switches recording off, and puts back that it was on.
    "leaves_recording_on": Variant(
        "closures",
        [
            (
                """\
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
""",
                """\
        global _recording
        loss = None
        if closure is not None:
            _recording = True
            loss = closure()
""",
            )
        ],
    ),
    "makes_new_memory": Variant(
        "tape",
        [
            (
                "        np.copyto(self.data, numbers)\n",
                "        self.data = np.broadcast_to(numbers, self.shape).copy()\n",
            )
        ],
    ),
    # The parameters are leaves, so the step is refused, unless the program itself has switched recording off.
    "records_the_step": Variant(
        "closures",
        [
            (
                """\
        with no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.sub_(p.grad, alpha=self.lr)
""",
                """\
        for p in self.params:
            if p.grad is not None:
                p.sub_(p.grad, alpha=self.lr)
""",
            )
        ],
    ),
    # A step changes its parameters in the same way, so it is refused, too.
    "refuses_even_without_recording": Variant(
        "tape",
        [
            (
                "        if self.is_leaf and self.requires_grad and not TAPE.paused:\n",
                "        if self.is_leaf and self.requires_grad:\n",
            )
        ],
    ),
    "refuses_every_leaf": Variant(
        "closures",
        [
            (
                "        if _recording and self.requires_grad and self.step is None:\n",
                "        if _recording and self.step is None:\n",
            )
        ],
    ),
    "refuses_results_too": Variant(
        "tape",
        [
            (
                "        if self.is_leaf and self.requires_grad and not TAPE.paused:\n",
                "        if self.requires_grad and not TAPE.paused:\n",
            )
        ],
    ),
    "scales_the_gradient": Variant(
        "closures",
        [
            (
                "                    p.sub_(p.grad, alpha=self.lr)\n",
                "                    p.sub_(p.grad.mul_(self.lr))\n",
            )
        ],
    ),
    # The tensor stays, its memory does not.
    "steps_into_new_memory": Variant(
        "tape",
        [
            (
                "                    param -= self.lr * param.grad\n",
                "                    param.data = param.data - self.lr * param.grad.data\n",
            )
        ],
    ),
    "stops_at_none": Variant(
        "closures",
        [
            (
                """\
                if p.grad is not None:
                    p.sub_(""",
                """\
                if p.grad is None:
                    break
                p.sub_(""",
            ),
        ],
    ),
    "wipes_before_it_lets_go": Variant(
        "tape",
        [
            (
                """\
            if set_to_none:
                param.grad = None
            else:
                param.grad.zero_()
""",
                """\
            param.grad.zero_()
            if set_to_none:
                param.grad = None
""",
            )
        ],
    ),
    "zeros_for_none": Variant(
        "closures",
        [
            (
                """\
            elif p.grad is not None:
                p.grad.zero_()
""",
                """\
            elif p.grad is not None:
                p.grad.zero_()
            else:
                p.grad = zeros(p.shape)
""",
            )
        ],
    ),
    "zeros_in_new_memory": Variant(
        "tape",
        [
            (
                "                param.grad.zero_()\n",
                "                param.grad = zeros(param.shape)\n",
            )
        ],
    ),
}

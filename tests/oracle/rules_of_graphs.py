"""Differences that stay in what shows how a tensor was made: views, versions, nodes."""

from __future__ import annotations

import re
from typing import Any

from rules import Rule, made_by, of_gradient

_FILLED = re.compile(
    r"@|\b(?:mm|mv|matmul|linear|bmm|einsum|tensordot|inner|grad|trapezoid|isfinite|matrix_norm|norm|cond|matrix_rank)\("
)


def _filled_in_place(difference: Any) -> bool:
    """Tell whether torch made a result by filling it: products without elements, a gradient, a few more."""
    if difference.aspect != "version" or not difference.ours < difference.theirs:
        return False
    return bool(_FILLED.search(made_by(difference)))


_BATCHED = re.compile(r"vmap\(|jacrev\(|hessian\(")
_TRANSFORMED = re.compile(r"vmap\(|torch\.func\.|autograd\.functional\.")


def _transformed(difference: Any) -> bool:
    """Tell whether it shows how a function was transformed: place by place, and backwards only."""
    shown = ("node", "edges", "is view", "strides", "requires_grad", "is_leaf", "version", "output_nr")
    if difference.aspect not in (*shown, "error text"):
        return False
    if of_gradient(difference):
        return difference.aspect in shown and _BATCHED.search("\n".join(difference.program)) is not None
    made = (
        difference.line,
        made_by(difference),
        made_by(difference, 1),
    )  # which shows among the edges of another
    return any(_TRANSFORMED.search(line) for line in made)


_IN_STEPS = re.compile(r"\bigammac?\(")


def _in_steps(difference: Any) -> bool:
    """Tell whether it is about the gradient of an incomplete gamma function."""
    shown = ("node", "requires_grad", "is_leaf", "output_nr", "strides")
    return (
        difference.aspect in shown
        and of_gradient(difference)
        and _IN_STEPS.search("\n".join(difference.program)) is not None
    )


_OF_LAYERS = re.compile(
    r"\bconv(?:_transpose)?[123]d\(|_norm\(|\bnn\.(?:Conv\w*|\w+Norm\w*|Transformer\w*)\(|\bgiven\("
)


def _second_of_layers(difference: Any) -> bool:
    """Tell whether it is about how the second gradient of a convolution or a normalising function lies in memory."""
    if difference.line != "second gradient" or difference.aspect != "strides":
        return False
    return _OF_LAYERS.search("\n".join(difference.program)) is not None


def _through_moments(difference: Any) -> bool:
    """Tell whether the gradient of group_norm counts as one that depends on what requires no gradient."""
    shown = ("node", "requires_grad", "is_leaf")
    called = re.search(r"\bgroup_norm\(|\bGroupNorm\(", "\n".join(difference.program))
    return difference.aspect in shown and called is not None and of_gradient(difference)


RULES: tuple[Rule, ...] = (
    Rule(
        "derivatives in steps",
        "torch and refgrad take other steps to the gradient of an incomplete gamma function: other nodes and layouts.",
        _in_steps,
        goes_on=True,
    ),
    Rule(
        "layouts of second gradients",
        "torch differentiates the derivative of a convolution by other convolutions, and that of a normalising function "
        "by a formula of its own: what they return lies in another order.",
        _second_of_layers,
        goes_on=True,
    ),
    Rule(
        "moments that require a gradient",
        "the moments are results of torch's group_norm, which require a gradient where only its weight does.",
        _through_moments,
        goes_on=True,
    ),
    Rule(
        "a gradient as a view",
        "gradients travel as bare arrays: whether torch's own is a view (of an expanded 1) does not show.",
        lambda difference: (
            difference.aspect == "is view"
            and re.search(r"autograd\.grad\(", made_by(difference) + made_by(difference, 1))
        ),
        goes_on=True,
    ),
    Rule(
        "functions of functions",
        "vmap calls a function once for each place, and derivatives of functions go backwards: other nodes, layouts and "
        "sizes in messages.",
        _transformed,
        goes_on=True,
    ),
    Rule(
        "version of a new result",
        "torch fills some results in place, which their version counts.",
        _filled_in_place,
        goes_on=True,
    ),
)

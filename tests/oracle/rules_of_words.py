"""Differences that stay between the words, and the failures, of torch and refgrad."""

from __future__ import annotations

import re
from typing import Any

from rerunning import rerun
from rules import Rule, of_gradient, texts


def _without_modules(text: Any) -> str:
    return re.sub(r"torch\.(?:\w+\.)*|numpy\.", "", str(text))


def _names_of_c_types(difference: Any) -> bool:
    if difference.aspect != "error text":
        return False
    if _without_modules(difference.theirs) == _without_modules(difference.ours):
        return True
    return "object does not support item" in str(difference.theirs) or "'torch.dtype'" in str(
        difference.theirs
    )


def _size_of_no_dimension(difference: Any) -> bool:
    if difference.aspect == "error":
        kinds = (difference.theirs, difference.ours) == ("RuntimeError", "ValueError")
        of_classes = re.search(r"nll_loss\(|cross_entropy\(", difference.line)
        return bool(kinds and of_classes) and any(
            not each.ndim for each in rerun(difference).operands(difference.line)
        )
    if difference.aspect == "outcome" and "output with shape [] doesn't match" in str(difference.ours):
        return any(
            ".data = " in line for line in difference.program
        )  # where the strides of a leaf would stand
    return difference.aspect == "error text" and bool(
        re.search(r"out of bounds for dimension 0 with size 0$", str(difference.ours))
    )


def _of_half_complex(difference: Any) -> bool:
    """Tell whether float16 met complex numbers."""
    if re.search(r"complex32|ComplexHalf", texts(difference)):
        return True
    mixed = re.search(r"\dj\b|complex", difference.line) is not None
    return (
        mixed
        and difference.aspect in ("error", "outcome")
        and any(each.dtype.itemsize == 2 for each in rerun(difference).operands(difference.line))
    )


def _power_of_bool(difference: Any) -> bool:
    """Tell whether a gradient of the power of a truth value was asked for."""
    return (
        of_gradient(difference)
        and str(difference.theirs) == "RuntimeError"
        and re.search(r"pow\((?:True|False),|\b(?:True|False) \*\*", "\n".join(difference.program))
        is not None
    )


def _bias_of_nothing(difference: Any) -> bool:
    """Tell whether torch failed to expand the second gradient of a bias where a convolution has no channels."""
    called = re.search(r"\bconv[123]d\(", "\n".join(difference.program))
    failed = "The expanded size of the tensor (0) must match" in str(difference.theirs)
    return difference.line == "second gradient" and called is not None and failed


RULES: tuple[Rule, ...] = (
    Rule(
        "names of types",
        "Python names classes written in Python without their module, and refuses them in its own words; torch's are "
        "written in C.",
        _names_of_c_types,
        goes_on=True,
    ),
    Rule(
        "failures inside torch",
        "torch (or its library for convolutions) stops with an internal assertion (the gradient of a power of True is one), "
        "or cannot treat an integer tensor that requires a gradient; vmap looks for the dtype of numbers in the first place "
        "of none.",
        lambda difference: bool(
            _power_of_bool(difference)
            or _bias_of_nothing(difference)
            or ("vmap(" in difference.line and "select(): index 0 out of range" in str(difference.theirs))
            or re.search(
                r"cannot create std::vector|shape '\[0\]' is invalid|Expected a proper Tensor but got None|INTERNAL ASSERT|tensor does not have a device|could not c(?:reate a primitive|onstruct a memory) descriptor|Could this error message be improved|Exception raised from|Autograd not support dtype",
                str(difference.theirs),
            )
        ),
    ),
    Rule(
        "zeros without memory",
        "the gradient of torch's sgn is a tensor of zeros that has no memory, and that some of its own derivatives "
        "change in place: they fail.",
        lambda difference: "ZeroTensors are immutable" in str(difference.theirs),
    ),
    Rule(
        "size of a 0-dim tensor",
        "torch reads it where it has none, and shows (or compares) what happens to stand in memory.",
        _size_of_no_dimension,
    ),
    Rule(
        "complex32",
        "NumPy has no complex numbers of half precision.",
        _of_half_complex,
    ),
)

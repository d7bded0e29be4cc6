"""Differences between torch and refgrad that stay, by rule, each with its reason.

A deliberate rule is one that refgrad will not follow torch in; the others are gaps that nobody has closed yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

_OF_GRADIENTS = ("gradient", "second gradient", "backward", "grad of leaf")


@dataclass(frozen=True)
class Rule:
    """A kind of difference that stays: its name, why, whether on purpose, and which differences it covers."""

    name: str
    reason: str
    deliberate: bool
    covers: Callable[[Any], bool]


def _of_gradient(difference: Any) -> bool:
    return str(difference.line).startswith(_OF_GRADIENTS)


def _without_modules(text: Any) -> str:
    return re.sub(r"torch\.return_types\.|torch\.", "", str(text))


def _names_of_c_types(difference: Any) -> bool:
    texts = difference.theirs, difference.ours
    return difference.aspect == "error text" and _without_modules(texts[0]) == _without_modules(texts[1])


def _streamed_tensor(difference: Any) -> bool:
    return difference.aspect == "error text" and "in the tensor list but got" in str(difference.ours)


def _overlapping_copy(difference: Any) -> bool:
    return difference.aspect == "values" and bool(
        re.search(r"(a\d+)\[1:\] = \1\[:-1\]|(a\d+)\.masked_scatter_\(.*, \2\)", difference.line)
    )


def _rank_of_equals(difference: Any) -> bool:
    if difference.aspect != "values":
        return False
    ranked = re.compile(r"topk|kthvalue|median\(.")
    return bool(ranked.search(difference.line)) or (
        _of_gradient(difference) and bool(ranked.search("\n".join(difference.program)))
    )


def _rounded_twice(difference: Any) -> bool:
    if difference.aspect != "values" or not isinstance(difference.theirs, np.ndarray):
        return False
    return difference.theirs.dtype == np.float16 and _of_gradient(difference)


def _meaningless_stride(difference: Any) -> bool:
    stride = "stride(" in str(difference.theirs) or ".stride()" in difference.line
    return stride and difference.aspect in ("text", "kind", "outcome", "error text")


def _empty_slice(difference: Any) -> bool:
    texts = f"{difference.theirs} {difference.ours}"
    return ".storage_offset()" in difference.line or "setStorage" in texts or "storage_offset" in texts


def _half_done(difference: Any) -> bool:
    """Tell what torch leaves in memory: a division by zero stops midway, the median of an expanded tensor is not set."""
    if difference.aspect != "values":
        return False
    divided = re.search(r"%=|fmod_|remainder_|//=|floor_divide_", "\n".join(difference.program))
    return bool(divided) or "median" in difference.line


RULES: tuple[Rule, ...] = (
    Rule(
        "names of types",
        "Python names classes written in Python without their module; torch's are written in C and show it.",
        True,
        _names_of_c_types,
    ),
    Rule(
        "a tensor inside an error text",
        "torch streams the tensor in C++ notation, which nothing else prints; refgrad gives its type and sizes.",
        True,
        _streamed_tensor,
    ),
    Rule(
        "copying within overlapping memory",
        "torch reads what it has just written, in an order that depends on the kernel; NumPy reads first.",
        True,
        _overlapping_copy,
    ),
    Rule(
        "rank of equal elements",
        "torch's partial sort is not stable; refgrad takes the first of equal elements.",
        True,
        _rank_of_equals,
    ),
    Rule(
        "gradients of float16",
        "each step rounds to three digits, and some derivatives take other steps: differences of nearly equal numbers.",
        True,
        _rounded_twice,
    ),
    Rule(
        "stride of a dimension of size 0 or 1",
        "it means nothing; NumPy does not keep it.",
        True,
        _meaningless_stride,
    ),
    Rule(
        "where an empty slice begins",
        "NumPy does not move the address for a slice without elements.",
        True,
        _empty_slice,
    ),
    Rule(
        "a gradient as a view",
        "gradients travel as bare arrays: whether torch's own is a view (of an expanded 1) does not show.",
        True,
        lambda difference: difference.aspect == "is view" and "autograd.grad(" in difference.line,
    ),
    Rule(
        "node of a gradient",
        "rules are written once for arrays and tensors: under create_graph some record other nodes of the same value.",
        True,
        lambda difference: (
            difference.aspect in ("node", "requires_grad", "is_leaf") and _of_gradient(difference)
        ),
    ),
    Rule(
        "layout of a gradient",
        "what autograd.grad returns is not brought into the leaf's layout by torch; some rules of refgrad give another.",
        True,
        lambda difference: difference.aspect == "strides" and _of_gradient(difference),
    ),
    Rule(
        "version of a new result",
        "torch fills some results in place, which their version counts.",
        True,
        lambda difference: (
            difference.aspect == "version" and difference.ours == 0 and " = " in difference.line
        ),
    ),
    Rule(
        "failures inside torch",
        "torch stops with an internal assertion, or cannot treat an integer tensor that requires a gradient.",
        True,
        lambda difference: bool(
            re.search(
                r"INTERNAL ASSERT|Exception raised from|Autograd not support dtype|ZeroDivisionError",
                str(difference.theirs),
            )
        ),
    ),
    Rule(
        "work left half done",
        "torch changes part of a tensor before it stops, or returns memory that it never set.",
        True,
        _half_done,
    ),
    Rule(
        "overlap in memory",
        "torch judges it also by strides of dimensions of size 1; it is refused before or after sizes and dtypes.",
        False,
        lambda difference: (
            "refer" in (text := f"{difference.theirs} {difference.ours}") and "single memory" in text
        ),
    ),
    Rule(
        "products of sizes that do not fit",
        "which of the steps of a matrix product refuses its operands.",
        False,
        lambda difference: (
            difference.aspect in ("error", "error text")
            and bool(re.search(r"@|matmul|\.mm\(|bmm|addmm|\.mv\(", difference.line))
        ),
    ),
    Rule(
        "out= of another size",
        "which of autograd, overlap, sizes and dtype of the given result is refused first.",
        False,
        lambda difference: "out=" in difference.line,
    ),
    Rule(
        "layout of some indexed elements",
        "the order of dimensions of one element.",
        False,
        lambda difference: difference.aspect == "strides" and bool(re.search(r"\[.*\[", difference.line)),
    ),
    Rule(
        "linear with a bias that is no vector",
        "which of the two shapes or dtypes is refused first.",
        False,
        lambda difference: (
            "F.linear(" in difference.line and difference.aspect in ("error text", "outcome", "error")
        ),
    ),
    Rule(
        "einsum, tensordot and kron of odd operands",
        "integers of different dtypes, sizes of 0 and 1, and operands that are no tensors.",
        False,
        lambda difference: bool(re.search(r"einsum|tensordot|kron|meshgrid", difference.line)),
    ),
    Rule(
        "set_ and data",
        "a tensor that is given another's memory keeps its node and sizes for the gradient.",
        False,
        lambda difference: bool(re.search(r"\.set_\(|\.data = ", difference.line)),
    ),
    Rule(
        "numbers and other things as operands",
        "which argument is named first where a number or a tuple stands in the place of a tensor.",
        False,
        lambda difference: (
            difference.aspect in ("error", "error text", "outcome")
            and (
                "TypeError" in str(difference.theirs)
                or "AttributeError" in str(difference.theirs)
                or "autograd.grad(" in difference.line
                or "argument" in str(difference.theirs)
                or "TypeError" in str(difference.ours)
            )
        ),
    ),
    Rule(
        "errors of backward",
        "mixed dtypes of floats and bools: what torch's own derivative cannot compute either.",
        False,
        lambda difference: (
            difference.aspect in ("outcome", "error", "error text") and _of_gradient(difference)
        ),
    ),
)

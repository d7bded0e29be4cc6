"""Differences that stay in how tensors lie in memory, and in what torch leaves there."""

from __future__ import annotations

import re
from typing import Any

from rerunning import TENSOR, rerun
from rules import Rule, of_gradient, texts


def _overlapping(difference: Any) -> bool:
    divided = difference.aspect == "outcome" and "ZeroDivisionError" in texts(difference)
    warned = difference.aspect == "warnings" and "degrees of freedom" in texts(difference)
    if not (divided or warned or difference.aspect in ("values", "sizes", "text")):
        return False
    torn = rerun(difference).torn
    return bool(torn) if of_gradient(difference) else bool(torn & set(TENSOR.findall(difference.line)))


def _odd_stride(difference: Any) -> bool:
    """Tell whether an operand has a stride of its own along a dimension of size 1, or has no element.

    Strides also decide whether a leaf copies its gradient, and so computes a conjugate.
    """
    if difference.aspect == "bits" and of_gradient(difference):
        return any(not each.numel() and each.is_leaf for each in rerun(difference).tensors())
    shown = difference.aspect == "text" and difference.line.endswith(".stride()")
    refused = difference.aspect in ("outcome", "error text") and re.search(
        r"stride\(-1\)|view size is|(?s:Expected size for first two.*mat1 and mat2 shapes)",
        texts(difference),
    )
    if not (shown or refused or difference.aspect == "strides"):
        return False
    for each in rerun(difference).operands(difference.line):
        if 0 in each.shape:
            return True
        plain = each.new_empty(each.shape).stride()
        if any(size == 1 and a != b for size, a, b in zip(each.shape, each.stride(), plain, strict=True)):
            return True
    return False


def _empty_slice(difference: Any) -> bool:
    about = ".storage_offset()" in difference.line or re.search(
        r"setStorage|storage_offset", texts(difference)
    )
    filled = difference.aspect == "error" and re.search(r"index_(?:fill|copy)_?\(", difference.line)
    if not (about or filled):
        return False
    return any(not each.numel() for each in rerun(difference).operands(difference.line))


_STOPS = re.compile(
    r"^a\d+\[.*\] [-+*/]?= |index_put_|put_\(|%=|//=|fmod_|remainder_|floor_divide_|div_|divide_|masked_scatter_"
    r"|index_reduce_\(.*'mean'"
)


_UNSET = re.compile(r"\bmulti(?:label)?_margin_loss\(|\bnn\.Multi(?:Label)?MarginLoss\(")


def _half_done(difference: Any) -> bool:
    """Tell what torch leaves in memory: a division by zero stops midway, some results of nothing are not set."""
    shown = difference.aspect in ("values", "sizes", "text", "error text", "count", "outcome")
    if shown and any(_STOPS.search(line) for line in rerun(difference).failed):
        return True
    unset = rerun(difference).unset if shown else set()
    if unset and (of_gradient(difference) or unset & set(TENSOR.findall(difference.line))):
        return True
    if difference.aspect == "values" and _UNSET.search("\n".join(difference.program)):
        return any(not each.numel() for each in rerun(difference).operands(difference.line))
    if (
        difference.aspect == "values" and "'circular'" in difference.line
    ):  # cut to nothing, then filled from that
        return any(each.ndim and each.shape[-1] == 1 for each in rerun(difference).operands(difference.line))
    return difference.aspect == "values" and "median" in difference.line


def _unreduced(difference: Any) -> bool:
    """Tell whether a view was asked for of what lies behind the mean of losses, or behind what was kept."""
    if "as_strided" not in difference.line or "setStorage" not in texts(difference):
        return False
    name = re.search(r"(a\d+)\.as_strided", difference.line)
    losses = r"(?:mse_loss|smooth_l1_loss|binary_cross_entropy|unique_consecutive)\("
    return name is not None and any(re.match(rf"{name[1]} = .*{losses}", line) for line in difference.program)


def _labels_outside(difference: Any) -> bool:
    """Tell whether a label sequence names a label of which there is no chance."""
    return difference.aspect == "outcome" and "Expected targets to have value" in texts(difference)


def _weights_in_steps(difference: Any) -> bool:
    """Tell whether images were normalised by statistics that were given, and weighted by numbers that lie apart."""
    if difference.aspect != "values" or not of_gradient(difference):
        return False
    run = rerun(difference)
    normalised = [line for line in difference.program if re.search(r"\bbatch_norm\(", line)]
    weights = [
        each for line in normalised for each in run.operands(line) if each.ndim == 1 and each.numel() > 1
    ]
    return any(each.stride() != (1,) for each in weights)


def _outside_of_lstm(difference: Any) -> bool:
    """Tell whether an LSTM got float32 of four dimensions."""
    if difference.aspect != "outcome" or not re.search(r"\blstm\(", difference.line):
        return False
    return any(
        each.ndim == 4 and each.element_size() == 4 for each in rerun(difference).operands(difference.line)
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "work left half done",
        "torch changes part of a tensor before it stops, or returns memory that it never set.",
        _half_done,
    ),
    Rule(
        "memory that is read and written at once",
        "where a changed tensor overlaps itself or an operand and torch does not refuse it, torch reads what it has "
        "just written, in an order that depends on the kernel; refgrad reads first.",
        _overlapping,
    ),
    Rule(
        "stride of a dimension of size 0 or 1",
        "it means nothing; NumPy does not keep that of empty arrays, and asks no further where elements lie row by row. "
        "torch looks at it to choose between one product and many.",
        _odd_stride,
    ),
    Rule(
        "where an empty slice begins",
        "NumPy does not move the address for a slice without elements.",
        _empty_slice,
    ),
    Rule(
        "memory behind a result",
        "torch leaves the losses of each element in the memory of their mean, and all elements behind the unique ones.",
        _unreduced,
    ),
    Rule(
        "labels outside of the chances",
        "torch's ctc_loss does not check them, and reads what stands elsewhere in memory; refgrad refuses them.",
        _labels_outside,
    ),
    Rule(
        "weights that lie apart",
        "the derivative of torch's batch_norm by given statistics reads the memory of the weights one by one, whatever "
        "their strides.",
        _weights_in_steps,
    ),
    Rule(
        "an LSTM of four dimensions",
        "torch's library for the CPU does not count the dimensions of float32, and reads part of the memory.",
        _outside_of_lstm,
    ),
    Rule(
        "resizing memory that is shared",
        "NumPy cannot give the memory of an array another size: after resize_, a view has memory of its own.",
        lambda difference: difference.aspect in ("values", "is view") and rerun(difference).resized,
    ),
)

"""Differences between torch and refgrad that stay, by rule, each with its reason.

All are meant to stay; a gap is not listed, and counts as unexplained. A rule looks at what differs, and where that is
not enough at the program run once more on torch (`rerunning`): it must not cover more than what its reason says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rerunning import TENSOR, rerun

_OF_GRADIENTS = ("gradient", "second gradient", "backward", "grad of leaf")


@dataclass(frozen=True)
class Rule:
    """A kind of difference that stays: its name, why, and which differences it covers.

    `goes_on` says that only what shows of a tensor differs, so that the rest of the program must agree all the same.
    """

    name: str
    reason: str
    covers: Callable[[Any], bool]
    goes_on: bool = False


def _of_gradient(difference: Any) -> bool:
    return str(difference.line).startswith(_OF_GRADIENTS)


def _texts(difference: Any) -> str:
    return f"{difference.theirs} {difference.ours}"


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


def _overlapping(difference: Any) -> bool:
    divided = difference.aspect == "outcome" and "ZeroDivisionError" in _texts(difference)
    if not (divided or difference.aspect in ("values", "sizes", "text")):
        return False
    torn = rerun(difference).torn
    return bool(torn) if _of_gradient(difference) else bool(torn & set(TENSOR.findall(difference.line)))


_RANKED = re.compile(r"(a\d+)\.(?:(?:topk|kthvalue)\(\d+,? ?|(?:nan)?median\(|mode\()(-?\d)?")


def _rank_of_equals(difference: Any) -> bool:
    """Tell whether indices differ that lead to equal elements, or a gradient that went to another of these."""
    theirs, ours = difference.theirs, difference.ours
    if difference.aspect != "values" or not isinstance(theirs, np.ndarray) or theirs.shape != ours.shape:
        return False
    if _of_gradient(difference):
        ranked = _RANKED.search("\n".join(difference.program)) is not None
        return ranked and bool(np.allclose(np.sort(theirs.ravel()), np.sort(ours.ravel()), equal_nan=True))
    found = _RANKED.search(difference.line)
    if found is None:
        return False
    operand = rerun(difference).space[found[1]].detach().numpy()
    if ".mode(" in difference.line and operand.dtype.kind == "f" and np.isnan(operand).any():
        return True  # nan is not equal to itself
    if theirs.dtype != np.int64:
        return False
    axis = int(found[2] or -1)
    if not operand.ndim:
        return True
    wide = [each if each.ndim == operand.ndim else np.expand_dims(each, axis) for each in (theirs, ours)]
    chosen = [np.take_along_axis(operand, each, axis) for each in wide]
    return bool(np.array_equal(*chosen, equal_nan=operand.dtype.kind == "f"))


def _arrays(difference: Any) -> tuple[Any, Any] | None:
    """Return both arrays of floats where values of the same sizes differ."""
    theirs, ours = difference.theirs, difference.ours
    if (
        difference.aspect != "values"
        or not isinstance(theirs, np.ndarray)
        or not isinstance(ours, np.ndarray)
    ):
        return None
    if theirs.dtype != ours.dtype or theirs.dtype.kind != "f" or theirs.shape != ours.shape:
        return None
    return theirs.astype(np.float64), ours.astype(np.float64)


def _rounded_twice(difference: Any) -> bool:
    arrays = _arrays(difference)
    if arrays is None or difference.theirs.dtype != np.float16 or not _of_gradient(difference):
        return False
    theirs, ours = arrays
    held = np.isfinite(theirs) | ~np.isfinite(
        ours
    )  # elsewhere a step of theirs went beyond the largest number
    return bool(np.allclose(theirs[held], ours[held], rtol=0.1, atol=5e-2, equal_nan=True))


def _cancelled(difference: Any) -> bool:
    arrays = _arrays(difference)
    exactly = (
        difference.line == "second gradient"
        or "cross(" in difference.line
        or any("layer_norm(" in line for line in difference.program)
    )
    if arrays is None or not exactly or not np.isfinite(arrays).all():
        return False
    limit = {2: 1e-2, 4: 1e-3, 8: 1e-9}[difference.theirs.dtype.itemsize]
    return float(np.abs(arrays).max(initial=0.0)) < limit


def _last_digit_floored(difference: Any) -> bool:
    """Tell whether a remainder or rounded quotient differs by what the last digits of its operands decide."""
    arrays = _arrays(difference)
    if arrays is None or not re.search(
        r"//|rounding_mode='(?:floor|trunc)'|%|remainder|fmod", difference.line
    ):
        return False
    apart = np.abs(arrays[0] - arrays[1])
    apart = apart[~np.isnan(apart)]
    operands = [each.detach().double().numpy() for each in rerun(difference).operands(difference.line)]
    numbers = [abs(float(each)) for each in re.findall(r"(?<![\w.])\d*\.?\d+(?:e-?\d+)?", difference.line)]
    largest = max([float(np.abs(each[np.isfinite(each)]).max(initial=0.0)) for each in operands] + numbers)
    quotients = "//" in difference.line or "rounding_mode" in difference.line
    steps = [np.ones(1)] if quotients else [*map(np.ravel, map(np.abs, operands)), np.asarray(numbers)]
    near = [np.abs(apart[..., None] - each).min(axis=-1, initial=np.inf) for each in steps]
    return bool((np.minimum(apart, np.min(near, axis=0)) <= 1e-5 * max(largest, 1.0)).all())


def _of_half_complex(difference: Any) -> bool:
    """Tell whether float16 met complex numbers."""
    if re.search(r"complex32|ComplexHalf", _texts(difference)):
        return True
    mixed = re.search(r"\dj\b|complex", difference.line) is not None
    return (
        mixed
        and difference.aspect in ("error", "outcome")
        and any(each.dtype.itemsize == 2 for each in rerun(difference).operands(difference.line))
    )


def _unsorted(difference: Any) -> bool:
    """Tell whether a place was looked for in a row that is not sorted."""
    if difference.aspect != "values" or not re.search(r"searchsorted\(|bucketize\(", difference.line):
        return False
    rows = [each.detach().double().numpy() for each in rerun(difference).operands(difference.line)]
    return any(bool(np.isnan(each).any() or (np.diff(each) < 0).any()) for each in rows if each.ndim)


def _odd_stride(difference: Any) -> bool:
    """Tell whether an operand has a stride of its own along a dimension of size 1, or has no element."""
    shown = difference.aspect == "text" and difference.line.endswith(".stride()")
    refused = difference.aspect in ("outcome", "error text") and re.search(
        r"stride\(-1\)|view size is", _texts(difference)
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
        r"setStorage|storage_offset", _texts(difference)
    )
    filled = difference.aspect == "error" and re.search(r"index_(?:fill|copy)_?\(", difference.line)
    if not (about or filled):
        return False
    return any(not each.numel() for each in rerun(difference).operands(difference.line))


def _singular(difference: Any) -> bool:
    """Tell whether a matrix was inverted of which rounding alone makes the inverse."""
    arrays = _arrays(difference)
    if arrays is None or not re.search(r"inv(?:erse)?\(|matrix_power\(.*-1|solve\(", difference.line):
        return False
    return float(min(np.abs(each).max(initial=0.0) for each in arrays)) > 1e4


_STOPS = re.compile(
    r"^a\d+\[.*\] [-+*/]?= |index_put_|put_\(|%=|//=|fmod_|remainder_|floor_divide_|div_|divide_|masked_scatter_"
)


def _half_done(difference: Any) -> bool:
    """Tell what torch leaves in memory: a division by zero stops midway, the median of an expanded tensor is not set."""
    shown = difference.aspect in ("values", "sizes", "text", "count", "outcome")
    if shown and any(_STOPS.search(line) for line in rerun(difference).failed):
        return True
    if (
        difference.aspect == "values" and "'circular'" in difference.line
    ):  # cut to nothing, then filled from that
        return any(each.ndim and each.shape[-1] == 1 for each in rerun(difference).operands(difference.line))
    return difference.aspect == "values" and "median" in difference.line


def _size_of_no_dimension(difference: Any) -> bool:
    if difference.aspect == "error":
        kinds = (difference.theirs, difference.ours) == ("RuntimeError", "ValueError")
        return kinds and bool(re.search(r"nll_loss\(|cross_entropy\(", difference.line))
    return difference.aspect == "error text" and bool(
        re.search(r"out of bounds for dimension 0 with size 0$", str(difference.ours))
    )


def _of_infinite(difference: Any) -> bool:
    arrays = _arrays(difference)
    if arrays is None or not re.search(r"gelu\(|var_mean\(|std_mean\(", difference.line):
        return False
    theirs, ours = arrays
    return bool((np.isinf(ours) & np.isnan(theirs)).any()) and bool(
        np.allclose(theirs[~np.isinf(ours)], ours[~np.isinf(ours)], rtol=1e-3, equal_nan=True)
    )


def _bits(difference: Any) -> bool:
    if difference.aspect == "error text":  # C++ shows the sign of nan
        shown = [re.sub(r"\s*-?nan", " nan", str(each)) for each in (difference.theirs, difference.ours)]
        return "nan" in shown[0] and re.sub(r" +", " ", shown[0]) == re.sub(r" +", " ", shown[1])
    if difference.aspect != "values":
        return False
    views = r"\.view\(torch\.(?:u?int\d+|bool|float\d+)\)"
    if re.search(views, difference.line):
        return True
    if difference.theirs.dtype.kind in "iu" and re.search(views, "\n".join(difference.program)):
        wide = [np.asarray(each, np.float64) for each in (difference.theirs, difference.ours)]
        return bool(wide[0].shape == wide[1].shape and (np.abs(wide[0] - wide[1]) <= 16).all())
    signs = re.search(r"signbit\(|copysign", difference.line)
    return bool(signs) and any(
        each.is_floating_point() and bool(each.isnan().any())
        for each in rerun(difference).operands(difference.line)
    )


def _unreduced(difference: Any) -> bool:
    """Tell whether a view was asked for of what lies behind the mean of losses, or behind what was kept."""
    if "as_strided" not in difference.line or "setStorage" not in _texts(difference):
        return False
    name = re.search(r"(a\d+)\.as_strided", difference.line)
    losses = r"(?:mse_loss|smooth_l1_loss|binary_cross_entropy|unique_consecutive)\("
    return name is not None and any(re.match(rf"{name[1]} = .*{losses}", line) for line in difference.program)


_CONJUGATED = re.compile(r"conj\(\)|\.m?H\b|adjoint\(")


def _conjugates(difference: Any) -> bool:
    """Tell whether a conjugate shows as a view of complex numbers, or was changed in place as one."""
    if difference.aspect in ("is view", "strides") and _CONJUGATED.search(difference.line):
        return True
    changed = "in-place operation" in _texts(difference)
    return changed and _CONJUGATED.search("\n".join(difference.program)) is not None


_FILLED = re.compile(
    r"@|\b(?:mm|mv|matmul|linear|bmm|einsum|tensordot|inner|grad|trapezoid|isfinite|matrix_norm|norm|cond|matrix_rank)\("
)


def _filled_in_place(difference: Any) -> bool:
    """Tell whether torch made a result by filling it: products without elements, a gradient, a few more."""
    if difference.aspect != "version" or not difference.ours < difference.theirs:
        return False
    return bool(_FILLED.search(_made_by(difference)))


def _made_by(difference: Any, before: int = 0) -> str:
    """Return the line that made the tensor of which something differs, or the one that made what it was made of."""
    line = str(difference.line)
    for at in range(before + 1):
        name = TENSOR.search(line.partition(" = ")[2] if at else line)
        made = [each for each in difference.program if name and each.startswith(f"{name[0]} = ")]
        line = made[-1] if made else line
    return line


_TRANSFORMED = re.compile(r"vmap\(|torch\.func\.|autograd\.functional\.")


def _transformed(difference: Any) -> bool:
    """Tell whether it shows how a function was transformed: place by place, and backwards only."""
    shown = ("node", "edges", "is view", "strides", "requires_grad", "is_leaf", "version", "output_nr")
    if difference.aspect not in (*shown, "error text"):
        return False
    return bool(_TRANSFORMED.search(difference.line) or _TRANSFORMED.search(_made_by(difference)))


RULES: tuple[Rule, ...] = (
    Rule(
        "names of types",
        "Python names classes written in Python without their module, and refuses them in its own words; torch's are "
        "written in C.",
        _names_of_c_types,
        goes_on=True,
    ),
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
        "rank of equal elements",
        "torch's partial sort is not stable; refgrad takes the first of equal elements.",
        _rank_of_equals,
    ),
    Rule(
        "gradients of float16",
        "each step rounds to three digits or goes beyond 65,504, and some derivatives take other steps: differences of nearly equal numbers.",
        _rounded_twice,
    ),
    Rule(
        "what rounding leaves of 0",
        "a second gradient, a cross product or a sum of what layer_norm gave, exactly 0: what rounding leaves of it "
        "depends on the order of steps.",
        _cancelled,
    ),
    Rule(
        "places in rows that are not sorted",
        "a search by halves ends anywhere in them.",
        _unsorted,
    ),
    Rule(
        "complex32",
        "NumPy has no complex numbers of half precision.",
        _of_half_complex,
    ),
    Rule(
        "the last digit, rounded down",
        "a quotient falls on either side of an integer with the last bit of a kernel.",
        _last_digit_floored,
    ),
    Rule(
        "stride of a dimension of size 0 or 1",
        "it means nothing; NumPy does not keep that of empty arrays, and asks no further where elements lie row by row.",
        _odd_stride,
    ),
    Rule(
        "where an empty slice begins",
        "NumPy does not move the address for a slice without elements.",
        _empty_slice,
    ),
    Rule(
        "a gradient as a view",
        "gradients travel as bare arrays: whether torch's own is a view (of an expanded 1) does not show.",
        lambda difference: (
            difference.aspect == "is view"
            and re.search(r"autograd\.grad\(", _made_by(difference) + _made_by(difference, 1))
        ),
        goes_on=True,
    ),
    Rule(
        "node of a gradient",
        "rules are written once for arrays and tensors: under create_graph some record other nodes of the same value.",
        lambda difference: (
            (
                difference.aspect in ("node", "requires_grad", "is_leaf", "output_nr")
                and _of_gradient(difference)
            )
            or (
                difference.aspect in ("node", "edges", "output_nr")
                and "create_graph=True" in _made_by(difference)
            )
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
        "layout of a gradient",
        "what autograd.grad returns is not brought into the leaf's layout by torch; some rules of refgrad give another.",
        lambda difference: difference.aspect == "strides" and _of_gradient(difference),
        goes_on=True,
    ),
    Rule(
        "version of a new result",
        "torch fills some results in place, which their version counts.",
        _filled_in_place,
        goes_on=True,
    ),
    Rule(
        "failures inside torch",
        "torch stops with an internal assertion, or cannot treat an integer tensor that requires a gradient.",
        lambda difference: bool(
            re.search(
                r"shape '\[0\]' is invalid|Expected a proper Tensor but got None|INTERNAL ASSERT|Could this error message be improved|Exception raised from|Autograd not support dtype",
                str(difference.theirs),
            )
        ),
    ),
    Rule(
        "size of a 0-dim tensor",
        "torch reads it where it has none, and shows (or compares) what happens to stand in memory.",
        _size_of_no_dimension,
    ),
    Rule(
        "kernels of infinite numbers",
        "torch's vectorised gelu, and the running mean of its variance, make nan of them.",
        _of_infinite,
    ),
    Rule(
        "bits of floats",
        "the last bit of a kernel, and the sign of nan, seen as integers.",
        _bits,
    ),
    Rule(
        "inverses of singular matrices",
        "rounding alone keeps the matrix from being singular, and so makes the inverse.",
        _singular,
    ),
    Rule(
        "memory behind a result",
        "torch leaves the losses of each element in the memory of their mean, and all elements behind the unique ones.",
        _unreduced,
    ),
    Rule(
        "conjugates",
        "refgrad computes a conjugate; torch sets a flag of a view.",
        _conjugates,
    ),
    Rule(
        "resizing memory that is shared",
        "NumPy cannot give the memory of an array another size: after resize_, a view has memory of its own.",
        lambda difference: difference.aspect in ("values", "is view") and rerun(difference).resized,
    ),
)

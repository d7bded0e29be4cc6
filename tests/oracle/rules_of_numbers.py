"""Differences that stay between numbers: rounding, equal elements, bits."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
from rerunning import rerun
from rules import Rule, both_arrays, of_gradient, texts

_RANKED = re.compile(r"(a\d+)\.(?:(?:topk|kthvalue)\(\d+,? ?|(?:nan)?median\(|mode\()(-?\d)?")


def _rank_of_equals(difference: Any) -> bool:
    """Tell whether indices differ that lead to equal elements, or a gradient that went to another of these."""
    theirs, ours = difference.theirs, difference.ours
    if difference.aspect != "values" or not isinstance(theirs, np.ndarray) or theirs.shape != ours.shape:
        return False
    if of_gradient(difference):
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


def _rounded_twice(difference: Any) -> bool:
    arrays = both_arrays(difference)
    if arrays is None or difference.theirs.dtype != np.float16 or not of_gradient(difference):
        return False
    theirs, ours = arrays
    held = np.isfinite(theirs) | ~np.isfinite(
        ours
    )  # elsewhere a step of theirs went beyond the largest number
    return bool(np.allclose(theirs[held], ours[held], rtol=0.1, atol=5e-2, equal_nan=True))


def _cancelled(difference: Any) -> bool:
    arrays = both_arrays(difference)
    exactly = (
        difference.line == "second gradient"
        or re.search(r"cross\(|\bkl_div\(|\b(?:std|var)(?:_mean)?\(", difference.line) is not None
        or any("layer_norm(" in line for line in difference.program)
    )
    if arrays is None or not exactly or not np.isfinite(arrays).all():
        return False
    limit = {2: 1e-2, 4: 1e-3, 8: 1e-9}[difference.theirs.dtype.itemsize]
    largest = float(np.abs(arrays).max(initial=0.0))
    if any("layer_norm(" in line for line in difference.program):  # of factors that may be large
        largest = min(largest, 100 * float(np.abs(arrays[0] - arrays[1]).max(initial=0.0)))
    return largest < limit


def _last_digit_floored(difference: Any) -> bool:
    """Tell whether a remainder or rounded quotient differs by what the last digits of its operands decide."""
    arrays = both_arrays(difference)
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
    step = 1e-3 if difference.theirs.dtype == np.float16 else 1e-5
    return bool((np.minimum(apart, np.min(near, axis=0)) <= step * max(largest, 1.0)).all())


_TO_INTEGERS = re.compile(
    r"\.(?:char|byte|short|int|long)\(\)$|\.(?:to|type)\(torch\.u?int\d+\)$|dtype=torch\.u?int\d+\)$"
)


def _last_digit_cut(difference: Any) -> bool:
    """Tell whether a fraction was cut off of what is an integer but for the last digits."""
    theirs, ours = difference.theirs, difference.ours
    if difference.aspect != "values" or not _TO_INTEGERS.search(difference.line):
        return False
    operands = rerun(difference).operands(difference.line)
    if theirs.shape != ours.shape or not operands or not operands[0].is_floating_point():
        return False
    given = operands[0].detach().double().numpy()
    apart = theirs != ours
    return given.shape == apart.shape and bool(
        (np.abs(given - np.round(given))[apart] <= 1e-5 * np.maximum(np.abs(given[apart]), 1)).all()
    )


def _slices_with_nan(difference: Any) -> bool:
    """Tell whether slices were sorted of which some hold nan."""
    if difference.aspect not in ("values", "sizes", "outcome") or not re.search(
        r"unique\(.*dim=", difference.line
    ):
        return False
    operands = rerun(difference).operands(difference.line)
    return any(each.is_floating_point() and bool(each.isnan().any()) for each in operands)


def _unsorted(difference: Any) -> bool:
    """Tell whether a place was looked for in a row that is not sorted."""
    if difference.aspect != "values" or not re.search(r"searchsorted\(|bucketize\(", difference.line):
        return False
    rows = [each.detach().double().numpy() for each in rerun(difference).operands(difference.line)]
    return any(bool(np.isnan(each).any() or (np.diff(each) < 0).any()) for each in rows if each.ndim)


_INVERTED = re.compile(r"inv(?:erse)?\(|matrix_power\(.*-1|solve\(")


def _singular(difference: Any) -> bool:
    """Tell whether a matrix was inverted of which rounding alone makes the inverse, or lets it be refused."""
    if not _INVERTED.search(difference.line):
        return False
    if difference.aspect == "outcome" and "matrix is singular" in texts(difference):
        run = rerun(difference)
        matrix = re.search(r"\((a\d+(?: \+ \d+)?)[,)]", difference.line)
        return matrix is not None and bool((_condition(eval(matrix[1], run.space)) > 1e6).any())
    arrays = both_arrays(difference)
    if arrays is None:
        return False
    return float(min(np.abs(each).max(initial=0.0) for each in arrays)) > 1e4


def _condition(matrix: Any) -> Any:
    """Return how many times larger than that of a matrix the relative error of its inverse may be."""
    values = np.linalg.svd(matrix.detach().double().numpy(), compute_uv=False)
    return values[..., 0] / np.maximum(values[..., -1], np.finfo(np.float64).tiny)


# Functions of matrices whose results, or gradients, are open where values of the matrix are equal or 0.
_DECOMPOSES = frozenset(
    [
        "cholesky",
        "cond",
        "det",
        "eig",
        "eigh",
        "eigvals",
        "eigvalsh",
        "inv",
        "inverse",
        "logdet",
        "lstsq",
        "lu",
        "lu_factor",
        "lu_factor_ex",
        "matrix_norm",
        "matrix_rank",
        "norm",
        "pinv",
        "pinverse",
        "qr",
        "slogdet",
        "svd",
        "svdvals",
    ]
)


def _open_choice(difference: Any) -> bool:
    """Tell whether a matrix was decomposed of which singular values are equal, or 0, but for rounding."""
    if difference.aspect not in ("values", "outcome", "text", "error text"):
        return False
    run = rerun(difference)
    lines = list(difference.program)
    until = lines.index(difference.line) if difference.line in lines else len(lines)
    found = [each for line in lines[: until + 1] for each in _matrices(line, run.space)]
    return any(bool(_degenerate(each).any()) for each in found)


def _matrices(line: str, space: Any) -> list[Any]:
    """Return the matrices that a line decomposes."""
    found = []
    for call in ast.walk(ast.parse(line)):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if call.func.attr not in _DECOMPOSES:
            continue
        owner = ast.unparse(call.func.value)
        operand = call.args[0] if owner.startswith("torch") and call.args else call.func.value
        try:
            value = eval(compile(ast.Expression(operand), line, "eval"), space)
        except Exception:
            continue
        if isinstance(value, space["torch"].Tensor) and value.ndim >= 2 and value.numel():
            found.append(value.detach())
    return found


def _degenerate(matrices: Any) -> Any:
    """Return which matrices have singular values that lie as near to each other, or to 0, as rounding brings them."""
    near = 1e-3 if matrices.dtype.itemsize // (2 if matrices.is_complex() else 1) < 8 else 1e-6
    wide = (matrices.resolve_conj() if matrices.is_complex() else matrices.double()).numpy()
    if not np.isfinite(wide).all():
        return np.ones(())
    values = np.linalg.svd(wide, compute_uv=False)
    gaps = np.concatenate([values[..., :-1] - values[..., 1:], values[..., -1:]], -1)
    return (gaps <= near * values[..., :1]).any(-1)


def _in_other_order(difference: Any) -> bool:
    """Tell whether eigenvalues, or what belongs to them, stand in another order."""
    if difference.aspect != "values" or not re.search(r"\beig(?:vals)?\(", difference.line):
        return False
    theirs, ours = [np.sort(np.abs(each), axis=None) for each in (difference.theirs, difference.ours)]
    return theirs.shape == ours.shape and bool(np.allclose(theirs, ours, 1e-3, 1e-3))


def _half_exponential(difference: Any) -> bool:
    text = "\n".join(difference.program)
    return "matrix_exp(" in text and "float16" in text and difference.aspect in ("values", "text")


def _tied_sums(difference: Any) -> bool:
    """Tell whether rounding alone chooses the column (or row) whose sum is the norm."""
    text = "\n".join(difference.program)
    if (
        difference.aspect != "values"
        or not of_gradient(difference)
        or not re.search(r"norm\(.*(?:1|inf)", text)
    ):
        return False
    space = rerun(difference).space
    for line in difference.program:
        for each in _matrices(line, space):
            for dim in (-2, -1):
                sums = np.sort(each.abs().sum(dim).double().numpy(), -1)
                if sums.shape[-1] > 1 and (np.diff(sums) <= 1e-6 * sums.max(initial=1e-30)).any():
                    return True
    return False


def _of_infinite(difference: Any) -> bool:
    arrays = both_arrays(difference)
    if arrays is None or not re.search(r"gelu\(|var_mean\(|std_mean\(", difference.line):
        return False
    theirs, ours = arrays
    return bool((np.isinf(ours) & np.isnan(theirs)).any()) and bool(
        np.allclose(theirs[~np.isinf(ours)], ours[~np.isinf(ours)], rtol=1e-3, equal_nan=True)
    )


def _divided_by_complex_zero(difference: Any) -> bool:
    """Tell whether complex numbers that a division by 0 made infinite differ in nothing else."""
    theirs, ours = difference.theirs, difference.ours
    if difference.aspect != "values" or not re.search(r"/|div|reciprocal", difference.line):
        return False
    if not all(isinstance(each, np.ndarray) and each.dtype.kind == "c" for each in (theirs, ours)):
        return False
    held = np.isfinite(theirs) & np.isfinite(ours)
    return bool((held | ~(np.isfinite(theirs) | np.isfinite(ours))).all()) and bool(
        np.allclose(theirs[held], ours[held], rtol=1e-4)
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


RULES: tuple[Rule, ...] = (
    Rule(
        "rank of equal elements",
        "torch's partial sort is not stable; refgrad takes the first of equal elements.",
        _rank_of_equals,
    ),
    Rule(
        "gradients of float16",
        "each step rounds to three digits or goes beyond 65,504, and some derivatives take other steps: differences of "
        "nearly equal numbers.",
        _rounded_twice,
    ),
    Rule(
        "what rounding leaves of 0",
        "a second gradient, a cross product, a divergence, a deviation or a sum of what layer_norm gave, exactly 0: what "
        "rounding leaves of it depends on the order of steps.",
        _cancelled,
    ),
    Rule(
        "complex numbers divided by 0",
        "what rounding leaves in a part that should be 0 makes that part inf and not nan.",
        _divided_by_complex_zero,
    ),
    Rule(
        "order of slices with nan",
        "torch sorts them by a comparison in which nan is neither smaller nor larger: the order is that of its steps.",
        _slices_with_nan,
    ),
    Rule(
        "places in rows that are not sorted",
        "a search by halves ends anywhere in them.",
        _unsorted,
    ),
    Rule(
        "the last digit, rounded down",
        "a quotient, or what becomes an integer, falls on either side of one with the last bit of a kernel.",
        lambda difference: _last_digit_floored(difference) or _last_digit_cut(difference),
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
        "open choices of LAPACK",
        "where singular values or eigenvalues are equal or 0, rounding alone chooses their vectors, and whether there is an "
        "inverse.",
        _open_choice,
    ),
    Rule(
        "order of eigenvalues",
        "LAPACK's for matrices that are not symmetric is that in which it finds them.",
        _in_other_order,
    ),
    Rule(
        "exponentials of float16 matrices",
        "torch's are wrong: it reads its table of coefficients, which are doubles, as float16.",
        _half_exponential,
    ),
    Rule(
        "tied sums of a matrix norm",
        "rounding alone chooses the column (or row) to which the gradient goes.",
        _tied_sums,
    ),
    Rule(
        "inverses of singular matrices",
        "rounding alone keeps the matrix from being singular, and so makes the inverse.",
        _singular,
    ),
)

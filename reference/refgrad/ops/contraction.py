"""Sums of products over named dimensions: `einsum`, `tensordot`, `kron`. They are made of permutations and `bmm`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .._signatures import type_name
from ..recording import record, requires_recording
from ..storage import is_dense
from ..tensor import Tensor
from .arithmetic import mul
from .inplace import PARTIAL_OVERLAP
from .linear_algebra import bmm, dot, matmul_of_batches, mm, mv
from .output_tensors import resize_out
from .outputs import copied, into
from .reductions import sum as sum_over
from .refused_outputs import WITHOUT_DIFFERENTIATION, refuse_differentiation
from .registry import function
from .shape import (
    NOT_VIEWABLE,
    UnsafeViewBackward0,
    axis_of,
    permute,
    reshape,
    squeeze,
    strides_for,
    unsqueeze,
    view,
)
from .striding import diagonal

__all__ = ["einsum", "kron", "tensordot"]

_REST = "..."
Labels = list[str]


@function
def einsum(*args: Any) -> Tensor:
    """Sum products of elements as an equation says: "ij,jk->ik" is the product of two matrices.

    The equation stands in front of the operands, or in its place a list of numbers behind each of them (and one for the
    result). Operands are multiplied from left to right; a label is summed as soon as no later operand nor the result
    has it.
    """
    equation, tensors = _equation(args)
    left, arrow, right = equation.replace(" ", "").partition("->")
    names = _named(left.split(","), tensors)
    wanted = _wanted(names, right if arrow else None)
    sizes = _sizes(names, tensors)
    order = [*wanted, *[each for each in sorted(sizes, key=_rank) if each not in wanted]]
    parts = [_aligned(tensor, labels, order) for tensor, labels in zip(tensors, names, strict=True)]
    last = {label: at for at, labels in enumerate(names) for label in labels}
    done, summed = parts[0], [at for at, label in enumerate(order) if at >= len(wanted) and not last[label]]
    if summed:
        done = sum_over(done, summed, keepdim=len(parts) > 1)
    for number, part in enumerate(parts[1:], start=1):
        summed = [at for at, label in enumerate(order) if at >= len(wanted) and last[label] == number]
        done = _product(done, part, summed, len(parts) == 2) if summed else done * part
    return done if done._array.ndim == len(wanted) else view(done, done.shape[: len(wanted)])


def _equation(args: tuple[Any, ...]) -> tuple[str, Sequence[Tensor]]:
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    equation, operands = args[0], args[1:]
    if isinstance(equation, Tensor):
        equation = ",".join("".join(map(_letter, each)) for each in args[1::2])
        if len(args) % 2:
            equation += "->" + "".join(map(_letter, args[-1]))
        operands = args[: len(args) // 2 * 2 : 2]
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        return _equation((equation, *operands[0]))
    if not isinstance(equation, str):
        raise TypeError(f"einsum(): argument 'equation' (position 1) must be str, not {type_name(equation)}")
    for at, each in enumerate(operands):
        if not isinstance(each, Tensor):
            raise TypeError(f"expected Tensor as element {at} in argument 1, but got {type_name(each)}")
    return equation, operands


def _letter(number: Any) -> str:
    """Return the label that a number stands for."""
    if number is Ellipsis:
        return _REST
    if number >= 0 and number < 26:  # in this order, which an error shows
        return chr(ord("A") + number)
    if 26 <= number < 52:
        return chr(ord("a") + number - 26)
    raise ValueError("einsum(): subscript in subscript list is not within the valid range [0, 52)")


def _named(subscripts: list[str], tensors: Sequence[Tensor]) -> list[Labels]:
    """Return a label for each dimension of each operand; those of an ellipsis are counted from the back."""
    if len(subscripts) > len(tensors):
        raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
    if len(subscripts) < len(tensors):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    found = []
    for number, (text, tensor) in enumerate(zip(subscripts, tensors, strict=True)):
        before, rest, after = text.partition(_REST)
        for letter in before + after:
            if not letter.isalpha():
                raise RuntimeError(
                    f"einsum(): invalid subscript given at index {text.index(letter)} in the equation string, "
                    "subscripts must be in [a-zA-Z]"
                )
        count, given = tensor._array.ndim, len(before) + len(after)
        if given > count or (given < count and not rest):
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({given}) "
                + ("is more than" if rest else "does not match")
                + f" the number of dimensions ({count}) for operand {number}"
                + ("" if rest else " and no ellipsis was given")
            )
        found.append([*before, *[f"{_REST}{back}" for back in range(count - given, 0, -1)], *after])
    return found


def _sizes(names: list[Labels], tensors: Sequence[Tensor]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for number, (labels, tensor) in enumerate(zip(names, tensors, strict=True)):
        own: dict[str, int] = {}
        for label, size in zip(labels, tensor._array.shape, strict=True):
            if own.setdefault(label, size) != size:
                raise RuntimeError(
                    f"einsum(): subscript {label} is repeated for operand {number} but the sizes don't match, {size} != "
                    f"{own[label]}"
                )
        for at, (label, size) in enumerate(zip(labels, tensor._array.shape, strict=True)):
            seen = sizes.get(label, 1)
            if size != seen and 1 not in (size, seen) and label.startswith(_REST):
                raise RuntimeError(
                    f"einsum(): dimension {at} covered by ellipsis in operand {number}has size {size} which does not "
                    f"broadcast with previously seen ellipsis with size {seen} for the respective dimension"
                )
            if size != seen and 1 not in (size, seen):
                raise RuntimeError(
                    f"einsum(): subscript {label} has size {size} for operand {number} which does not broadcast with "
                    f"previously seen size {seen}"
                )
            sizes[label] = max(size, seen) if 0 not in (size, seen) else 0
    return sizes


def _rank(label: str) -> tuple[bool, int, str]:
    """Order dimensions of an ellipsis first, from the front, then letters, capitals before small ones."""
    return (True, 0, label) if len(label) == 1 else (False, -int(label[len(_REST) :]), "")


def _wanted(names: list[Labels], right: str | None) -> Labels:
    """Return the labels of the result: as written, or each that occurs once, sorted."""
    every = [label for labels in names for label in labels]
    rest = sorted({label for label in every if len(label) > 1}, key=_rank)
    if right is None:
        return [*rest, *sorted(label for label in every if len(label) == 1 and every.count(label) == 1)]
    before, found, after = right.partition(_REST)
    for letter in before + after:
        if (before + after).count(letter) > 1:
            raise RuntimeError(f"einsum(): output subscript {letter} appears more than once in the output")
        if letter not in every:
            raise RuntimeError(
                f"einsum(): output subscript {letter} does not appear in the equation for any input operand"
            )
    return [*before, *(rest if found else []), *after]


def _aligned(tensor: Tensor, labels: Labels, order: Labels) -> Tensor:
    """Permute an operand into the common order, with size 1 where it lacks a label; repeated ones give diagonals."""
    labels = list(labels)
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            one = labels.index(label)
            two = labels.index(label, one + 1)
            tensor = diagonal(tensor, 0, one, two)
            del labels[two]
            places = list(range(len(labels)))
            places.insert(one, places.pop())
            tensor = permute(tensor, places)
    for label in order:
        if label not in labels:
            tensor = unsqueeze(tensor, tensor._array.ndim)
            labels.append(label)
    return permute(tensor, [labels.index(label) for label in order])


def _product(a: Tensor, b: Tensor, summed: list[int], alone: bool) -> Tensor:
    """Multiply two operands in a common order of dimensions and sum over some: one `bmm`, summed ones keep size 1.

    `alone` says that they are all the operands there are.
    """
    x, y = a._array.shape, b._array.shape
    for at in summed:
        if (x[at] == 1) != (y[at] == 1):  # only one has it: sum it first
            one = x[at] != 1
            if one:
                a = sum_over(a, [at], keepdim=True)
            else:
                b = sum_over(b, [at], keepdim=True)
            x, y = a._array.shape, b._array.shape
    summed = [at for at in summed if x[at] != 1]
    if not summed:
        multiplied: Tensor = a * b
        return multiplied
    every = [at for at in range(len(x)) if at not in summed]
    batch = [at for at in every if x[at] != 1 and y[at] != 1]
    rows = [at for at in every if x[at] != 1 and y[at] == 1]
    columns = [at for at in every if x[at] == 1]
    if alone and rows and columns and columns[-1] < rows[0]:  # so that the result lies in order
        a, b, x, y, rows, columns = b, a, y, x, columns, rows
    count, inner = math.prod(x[at] for at in batch), math.prod(x[at] for at in summed)
    one_matrix = reshape(
        permute(a, [*batch, *rows, *summed, *columns]), (count, math.prod(x[at] for at in rows), inner)
    )
    two_matrix = reshape(
        permute(b, [*batch, *summed, *columns, *rows]), (count, inner, math.prod(y[at] for at in columns))
    )
    product = bmm(one_matrix, two_matrix)
    layout = [*batch, *rows, *columns, *summed]
    sizes = [x[at] for at in (*batch, *rows)] + [y[at] for at in columns] + [1] * len(summed)
    return permute(reshape(product, sizes), [layout.index(at) for at in range(len(x))])


@function
def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Tensor | None = None) -> Tensor:
    """Sum products over the last `dims` dimensions of `a` and the first of `b`, or over two lists of dimensions."""
    for each, name, place in ((a, "input", 1), (b, "other", 2)):
        if not isinstance(each, Tensor) and not isinstance(dims, int):
            raise TypeError(
                f"tensordot(): argument '{name}' (position {place}) must be Tensor, not {type_name(each)}"
            )
        if not isinstance(each, Tensor):
            each.dim  # noqa: B018 - Python says what is missing
    if out is not None:
        return _dotted_into(out, tensordot(a, b, dims))
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a._array.ndim, b._array.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        ours, theirs = list(range(-dims, 0)), list(range(dims))
    else:
        ours, theirs = (list(each) for each in dims)
    if len(ours) != len(theirs):
        raise RuntimeError("both dimension lists should have same length")
    if a.dtype is not b.dtype:
        raise RuntimeError("both inputs should have same dtype")
    x, y = a._array.shape, b._array.shape
    for one, two in zip(ours, theirs, strict=True):
        for at, shape in ((one, x), (two, y)):
            if not shape:
                raise IndexError(f"Dimension specified as {at} but tensor has no dimensions")
        sizes = x[axis_of(one, len(x))], y[axis_of(two, len(y))]
        if sizes[1] == 1:  # a size of 1 goes with any other, as in broadcasting
            a = a.sum(one, keepdim=True, dtype=a.dtype)
        elif sizes[0] == 1:
            b = b.sum(two, keepdim=True, dtype=b.dtype)
        elif sizes[0] != sizes[1]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {x[one]} in dim {one} and second has size "
                f"{y[two]} in dim {two}"
            )
    x, y = a._array.shape, b._array.shape
    ours, theirs = [axis_of(at, len(x)) for at in ours], [axis_of(at, len(y)) for at in theirs]
    rows = [at for at in range(len(x)) if at not in ours]
    columns = [at for at in range(len(y)) if at not in theirs]
    inner = math.prod(x[at] for at in ours)
    left, right = permute(a, [*rows, *ours]), permute(b, [*theirs, *columns])
    wanted = [*[x[at] for at in rows], *[y[at] for at in columns]]
    if all(size == 1 for size in wanted):
        if left._array.flags.c_contiguous and right._array.flags.c_contiguous:
            flat = (each if each._array.ndim == 1 else reshape(each, (inner,)) for each in (left, right))
            return reshape(dot(*flat), wanted)
        return reshape(sum_over(squeeze(left) * squeeze(right), dtype=a.dtype), wanted)
    product = mm(
        reshape(left, (math.prod(x[at] for at in rows), inner)),
        reshape(right, (inner, math.prod(y[at] for at in columns))),
    )
    return reshape(product, wanted)


def matmul_into(out: Tensor, a: Tensor, b: Tensor) -> Any:
    """Write a matrix product into `out`."""
    ndims = a._array.ndim, b._array.ndim
    if 0 in ndims:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {ndims[0]}D and {ndims[1]}D"
        )
    if requires_recording(out, a, b):
        raise RuntimeError(WITHOUT_DIFFERENTIATION.format("matmul"))
    if ndims == (1, 2):
        return into(out, mm, unsqueeze(a, 0), b).squeeze_(0)
    kernel = {(1, 1): dot, (2, 1): mv, (2, 2): mm}.get(ndims, matmul_of_batches)
    return into(out, kernel, a, b)


def _dotted_into(out: Tensor, result: Tensor) -> Tensor:
    if out.requires_grad and out._array.shape != result._array.shape:
        raise RuntimeError(
            "tensordot(): the 'out' tensor was specified and requires gradients, and its shape does not match the expected "
            "result. Either remove the 'out' argument, ensure it does not require gradients, or make sure its shape matches "
            "the expected output."
        )
    if out.dtype is not result.dtype:
        raise RuntimeError(
            f"tensordot: Expected the output tensor to have dtype {result.dtype._scalar}, but got an output tensor with "
            f"dtype {out.dtype._scalar}"
        )
    return copied(result, out)


@function
def kron(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Return the Kronecker product: blocks of `other`, each times one element of `input`."""
    count = max(input._array.ndim, other._array.ndim)
    x, y = ((1,) * (count - each._array.ndim) + each._array.shape for each in (input, other))
    one = _unsafe_view(input, [size for each in x for size in (each, 1)])
    two = _unsafe_view(other, [size for each in y for size in (1, each)])
    sizes = [a * b for a, b in zip(x, y, strict=True)]
    if out is not None:
        grows = out._array.shape != tuple(sizes) and math.prod(sizes)
        within = grows and any(each is out and is_dense(each._array) for each in (input, other))
        resize_out(out, tuple(sizes))
        if within:  # the view of an operand lies within what is written
            refuse_differentiation("mul", (out,), (input, other))
            raise RuntimeError(PARTIAL_OVERLAP)
        into(_unsafe_view(out, [size for pair in zip(x, y, strict=True) for size in pair]), mul, one, two)
        return out
    product = one * two
    if strides_for(product._array, tuple(sizes)) is None:
        raise RuntimeError(NOT_VIEWABLE)
    return _unsafe_view(product, sizes)


def _unsafe_view(tensor: Tensor, sizes: list[int]) -> Tensor:
    array = tensor._array
    return record(UnsafeViewBackward0, array.reshape(sizes), (tensor,), (array.shape,))

"""How C++ streams a tensor, which a few messages show: numbers in columns, matrix by matrix."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

from .backend import Array

__all__ = ["streamed"]

_LINE = 80


def streamed(array: Array, kind: str) -> str:
    """Return the elements, then `kind` (the type's name) and the sizes, as `std::ostream << tensor` writes them."""
    sizes = ",".join(map(str, array.shape))
    return f"{_elements(array)}[ {kind}{{{sizes}}} ]"


def _elements(array: Array) -> str:
    if not array.size:
        return ""
    if not array.ndim:
        return f"{_general(float(array))}\n"
    if array.ndim == 1:
        write, width, scale = _format(array)
        head = _scale(scale) if scale != 1 else ""
        return head + "".join(f"{write(each / scale):>{width}}\n" for each in array.tolist())
    if array.ndim == 2:
        return _matrix(array, 0)
    # The first of the leading dimensions counts fastest.
    places = product(*[range(size) for size in reversed(array.shape[:-2])])
    return "\n".join(_slice(array, place[::-1]) for place in places)


def _slice(array: Array, place: tuple[int, ...]) -> str:
    name = "".join(f"{at + 1}," for at in place)
    return f"({name}.,.) = \n{_matrix(array[place], 1)}"


def _matrix(array: Array, indent: int) -> str:
    """Return one matrix; only the lines after the first of each block of columns are indented."""
    write, width, scale = _format(array)
    rows, columns = array.tolist(), array.shape[1]
    fits = (_LINE - indent) // (width + 1)
    blocks = []
    for first in range(0, columns, fits):
        last = min(first + fits, columns)
        head = f"Columns {first + 1} to {last}" + " " * indent if fits < columns else ""
        head += _scale(scale) + " " * indent if scale != 1 else ""
        between = " " * indent + (" " if scale != 1 else "")
        lines = [" ".join(f"{write(each / scale):>{width}}" for each in row[first:last]) for row in rows]
        blocks.append(head + f"\n{between}".join(lines) + "\n")
    return "\n".join(blocks)


def _scale(scale: float) -> str:
    return f"{scale:.15g} *\n"


def _format(array: Array) -> tuple[Any, int, float]:
    """Choose how to write a number, how wide, and what all are divided by."""
    numbers = [float(each) for each in array.reshape(-1)]
    finite = [each for each in numbers if math.isfinite(each)]
    whole = all(each == math.ceil(each) for each in finite)
    # The largest is looked for among the numbers themselves, not among their sizes, after the first.
    low = _digits(min((abs(each) for each in finite), default=1.0)) if finite else 1
    high = _digits(max([abs(finite[0]), *finite])) if finite else 1
    if whole:
        return (_scientific, 11, 1.0) if high > 9 else (_general, high + 1, 1.0)
    if high - low > 4:
        return _scientific, 12 if abs(high) > 99 or abs(low) > 99 else 11, 1.0
    if high > 5 or high < 0:
        return _fixed, 7, 10.0 ** (high - 1)
    return _fixed, 7 if high == 0 else high + 6, 1.0


def _digits(number: float) -> int:
    return math.floor(math.log10(number)) + 1 if number else 1


def _general(number: float) -> str:
    return f"{number:g}"


def _fixed(number: float) -> str:
    return f"{number:.4f}"


def _scientific(number: float) -> str:
    return f"{number:.4e}"

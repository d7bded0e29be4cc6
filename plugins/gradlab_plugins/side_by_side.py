"""Write numbers and arrays as a person would, and two arrays side by side around what differs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradlab import Comparison

__all__ = ["number", "side_by_side", "written"]

ROWS, COLUMNS = 5, 6  # so many of an array are written out
Array = np.ndarray[Any, Any]


def number(value: Any, exact: bool = False) -> str:
    """Return a number as a person would write it: six digits, or all of them where six tell nothing."""
    plain = value.item() if isinstance(value, np.generic) else value
    if type(plain) is not float or exact or not math.isfinite(plain):
        return repr(plain)
    text = f"{plain:.6g}"
    return text if "." in text or "e" in text else f"{text}.0"


def written(array: Array, exact: bool = False) -> str:
    """Return all elements of an array as a nested list."""
    if array.ndim == 0:
        return number(array[()], exact)
    return f"[{', '.join(written(item, exact) for item in array)}]"


def side_by_side(want: Array, got: Array, wrong: Array) -> Comparison:
    """Return two arrays of one shape side by side; `wrong` says which elements differ.

    Of an array of more than two dimensions, the last two at the first difference are shown; of long dimensions a few
    places around it.
    """
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    table, prefix = place[-2:], place[:-2]
    want, got, flags = (np.atleast_2d(array[prefix]) for array in (want, got, wrong))
    row, column = table if len(table) == 2 else (0, table[0])
    rows, columns = _around(row, want.shape[0], ROWS), _around(column, want.shape[1], COLUMNS)
    cells = [[_pair(want[i, j], got[i, j], bool(flags[i, j])) for j in columns] for i in rows]
    first = "".join(f"{index}, " for index in prefix)
    return Comparison(
        shape=tuple(wrong.shape),
        differing=int(wrong.sum()),
        rows=tuple(f"[{first}{i}]" for i in rows) if len(table) == 2 else ("",),
        columns=tuple(f"[{j}]" for j in columns),
        expected=tuple(tuple(left for left, _ in line) for line in cells),
        actual=tuple(tuple(right for _, right in line) for line in cells),
        wrong=tuple(tuple(bool(flags[i, j]) for j in columns) for i in rows),
        complete=len(rows) * len(columns) == wrong.size,
    )


def _around(place: int, length: int, most: int) -> range:
    """Return at most so many places of a dimension, with the given one among them."""
    start = max(0, min(place - most // 2, length - most))
    return range(start, min(length, start + most))


def _pair(want: Any, got: Any, wrong: bool) -> tuple[str, str]:
    exact = wrong and number(want) == number(got)
    return number(want, exact), number(got, exact)

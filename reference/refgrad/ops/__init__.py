"""The operations, grouped by noun. Importing this package makes them methods of `Tensor`.

Each module holds the derivative rules of its operations as a table, beside what computes them.
"""

from __future__ import annotations

from . import (
    arithmetic,
    comparison,
    conversion,
    copying,
    folding,
    gathering,
    indexing,
    joining,
    linear_algebra,
    memory,
    pairwise,
    placing,
    pointwise,
    powers,
    rearranging,
    reductions,
    scanning,
    selection,
    shape,
    statistics,
    striding,
)

__all__ = [
    "arithmetic",
    "comparison",
    "conversion",
    "copying",
    "folding",
    "gathering",
    "indexing",
    "joining",
    "linear_algebra",
    "memory",
    "pairwise",
    "placing",
    "pointwise",
    "powers",
    "rearranging",
    "reductions",
    "scanning",
    "selection",
    "shape",
    "statistics",
    "striding",
]

"""The operations, grouped by noun. Importing this package makes them methods of `Tensor`.

Each module holds the derivative rules of its operations as a table, beside what computes them. Those that `late` lists
are imported when one of their operations is first used.
"""

from __future__ import annotations

from . import (
    arithmetic,
    comparison,
    conversion,
    copying,
    indexing,
    joining,
    linear_algebra,
    memory,
    pointwise,
    powers,
    rearranging,
    reductions,
    shape,
    striding,
)

__all__ = [
    "arithmetic",
    "comparison",
    "conversion",
    "copying",
    "indexing",
    "joining",
    "linear_algebra",
    "memory",
    "pointwise",
    "powers",
    "rearranging",
    "reductions",
    "shape",
    "striding",
]

"""The operators and built-in functions that a step may apply, by name."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

__all__ = ["ARITHMETIC", "COMPARISONS", "ITEMS", "LOGIC", "OPERATORS", "UNARY"]

ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
LOGIC = ("and_", "or_", "xor")
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
UNARY = ("neg", "pos", "abs", "invert", "index")
ITEMS = ("getitem", "setitem", "delitem", "contains")

OPERATORS: dict[str, Callable[..., Any]] = {
    name: getattr(operator, name)
    for name in (*ARITHMETIC, *(f"i{name}" for name in ARITHMETIC), *LOGIC, *COMPARISONS, *UNARY, *ITEMS)
}
OPERATORS |= {function.__name__: function for function in (len, iter, next, float, int, bool, isinstance)}

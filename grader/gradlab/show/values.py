"""Numbers, arrays and containers as Python source."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["array", "elements", "plain", "tensor_dtype"]

INFERRED = ("int64", "bool")  # what a list of Python ints or bools becomes


def plain(value: Any) -> str:
    """Return a number, string, None or Ellipsis as source."""
    if value is Ellipsis:
        return "..."
    if type(value) is float and not math.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)


def elements(value: np.ndarray[Any, Any]) -> str:
    """Return an array's elements as a nested list."""
    return _nested(value.tolist())


def _nested(value: Any) -> str:
    return f"[{', '.join(map(_nested, value))}]" if type(value) is list else plain(value)


def array(value: np.ndarray[Any, Any]) -> str:
    """Return a numpy array as source."""
    name = value.dtype.name
    if not value.size:
        return f"np.zeros({value.shape}, dtype={name!r})"
    dtype = "" if name in (*INFERRED, "float64") else f", dtype={name!r}"
    return f"np.array({elements(value)}{dtype})"


def tensor_dtype(value: np.ndarray[Any, Any], default: str) -> str | None:
    """Return the dtype that `torch.tensor(list)` must be told, or None."""
    name = value.dtype.name
    return None if name in (*INFERRED, default) else f"torch.{name}"

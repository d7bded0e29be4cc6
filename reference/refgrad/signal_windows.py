"""Windows for signals: `torch.hann_window` and its like."""

from __future__ import annotations

import math
from typing import Any

from . import dtypes
from .backend import xp
from .construction import tensor
from .ops.registry import FUNCTIONS
from .tensor import Tensor

__all__: list[str] = []


def _made(name: str, length: int, periodic: bool, shape: Any, options: dict[str, Any]) -> Tensor:
    """Return `shape(k, last)` for k from 0 to the last point; the last of a period is left out."""
    dtype = options.pop("dtype", None) or dtypes.get_default_dtype()
    if not dtype.is_floating_point:
        raise RuntimeError(f"{name} expects floating point dtypes, got: {dtype}")
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    if length <= 1:
        return tensor(xp.ones(length), dtype=dtype, **options)
    count = length + 1 if periodic else length
    made = shape(xp.arange(count, dtype=dtype._numpy), count - 1)
    return tensor(made[:length], dtype=dtype, **options)


def bartlett_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """Return a triangle."""

    def shape(k: Any, last: int) -> Any:
        rising = k * (2 / last)
        return xp.where(xp.arange(last + 1) > last >> 1, 2 - rising, rising)

    return _made("bartlett_window", window_length, periodic, shape, options)


def _raised_cosine(alpha: float, beta: float) -> Any:
    return lambda k, last: xp.cos(k * (2 * math.pi / last)) * -beta + alpha


def hann_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """Return one wave of a cosine, raised and turned: 0.5 - 0.5 * cos(2 pi t)."""
    return _made("hann_window", window_length, periodic, _raised_cosine(0.5, 0.5), options)


def hamming_window(
    window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, **options: Any
) -> Tensor:
    """Return alpha - beta * cos(2 pi t)."""
    return _made("hamming_window", window_length, periodic, _raised_cosine(alpha, beta), options)


def blackman_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """Return 0.42 - 0.5 * cos(2 pi t) + 0.08 * cos(4 pi t)."""

    def shape(k: Any, last: int) -> Any:
        turn = k * (math.pi / last)
        return xp.cos(turn * 4) * 0.08 - xp.cos(turn * 2) * 0.5 + 0.42

    return _made("blackman_window", window_length, periodic, shape, options)


for _each in (bartlett_window, blackman_window, hamming_window, hann_window):
    FUNCTIONS[_each.__name__] = _each

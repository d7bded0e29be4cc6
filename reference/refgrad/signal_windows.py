"""Windows for signals: `torch.hann_window` and its like."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from . import dtypes
from .backend import Array, xp
from .creation import bind, check_place, finish, function
from .tensor import Tensor

__all__: list[str] = []

# A function of the points 0, 1, ..., `last`, and of what a call says of the form.
Form = Callable[[Array, int, Mapping[str, Any]], Array]


def _bartlett(k: Array, last: int, values: Mapping[str, Any]) -> Array:
    rising = k * (2 / last)
    return xp.where(xp.arange(last + 1) > last >> 1, 2 - rising, rising)


def _raised_cosine(k: Array, last: int, values: Mapping[str, Any]) -> Array:
    alpha, beta = float(values.get("alpha", 0.54)), float(values.get("beta", 0.46))
    return xp.cos(k * (2 * math.pi / last)) * -beta + alpha


def _hann(k: Array, last: int, values: Mapping[str, Any]) -> Array:
    return _raised_cosine(k, last, {"alpha": 0.5, "beta": 0.5})


def _blackman(k: Array, last: int, values: Mapping[str, Any]) -> Array:
    turn = k * (math.pi / last)
    return xp.cos(turn * 4) * 0.08 - xp.cos(turn * 2) * 0.5 + 0.42


def _publish(name: str, form: Form, what: str) -> None:
    def window(*args: Any, **kwargs: Any) -> Tensor:
        values = bind(name, args, kwargs)[1]
        check_place(values)
        given = values.get("dtype")
        dtype = dtypes.get_default_dtype() if given is None else dtypes.from_python(given)
        length = int(values["window_length"])
        if not dtype.is_floating_point:
            raise RuntimeError(
                f"{name} expects floating point dtypes, got: TensorOptions(dtype={dtypes.c_name(dtype)}, device=cpu, "
                "layout=Strided (default), requires_grad=false (default), pinned_memory=false, memory_format=(nullopt))"
            )
        if length < 0:
            raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
        if length <= 1:
            return finish(xp.ones(length, dtype._numpy), values)
        count = length + 1 if values.get("periodic", True) else length  # the last of a period is left out
        made = form(xp.arange(count, dtype=dtype._numpy), count - 1, values)[:length]
        return finish(made.astype(dtype._numpy, copy=False), values)

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"Return {what}."
    function(window)


_publish("bartlett_window", _bartlett, "a triangle")
_publish("hann_window", _hann, "one wave of a cosine, raised and turned: 0.5 - 0.5 * cos(2 pi t)")
_publish("hamming_window", _raised_cosine, "alpha - beta * cos(2 pi t)")
_publish("blackman_window", _blackman, "0.42 - 0.5 * cos(2 pi t) + 0.08 * cos(4 pi t)")

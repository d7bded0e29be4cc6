"""Random numbers of rarer distributions: counts, waiting times and heavy tails, drawn as torch draws them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import backend, dtypes
from ._random import Draw, _ignores_input, draw_in_place, fill, normal
from .creation import bind, function, method
from .generator import Generator
from .recording import record
from .tensor import Tensor

__all__: list[str] = []

GeometricBackward0 = _ignores_input("GeometricBackward0")
CauchyBackward0 = _ignores_input("CauchyBackward0")
LogNormalBackward0 = _ignores_input("LogNormalBackward0")
PoissonBackward0 = _ignores_input("PoissonBackward0")


@method
def bernoulli(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return ones where a draw falls below the probabilities (or below `p`), zeros elsewhere."""
    import refgrad

    drawn: Tensor = refgrad.bernoulli(self, **bind("Tensor.bernoulli", args, kwargs)[1])
    return drawn


@method
def multinomial(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return indices drawn with the given weights, from each row, with or without putting them back."""
    import refgrad

    drawn: Tensor = refgrad.multinomial(self, **bind("Tensor.multinomial", args, kwargs)[1])
    return drawn


@method
def geometric_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Fill with the number of trials up to the first success, of chance `p` each."""
    values = bind("Tensor.geometric_", args, kwargs)[1]
    chance = float(values["p"])
    if not 0 < chance < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={chance:g}")
    kind = self._array.dtype
    if kind.kind in "bc":
        raise NotImplementedError(f"\"geometric_cpu\" not implemented for '{self.dtype._scalar}'")
    draw: Draw = lambda count, generator: np.ceil(  # noqa: E731
        np.log(generator.uniform53(count)) / math.log1p(-chance)
    ).astype(kind)
    return draw_in_place(self, "geometric_", GeometricBackward0, draw, values)


def _refuse_no_float(self: Tensor, name: str) -> None:
    if not self.dtype.is_floating_point:
        raise RuntimeError(
            f"{name} distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {dtypes.c_name(self.dtype)}"
        )


@method
def cauchy_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Fill with numbers of the Cauchy distribution around `median`, of width `sigma`."""
    values = bind("Tensor.cauchy_", args, kwargs)[1]
    median, sigma = float(values.get("median", 0.0)), float(values.get("sigma", 1.0))
    _refuse_no_float(self, "Cauchy")
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    kind = self._array.dtype
    draw: Draw = lambda count, generator: (  # noqa: E731
        median + sigma * np.tan(math.pi * (generator.uniform53(count) - 0.5))
    ).astype(kind)
    return draw_in_place(self, "cauchy_", CauchyBackward0, draw, values)


@method
def log_normal_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Fill with numbers whose logarithms are normal, of the given mean and standard deviation."""
    values = bind("Tensor.log_normal_", args, kwargs)[1]
    mean, std = float(values.get("mean", 1.0)), float(values.get("std", 2.0))
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if not self.dtype.is_floating_point:
        raise NotImplementedError(f"\"log_normal_cpu\" not implemented for '{self.dtype._scalar}'")
    kind = self._array.dtype
    normals = normal(mean, std, dtypes.float64, in_a_row=False)
    draw: Draw = lambda count, generator: np.exp(normals(count, generator)).astype(kind)  # noqa: E731
    return draw_in_place(self, "log_normal_", LogNormalBackward0, draw, values)


def _poisson(rate: float, generator: Generator) -> int:
    """Draw one count: by multiplying uniforms for a small rate (Knuth), else by transformed rejection (Hormann)."""
    if rate >= 10:
        return _poisson_by_rejection(rate, generator)
    if rate == 0:
        return 0
    limit, product, count = math.exp(-rate), 1.0, 0
    while True:
        product *= float(generator.uniform53(1)[0])
        if product <= limit:
            return count
        count += 1


def _poisson_by_rejection(rate: float, generator: Generator) -> int:
    spread = math.sqrt(rate)
    b = 0.931 + 2.53 * spread
    a = -0.059 + 0.02483 * b
    inverse = 1.1239 + 1.1328 / (b - 3.4)
    bound = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = float(generator.uniform53(1)[0]) - 0.5
        v = float(generator.uniform53(1)[0])
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= bound:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        left = math.log(v) + math.log(inverse) - math.log(a / (us * us) + b)
        if left <= -rate + k * math.log(rate) - math.lgamma(k + 1):
            return k


@function
def poisson(*args: Any, **kwargs: Any) -> Tensor:
    """Return counts drawn from Poisson distributions with the rates in `input`."""
    values = bind("poisson", args, kwargs)[1]
    rates: Tensor = values["input"]
    given = backend.to_host(rates._array)
    if given.dtype.kind != "f":
        raise NotImplementedError(f"\"poisson_cpu\" not implemented for '{rates.dtype._scalar}'")
    if not (given >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    flat = given.reshape(-1).tolist()
    draw: Draw = lambda count, generator: np.array([_poisson(each, generator) for each in flat]).astype(  # noqa: E731
        given.dtype
    )
    return record(
        PoissonBackward0, fill(backend.empty(given.shape, given.dtype, None), draw, values), (rates,)
    )

"""Matrices made of a sample or a vector: `cov`, `corrcoef`, `vander`, `diagflat`."""

from __future__ import annotations

import warnings
from typing import Any

from .. import dtypes
from ..backend import xp
from ..tensor import Tensor, wrap
from .complex import complex_of
from .linear_algebra import mm
from .rearranging import diag_embed, flip
from .registry import function, public

__all__: list[str] = []


def _weights(name: str, weights: Any, count: int, *, integral: bool) -> None:
    if weights._array.ndim > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights._array.ndim} dimensions"
        )
    if integral and not weights.dtype._is_integral:
        raise RuntimeError(
            f"cov(): expected {name} to have integral dtype but got {name} with {weights.dtype._scalar} dtype"
        )
    if not integral and not weights.dtype.is_floating_point:
        raise RuntimeError(
            f"cov(): expected {name} to have floating point dtype but got {name} with {weights.dtype._scalar} dtype"
        )
    if weights._array.size != count:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input but got "
            f"{weights._array.size} != {count}"
        )
    if (weights._array < 0).any():
        raise RuntimeError(f"cov(): {name} cannot be negative")


@public
def cov(input: Tensor, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Tensor:
    """Return the covariances of variables, the rows of a matrix, of which the columns are observations."""
    if input._array.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input._array.ndim} dimensions"
        )
    if input.dtype is dtypes.bool:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    rows: Tensor = input if input._array.ndim == 2 else input.view(1, -1)
    count = rows._array.shape[1]
    weights = None
    if fweights is not None:
        _weights("fweights", fweights, count, integral=True)
        weights = fweights
    if aweights is not None:
        _weights("aweights", aweights, count, integral=False)
        weights = aweights if weights is None else weights * aweights
    total = wrap(xp.asarray(count, xp.int64)) if weights is None else weights.sum()
    if weights is not None and total._array == 0:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    average = rows.sum(1) / total if weights is None else (rows * weights).sum(1) / total
    freedom = total - correction
    if aweights is not None and correction:
        freedom = total - correction * (weights * aweights).sum() / total
    if freedom._array <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
            UserWarning,
            stacklevel=3,
        )
        freedom = freedom.detach().clone().zero_()
    centred = rows - average.unsqueeze(1)
    product = mm(centred, (centred if weights is None else centred * weights).t().conj())
    found: Tensor = (product / freedom).squeeze()
    return found


@public
def corrcoef(input: Tensor) -> Tensor:
    """Return the correlations of variables, the rows of a matrix, of which the columns are observations."""
    if input._array.ndim > 2:
        raise RuntimeError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{input._array.ndim} dimensions"
        )
    found: Tensor = cov(input)
    if not found._array.ndim:
        one: Tensor = found / found
        return one
    spread = found.diag().sqrt()
    found = found / spread.view(-1, 1)
    found = found / spread.view(1, -1)
    if not found.dtype.is_complex:
        limited: Tensor = found.clip(-1, 1)
        return limited
    parts: Tensor = complex_of(found.real.clip(-1, 1), found.imag.clip(-1, 1))
    return parts


@function
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:  # noqa: N803 - torch's name
    """Return the powers of the elements of a vector, one row for each: the highest first unless `increasing`."""
    if x._array.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    size = x._array.shape[0] if N is None else N
    if size < 0:
        raise RuntimeError("N must be non-negative.")
    want = xp.result_type(x._array.dtype, xp.int64) if x.dtype._is_integral else x._array.dtype
    made = wrap(xp.empty((x._array.shape[0], size), want))
    if size > 0:
        made.select(1, 0).fill_(1)
    if size > 1:
        made[:, 1:].copy_(x.unsqueeze(1))
        made[:, 1:] = made[:, 1:].cumprod(1)
    return made if increasing else flip(made, 1)


@public
def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """Return a matrix with the elements of a tensor as its diagonal."""
    return diag_embed(input.contiguous().view(-1), offset)

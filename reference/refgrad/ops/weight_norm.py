"""Weights as a length times a direction: what `nn.utils.weight_norm` computes, beside its derivatives."""

from __future__ import annotations

from typing import Any

from .. import both
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap

__all__ = ["norm_except", "weight_norm"]


def _others(ndim: int, dim: int) -> tuple[int, ...]:
    return tuple([axis for axis in range(ndim) if axis != dim])


def _kept(value: Any, dim: int) -> Any:
    """Return the sums over all dimensions but one, which all stay."""
    return both.sum_to(value, tuple([size if axis == dim else 1 for axis, size in enumerate(value.shape)]))


def _length(v: Any, dim: int) -> Any:
    return both.sqrt(_kept(v * v, dim))


def _direction_slope(grad: Any, v: Any, g: Any, dim: int) -> Any:
    length = _length(v, dim)
    return g / length * (grad - v * (_kept(grad * v, dim) / (length * length)))


WeightNormInterfaceBackward0 = derivative(
    "WeightNormInterfaceBackward0",
    saves="result1",
    args="dim",
    v=lambda grad, v, g, result1, dim: _direction_slope(grad, v, g, dim),
    g=lambda grad, v, dim: _kept(grad * v, dim) / _length(v, dim),
)


def norm_except(v: Tensor, dim: int) -> Tensor:
    """Return the norms over all dimensions but one; over all of them where `dim` is -1."""
    last = v.dim() - 1
    if dim == -1:
        return v.norm(2)  # type: ignore[no-any-return]
    if dim == 0:
        rows = v.contiguous().view(v.size(0), -1)
        return rows.norm(2, 1).view(v.size(0), *[1] * last)  # type: ignore[no-any-return]
    if dim == last:
        columns = v.contiguous().view(-1, v.size(last))
        return columns.norm(2, 0).view(*[1] * last, v.size(last))  # type: ignore[no-any-return]
    return norm_except(v.transpose(0, dim), 0).transpose(0, dim)  # type: ignore[no-any-return]


def weight_norm(v: Tensor, g: Tensor, dim: int) -> Tensor:
    """Return the directions of `v` along a dimension, with the lengths `g`."""
    if dim not in (0, v.dim() - 1):
        return v * (g / norm_except(v, dim))  # type: ignore[no-any-return]
    length = xp.asarray(_length(v._array, dim))
    array = v._array * (g._array / length)
    return record(WeightNormInterfaceBackward0, array, (v, g), (dim,), (wrap(length),))

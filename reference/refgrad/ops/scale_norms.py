"""Norms made of other operations: `rms_norm`, `local_response_norm`, and the pools of p-norms."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .. import dtypes, limits
from ..grad_mode import like_cpp
from ..tensor import Tensor
from .padding import pad
from .pooling import avg_pool1d, avg_pool2d
from .registry import function
from .volumes import avg_pool3d
from .windows import is_channels_last

__all__ = ["local_response_norm", "lp_pool1d", "lp_pool2d", "lp_pool3d", "rms_norm"]


@function
@like_cpp
def rms_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Divide by the root of the mean of squares over the last dimensions, then scale each of their elements."""
    tail = list(normalized_shape)
    _check_norm(list(input._array.shape), tail, weight)
    own = input.dtype
    if own._is_integral:
        raise NotImplementedError(f"\"rms_norm\" not implemented for '{own._scalar}'")
    if weight is not None and weight.dtype is not own:
        warnings.warn(
            f"Mismatch dtype between input and weight: input dtype = {dtypes.c_name(own)}, weight dtype = "
            f"{dtypes.c_name(weight.dtype)}, Cannot dispatch to fused implementation.",
            UserWarning,
            stacklevel=4,
        )
    x = input.float() if own.itemsize == 2 else input
    least = float(limits.finfo(x.dtype).eps) if eps is None else eps
    ndim = x._array.ndim
    squares = (x**2).mean(tuple(range(ndim - len(tail), ndim)), keepdim=True)
    found: Tensor = x * (squares + least).rsqrt()
    if weight is not None:
        found = found * weight
    innermost = ndim in (4, 5) and is_channels_last(input._array)
    result: Tensor = (found if innermost else found.contiguous()).to(own)
    return result


def _check_norm(shape: list[int], tail: list[int], weight: Tensor | None) -> None:
    if not tail:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    if weight is not None and list(weight._array.shape) != tail:
        raise RuntimeError(
            "Expected weight to be of same shape as normalized_shape, but got weight of shape "
            f"{list(weight._array.shape)} and normalized_shape = {tail}"
        )
    if shape[len(shape) - len(tail) :] != tail or len(shape) < len(tail):
        raise RuntimeError(
            f"Given normalized_shape={tail}, expected input with shape [*{', '.join(map(str, tail))}], but got input of "
            f"size{shape}"
        )


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Divide by a power of the mean of squares of neighbouring channels."""
    ndim = input.dim()
    if ndim < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality                          input (got {ndim} dimensions)"
        )
    if not input._array.size:
        return input
    squares, border = input.mul(input), (size // 2, (size - 1) // 2)
    if ndim == 3:
        means = avg_pool2d(pad(squares.unsqueeze(1), (0, 0, *border)), (size, 1), stride=1).squeeze(1)
    else:
        sizes = input.size()
        volumes = squares.view(sizes[0], 1, sizes[1], sizes[2], -1)
        means = avg_pool3d(pad(volumes, (0, 0, 0, 0, *border)), (size, 1, 1), stride=1).squeeze(1).view(sizes)
    found: Tensor = input / means.mul(alpha).add(k).pow(beta)
    return found


def _norms(means: Tensor, count: int, norm_type: float) -> Tensor:
    found: Tensor = (means.sign() * means.abs().relu()).mul(count).pow(1.0 / norm_type)
    return found


def _count(kernel_size: Any, ndim: int) -> int:
    return math.prod((kernel_size,) * ndim if isinstance(kernel_size, int) else kernel_size)


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """Return the p-norm of each window of signals."""
    means = avg_pool1d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return _norms(means, _count(kernel_size, 1), norm_type)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """Return the p-norm of each window of images."""
    means = avg_pool2d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return _norms(means, _count(kernel_size, 2), norm_type)


def lp_pool3d(
    input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """Return the p-norm of each window of volumes."""
    means = avg_pool3d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return _norms(means, _count(kernel_size, 3), norm_type)

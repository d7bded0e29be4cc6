"""Grids of places in images and volumes, moved by affine maps, beside the derivative."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .. import dtypes
from ..creation import zeros
from ..grad_mode import no_grad
from ..graph import derivative
from ..ranges import linspace
from ..recording import record
from ..tensor import Tensor, wrap
from .holomorphic import refuse_complex_gradient
from .registry import FUNCTIONS, function

__all__ = ["affine_grid", "affine_grid_generator"]


def _places(size: tuple[int, ...], align_corners: bool, like: Tensor) -> Tensor:
    """Return the places (batch, all places, x y (z) 1) of a grid between -1 and 1."""
    batch, steps = size[0], size[2:]
    made = like.new_empty((batch, *steps, len(steps) + 1))
    with no_grad():
        for at, count in enumerate(reversed(steps)):
            made.select(-1, at).copy_(_between(count, align_corners, like.dtype).view(-1, *[1] * at))
        made.select(-1, -1).fill_(1)
    places: Tensor = made.view(batch, math.prod(steps), len(steps) + 1)
    return places


def _between(count: int, align_corners: bool, dtype: dtypes.dtype) -> Tensor:
    """Return so many places from -1 to 1: the middles of equal parts or, with `align_corners`, the ends as well."""
    if count <= 1:
        if dtype in (dtypes.bool, dtypes.float16):
            raise NotImplementedError(f"\"tensor_cpu\" not implemented for '{dtype._scalar}'")
        return zeros((), dtype=dtype)
    found: Tensor = linspace(-1, 1, count, dtype=dtype)
    return found if align_corners else found * (count - 1) / count


def _slope(g: Any, size: tuple[int, ...], align_corners: bool) -> Any:
    given = g if isinstance(g, Tensor) else wrap(g)
    places = _places(size, align_corners, given)
    moved = given.reshape(places.shape[0], places.shape[1], len(size) - 2)
    found = places.transpose(1, 2).bmm(moved).transpose(1, 2)
    return found if isinstance(g, Tensor) else found._array


AffineGridGeneratorBackward0 = derivative(
    "AffineGridGeneratorBackward0",
    args="size align_corners",
    theta=lambda g, size, align_corners: _slope(g, size, align_corners),
)


@function
def affine_grid_generator(theta: Tensor, size: Any, align_corners: bool) -> Tensor:
    """Return where the places of images or volumes of a size lie after the affine map `theta` of each sample.

    `theta` is (batch, 2, 3) for a size (batch, channels, rows, columns), (batch, 3, 4) for volumes; the result has the
    places' coordinates along its last dimension.
    """
    size = tuple(size)
    if len(size) not in (4, 5):
        raise RuntimeError("AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.")
    with no_grad():
        places = _places(size, align_corners, theta)
        moved = places.bmm(theta.transpose(1, 2)).view(size[0], *size[2:], len(size) - 2)
    refuse_complex_gradient("affine_grid_generator", theta)
    return record(AffineGridGeneratorBackward0, moved._array, (theta,), (size, align_corners))


def affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """Return where the places of images or volumes of a size lie after the affine map `theta` of each sample."""
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
            "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.",
            stacklevel=3,
        )
        align_corners = False
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    ndim = len(size) - 2
    if ndim not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size "
            f"{size}."
        )
    if theta.dim() != 3 or tuple(theta.shape[-2:]) != (ndim, ndim + 1):
        raise ValueError(
            f"Expected a batch of {ndim}D affine matrices of shape Nx{ndim}x{ndim + 1} for size {size}. Got {theta.shape}."
        )
    if align_corners and min(size[-ndim:]) == 1:
        warnings.warn(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is "
            "not an intended use case of affine_grid. See the documentation of affine_grid for details.",
            stacklevel=3,
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    found: Tensor = FUNCTIONS["affine_grid_generator"](theta, size, align_corners)
    return found

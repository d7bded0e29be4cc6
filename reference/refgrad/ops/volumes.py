"""Pooling over volumes, and the largest elements of adaptive windows: beside their derivatives."""

from __future__ import annotations

import math
from typing import Any

from ..recording import record
from ..tensor import Tensor, wrap
from .pool_windows import (
    INTEGERS,
    PoolWindows,
    Sizes,
    check_image_types,
    extents,
    in_all,
    laid_out,
    largest,
    means,
    of_largest,
    of_means,
)
from .volume_checks import check_ends, check_outputs, check_parts, check_volume, triple
from .window_checks import check_one, check_types
from .windows import parts

__all__ = [
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool3d",
    "max_pool3d",
]

MaxPool3DWithIndicesBackward0 = of_largest(
    "MaxPool3DWithIndices", "kernel_size stride padding dilation ceil_mode"
)
_ADAPTIVE_MAX = {ndim: of_largest(f"AdaptiveMaxPool{ndim}D") for ndim in (2, 3)}
AvgPool3DBackward0 = of_means(
    "AvgPool3D", "kernel_size stride padding ceil_mode count_include_pad divisor_override"
)
AdaptiveAvgPool3DBackward0 = of_means("AdaptiveAvgPool3D")


def _window3d(
    name: str, input: Tensor, settings: dict[str, Any], ceil: bool, divisor: int | None = None
) -> PoolWindows:
    """Check the settings of a pool over volumes, and return its windows."""
    shown = [triple(name, what, value) for what, value in settings.items()]
    shape = input._array.shape
    check_volume(shape, divisor)
    check_ends(shown)
    check_outputs(name, shape, shown, extents(shape, shown, ceil))
    return PoolWindows(shape, shown, ceil)


def max_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window; with `return_indices` also where it stands in its volume."""
    settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    window = _window3d("max_pool3d", input, settings, ceil_mode)
    check_types("max_pool3d", input, *INTEGERS)
    array, chosen = largest(input._array, window.places)
    inside = wrap(chosen % max(math.prod(input._array.shape[-3:]), 1))
    kept = (chosen, *window.shown, ceil_mode)
    found = record(MaxPool3DWithIndicesBackward0, array, (input,), kept, (inside,))
    return (found, inside) if return_indices else found


def avg_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> Tensor:
    """Return the mean of each window, or its sum divided by `divisor_override`."""
    settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    window = _window3d("avg_pool3d", input, settings, ceil_mode, divisor_override)
    check_types("avg_pool3d_out_frame", input, "Long", without="Half")
    x = input._array
    array, shares = means(x, window.places, window.counted(count_include_pad, divisor_override))
    kept = (window.places, shares, *window.shown, ceil_mode, count_include_pad, divisor_override)
    return record(AvgPool3DBackward0, array, (input,), kept)


# ---- as many windows as asked for ------------------------------------------------------------------------------------


def _asked(input: Tensor, output_size: Any, ndim: int) -> Sizes:
    """Return the output's sizes; None asks for as many as there are."""
    own = input._array.shape
    if isinstance(output_size, int):
        return (output_size,) * ndim
    sizes = (None,) * ndim if output_size is None else output_size
    if len(own) <= len(sizes):
        raise ValueError(f"Input dimension should be at least {len(sizes) + 1}")
    return tuple(
        [have if want is None else want for want, have in zip(sizes, own[-len(sizes) :], strict=True)]
    )


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """Return means over as many windows of volumes as asked for; None asks for as many as there are places."""
    outs, x = _asked(input, output_size, 3), input._array
    if outs == (1, 1, 1):
        mean: Tensor = input.mean((-1, -2, -3), keepdim=True)
        return mean
    check_parts("adaptive_avg_pool3d", x.shape, outs, 3)
    check_types("adaptive_avg_pool3d_cpu", input)
    places = in_all(x.shape, parts(x.shape[-3:], outs), outs)
    array, shares = means(x, places, (places >= 0).sum(axis=-1))
    return record(AdaptiveAvgPool3DBackward0, array, (input,), (places, shares))


def _adaptive_max(input: Tensor, outs: Sizes, ndim: int) -> tuple[Tensor, Tensor]:
    x, name = input._array, f"adaptive_max_pool{ndim}d"
    check_parts(name, x.shape, outs, ndim)
    if ndim == 2:
        check_image_types(name, input)
    else:
        check_types(f"{name}_cpu", input)
    array, chosen = largest(x, in_all(x.shape, parts(x.shape[-ndim:], outs), outs))
    inside = wrap(laid_out(chosen % max(math.prod(x.shape[-ndim:]), 1), x))
    return record(_ADAPTIVE_MAX[ndim], laid_out(array, x), (input,), (chosen,), (inside,)), inside


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Return the largest elements of as many windows of signals as asked for, and where they stand."""
    shape = input._array.shape
    if len(shape) not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {len(shape)}-dimensional tensor for argument #1 'self' (while checking "
            "arguments for adaptive_max_pool1d)"
        )
    sizes = (output_size,) if isinstance(output_size, int) else tuple(output_size)
    check_one("adaptive_max_pool1d", output_size=sizes)
    for at in range(1, len(shape)):
        if not shape[at]:
            raise RuntimeError(
                "adaptive_max_pool1d(): Expected input to have non-zero size for non-batch dimensions, but input has "
                f"sizes {list(shape)} with dimension {at} being empty"
            )
    found = [each.squeeze(-2) for each in _adaptive_max(input.unsqueeze(-2), (1, *sizes), 2)]
    return tuple(found) if return_indices else found[0]


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Return the largest elements of as many windows of images as asked for, and where they stand."""
    found = _adaptive_max(input, _asked(input, output_size, 2), 2)
    return found if return_indices else found[0]


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Return the largest elements of as many windows of volumes as asked for, and where they stand."""
    found = _adaptive_max(input, _asked(input, output_size, 3), 3)
    return found if return_indices else found[0]

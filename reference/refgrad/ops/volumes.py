"""Pooling over volumes, the largest elements of adaptive windows, and the way back from these: beside its derivatives."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import Node, derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .pooling import _INTEGERS, _chosen, _means
from .window_checks import check_types
from .windows import crossed, extent, windows

__all__ = [
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool3d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
]

Sizes = tuple[int, ...]


def _of_chosen(name: str, args: str = "") -> type[Node]:
    return derivative(
        name,
        saves="result1",
        args=f"chosen {args}",
        self=lambda g, self, result1, chosen: both.put_flat(g, chosen, tuple(self.shape)),
    )


MaxPool3DWithIndicesBackward0 = _of_chosen(
    "MaxPool3DWithIndicesBackward0", "kernel_size stride padding dilation ceil_mode"
)
_ADAPTIVE_MAX = {ndim: _of_chosen(f"AdaptiveMaxPool{ndim}DBackward0") for ndim in (2, 3)}
_MEANS: dict[str, Any] = {
    "self": lambda g, self, places, divisor: both.put_or_drop(
        both.expand((g / both.like(divisor, g)).reshape((*g.shape, 1)), places.shape),
        places,
        tuple(self.shape),
    )
}
AvgPool3DBackward0 = derivative(
    "AvgPool3DBackward0",
    args="places divisor kernel_size stride padding ceil_mode count_include_pad divisor_override",
    **_MEANS,
)
AdaptiveAvgPool3DBackward0 = derivative("AdaptiveAvgPool3DBackward0", args="places divisor", **_MEANS)


def _triple(name: str, what: str, value: Any) -> Sizes:
    """Return a setting along the three dimensions of a volume."""
    if value is None:
        return ()
    sizes = (value,) * 3 if isinstance(value, int) else tuple(value)
    if len(sizes) == 1:
        return sizes * 3
    if len(sizes) not in ((0, 3) if what == "stride" else (3,)):
        order = "omitted, a single int" if what == "stride" else "a single int"
        verb = "be either" if what == "dilation" else "either be"
        raise RuntimeError(f"{name}: {what} must {verb} {order}, or a tuple of three ints")
    return sizes


def _check_volume(x: Array) -> None:
    if x.ndim not in (4, 5):
        raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")


def _everywhere(shape: Sizes, spatial: Array, outs: Sizes) -> Array:
    """Return spatial positions of each image or volume as positions in the whole input."""
    ndim = len(outs)
    lead = shape[:-ndim]
    planes = (xp.arange(math.prod(lead)) * math.prod(shape[-ndim:])).reshape(*lead, 1, 1)
    return xp.where(spatial < 0, -1, planes + spatial).reshape(*lead, *outs, spatial.shape[1])


class _Window3d:
    """The settings of a pool over volumes, and where its windows stand."""

    def __init__(self, name: str, input: Tensor, settings: dict[str, Any], ceil: bool) -> None:
        given = {what: _triple(name, what, value) for what, value in settings.items()}
        x = input._array
        self.shown = list(given.values())
        kernel, padding = given["kernel_size"], given["padding"]
        stride, dilation = given["stride"] or kernel, given.get("dilation", (1, 1, 1))
        _check_volume(x)
        if 0 in stride:
            raise RuntimeError("stride should not be zero")
        for what, short, values in (("kernel size", "k", kernel), ("stride", "d", stride)):
            if min(values) <= 0:
                shown = " ".join(f"{short}{axis}: {each}" for axis, each in zip("THW", values, strict=True))
                raise RuntimeError(f"{what} should be greater than zero, but got {shown}")
        for size, pad, spread in zip(kernel, padding, dilation, strict=True):
            if pad < 0:
                raise RuntimeError(f"pad must be non-negative, but got pad: {pad}")
            if pad > ((size - 1) * spread + 1) // 2:
                raise RuntimeError(
                    f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={size} and "
                    f"dilation={spread}"
                )
        rows = zip(x.shape[-3:], kernel, stride, padding, dilation, strict=True)
        outs = tuple([extent(*each, ceil) for each in rows])
        if min(outs) < 1:
            own, made = ["x".join(map(str, (x.shape[-4], *each))) for each in (x.shape[-3:], outs)]
            raise RuntimeError(
                f"Given input size: ({own}). Calculated output size: ({made}). Output size is too small"
            )
        spatial, self.outs = windows(x.shape[-3:], kernel, stride, padding, dilation, ceil)
        self.places = _everywhere(x.shape, spatial, self.outs)
        self.kernel, self.stride, self.padding = kernel, stride, padding

    def areas(self, size: Sizes) -> Array:
        """Return how many places of each window lie in the volume or the border around it."""
        found = xp.ones((), xp.int64)
        for at in range(3):
            start = xp.arange(self.outs[at]) * self.stride[at] - self.padding[at]
            span = xp.minimum(start + self.kernel[at], size[at] + self.padding[at]) - start
            found = found[..., None] * span
        return found


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
    window = _Window3d("max_pool3d", input, settings, ceil_mode)
    check_types("max_pool3d", input, *_INTEGERS)
    array, chosen = _chosen(input._array, window.places)
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
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    window = _Window3d("avg_pool3d", input, settings, ceil_mode)
    check_types("avg_pool3d_out_frame", input, "Long")
    x = input._array
    if divisor_override is not None:
        counted = xp.asarray(divisor_override)
    elif count_include_pad:
        counted = window.areas(x.shape[-3:])
    else:
        counted = (window.places >= 0).sum(axis=-1)
    array, shares = _means(x, window.places, counted)
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


def _adaptive_places(x: Array, outs: Sizes) -> Array:
    """Return where windows stand that cut each dimension into so many parts, which may overlap."""
    sizes, lines = x.shape[-len(outs) :], []
    for size, count in zip(sizes, outs, strict=True):
        low = xp.arange(count) * size // max(count, 1)
        high = -(-(xp.arange(count) + 1) * size // max(count, 1))
        line = low[:, None] + xp.arange(int((high - low).max()) if count else 0)
        lines.append(xp.where(line < high[:, None], line, -1))
    return _everywhere(x.shape, crossed(sizes, lines)[0], outs)


def _check_adaptive(name: str, x: Array, outs: Sizes) -> None:
    ndim, colon = len(outs), ":" if "max" in name else ""
    if x.ndim not in (ndim + 1, ndim + 2):
        raise RuntimeError(
            f"{name}(): Expected {ndim + 1}D or {ndim + 2}D tensor, but got{colon} {list(x.shape)}"
        )
    for dim in range(x.ndim - ndim, x.ndim):
        if not x.shape[dim]:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{list(x.shape)} with dimension {dim} being empty"
            )


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """Return means over as many windows of volumes as asked for; None asks for as many as there are places."""
    outs, x = _asked(input, output_size, 3), input._array
    if outs == (1, 1, 1):
        mean: Tensor = input.mean((-1, -2, -3), keepdim=True)
        return mean
    _check_adaptive("adaptive_avg_pool3d", x, outs)
    places = _adaptive_places(x, outs)
    array, shares = _means(x, places, (places >= 0).sum(axis=-1))
    return record(AdaptiveAvgPool3DBackward0, array, (input,), (places, shares))


def _adaptive_max(input: Tensor, outs: Sizes) -> tuple[Tensor, Tensor]:
    x, ndim = input._array, len(outs)
    _check_adaptive(f"adaptive_max_pool{ndim}d", x, outs)
    check_types(f"adaptive_max_pool{ndim}d", input)
    array, chosen = _chosen(x, _adaptive_places(x, outs))
    inside = wrap(chosen % max(math.prod(x.shape[-ndim:]), 1))
    return record(_ADAPTIVE_MAX[ndim], array, (input,), (chosen,), (inside,)), inside


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Return the largest elements of as many windows of signals as asked for, and where they stand."""
    shape = input._array.shape
    if len(shape) not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {len(shape)}-dimensional tensor for argument #1 'self' (while checking "
            "arguments for adaptive_max_pool1d)"
        )
    for at in range(1, len(shape)):
        if not shape[at]:
            raise RuntimeError(
                "adaptive_max_pool1d(): Expected input to have non-zero size for non-batch dimensions, but input has "
                f"sizes {list(shape)} with dimension {at} being empty"
            )
    count = output_size if isinstance(output_size, int) else output_size[0]
    found = [each.squeeze(-2) for each in _adaptive_max(input.unsqueeze(-2), (1, count))]
    return tuple(found) if return_indices else found[0]


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Return the largest elements of as many windows of images as asked for, and where they stand."""
    found = _adaptive_max(input, _asked(input, output_size, 2))
    return found if return_indices else found[0]


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Return the largest elements of as many windows of volumes as asked for, and where they stand."""
    found = _adaptive_max(input, _asked(input, output_size, 3))
    return found if return_indices else found[0]


# ---- back from the largest -------------------------------------------------------------------------------------------


def _unpool_kind(ndim: int) -> type[Node]:
    return derivative(
        f"MaxUnpool{ndim}DBackward0",
        saves="indices",
        args="places",
        self=lambda g, indices, places: both.take_flat(g, places),
    )


_UNPOOL = {ndim: _unpool_kind(ndim) for ndim in (2, 3)}


def _unpooled(input: Tensor, indices: Tensor, outs: Sizes) -> Tensor:
    """Return zeros with each element at the place in its image (or volume) where it came from."""
    x, at, ndim = input._array, indices._array, len(outs)
    if at.dtype != xp.int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {indices.dtype._scalar}")
    if x.ndim not in (ndim + 1, ndim + 2):
        raise RuntimeError(
            f"Input to max_unpooling{ndim}d should be a {ndim + 1}d or {ndim + 2}d Tensor, but got a tensor with {x.ndim} "
            "dimensions."
        )
    if at.shape != x.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(x.shape)}) but got indices tensor "
            f"with shape: {list(at.shape)}"
        )
    area, lead = math.prod(outs), x.shape[:-ndim]
    wrong = at[(at < 0) | (at >= area)]
    if wrong.size:
        raise RuntimeError(
            f"Found an invalid max index: {int(wrong[0])} (output volumes are of size {'x'.join(map(str, outs))})"
        )
    planes = (xp.arange(math.prod(lead)) * area).reshape(*lead, *[1] * ndim)
    places = planes + at
    array = xp.zeros(math.prod(lead) * area, x.dtype)
    array[places.reshape(-1)] = x.reshape(-1)
    return record(_UNPOOL[ndim], array.reshape(*lead, *outs), (input,), (places,), (indices,))


def _unpool_sizes(
    input: Tensor, kernel: Any, stride: Any, padding: Any, output_size: Any, ndim: int
) -> Sizes:
    each = [
        (value,) * ndim if isinstance(value, int) else tuple(value)
        for value in (kernel, kernel if stride is None else stride, padding)
    ]
    sizes = input._array.shape[-ndim:]
    if len(sizes) < ndim:  # torch asks for each in turn
        raise IndexError("tuple index out of range")
    usual = [
        (size - 1) * step + k - 2 * pad
        for size, k, step, pad in zip(sizes, each[0], each[1], each[2], strict=True)
    ]
    if output_size is None:
        return tuple(usual)
    wanted = list(output_size)[-ndim:] if len(output_size) == ndim + 2 else list(output_size)
    if len(wanted) != ndim:
        raise ValueError(
            f"output_size should be a sequence containing {ndim} or {ndim + 2} elements, but it has a length of "
            f"'{len(output_size)}'"
        )
    for at, (size, step) in enumerate(zip(usual, each[1], strict=True)):
        if not size - step < wanted[at] < size + step:
            raise ValueError(
                f'invalid output_size "{output_size}" (dim {at} must be between {size - step} and {size + step})'
            )
    return tuple(wanted)


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Return signals with the largest elements where `max_pool1d` took them from, and 0 elsewhere."""
    (size,) = _unpool_sizes(input, kernel_size, stride, padding, output_size, 1)
    found: Tensor = _unpooled(input.unsqueeze(-1), indices.unsqueeze(-1), (size, 1)).squeeze(-1)
    return found


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Return images with the largest elements where `max_pool2d` took them from, and 0 elsewhere."""
    return _unpooled(input, indices, _unpool_sizes(input, kernel_size, stride, padding, output_size, 2))


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Return volumes with the largest elements where `max_pool3d` took them from, and 0 elsewhere."""
    return _unpooled(input, indices, _unpool_sizes(input, kernel_size, stride, padding, output_size, 3))

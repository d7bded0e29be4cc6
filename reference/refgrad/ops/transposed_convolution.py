"""Transposed convolution: each element of the input lays a copy of the kernel over the output."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import Array, xp
from ..recording import record
from ..tensor import Tensor
from .convolution import (
    _bias_sizes,
    _grouped,
    _places,
    _rows,
    bias_slope,
    kind_of_node,
    laid_out,
    of_complex,
    of_nothing,
)
from .convolution_checks import (
    check_complex_types,
    check_empty,
    check_rank,
    check_same_types,
    is_fast,
    per_dimension,
    sizes_given,
)
from .registry import function
from .window_checks import check_types
from .windows import windows

__all__ = ["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]

Sizes = tuple[int, ...]


def _slopes(
    g: Any, input: Any, weight: Any, needs: tuple[bool, ...], places: Array, groups: int
) -> list[Any]:
    of_input = of_weight = None
    if needs[0]:
        of_input = both.matmul(_rows(weight, groups), both.take_or_zero(g, places)).reshape(
            tuple(input.shape)
        )
    if needs[1]:
        products = both.matmul(_grouped(input, groups), both.take_or_zero(g, places).swapaxes(-1, -2))
        of_weight = both.sum_to(products, (1, *_rows(weight, groups).shape[1:])).reshape(tuple(weight.shape))
    return [of_input, of_weight, bias_slope(g) if needs[2] else None]


TransposedConvolutionBackward0 = kind_of_node(_slopes)


def _check(input: Tensor, weight: Tensor, bias: Any, settings: dict[str, Any], groups: int) -> None:
    """Refuse sizes and settings that do not go together, in torch's order."""
    x, w = input._array.shape, weight._array.shape
    for name, least, words in (
        ("padding", 0, "negative padding is not supported"),
        ("output_padding", 0, "negative output_padding is not supported"),
        ("stride", 1, "non-positive stride is not supported"),
        ("dilation", 0, "dilation should be greater than zero"),
    ):
        if min(settings[name]) < least:
            raise RuntimeError(words)
    if len(x) != len(w):
        raise RuntimeError(
            f"Expected {len(w)}-dimensional input for {len(w)}-dimensional weight {list(w)}, but got {len(x)}-dimensional "
            f"input of size {list(x)} instead"
        )
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if w[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{list(w)} instead"
        )
    if w[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size "
            f"[{list(w)}] instead"
        )
    if x[1] != w[0]:
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(w)}, expected input{list(x)} to have {w[0]} channels, but got "
            f"{x[1]} channels instead"
        )
    if bias is not None and tuple(bias._array.shape) != (w[1] * groups,):
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(w)}, expected bias to be 1-dimensional with {w[1] * groups} "
            f"elements, but got bias of size {list(bias._array.shape)} instead"
        )
    check_empty(x)


Row = tuple[int, int, int, int, int, int]  # along one dimension: size, kernel, stride, padding, dilation, end


def _transposed(
    name: str, ndim: int, input: Tensor, weight: Tensor, bias: Any, settings: dict[str, Any]
) -> Tensor:
    check_rank(name, ndim, input)
    batched = input if input._array.ndim == ndim + 2 else input.unsqueeze(0)
    count = weight._array.ndim - 2
    if count <= 0:
        raise RuntimeError("weight should have at least three dimensions")
    groups = settings.pop("groups")
    sizes = {key: per_dimension(key, sizes_given(each, ndim), count) for key, each in settings.items()}
    if input._array.dtype.kind == "c":
        check_complex_types(input, weight, bias)
        result = of_complex(_laid, batched, weight, bias, {**sizes, "groups": groups})
    else:
        result = _laid(batched, weight, bias, {**sizes, "groups": groups})
    squeezed: Tensor = result if batched is input else result.squeeze(0)
    return squeezed


def _laid(input: Tensor, weight: Tensor, bias: Any, settings: dict[str, Any]) -> Tensor:
    """Lay copies of the kernel over the outputs of a batch."""
    x, w, groups = input._array, weight._array, settings["groups"]
    _check(input, weight, bias, settings, groups)
    stride, padding, dilation, more = [
        settings[key] for key in ("stride", "padding", "dilation", "output_padding")
    ]
    rows: list[Row] = list(zip(x.shape[2:], w.shape[2:], stride, padding, dilation, more, strict=True))
    outs = tuple(
        [(size - 1) * step - 2 * pad + spread * (k - 1) + end + 1 for size, k, step, pad, spread, end in rows]
    )
    shown = (stride, padding, dilation, True, more, _bias_sizes(bias))
    channels = w.shape[1] * groups
    if 0 in x.shape[:2]:
        return of_nothing((input, weight, bias), (channels, *outs), (groups, *shown))
    _check_kernel(input, weight, bias, rows, outs, groups)
    shape = (x.shape[0], channels, *outs)
    places = _places(shape, _under(x.shape[2:], outs, w.shape[2:], stride, padding, dilation), groups)
    columns = xp.matmul(_rows(w, groups).swapaxes(-1, -2), _grouped(x, groups))
    array = both.put_or_drop(columns, places, shape)
    if bias is not None:
        array = array + bias._array.reshape(1, -1, *[1] * len(outs)).astype(array.dtype)
    kept = (places, groups, *shown)
    return record(TransposedConvolutionBackward0, laid_out(array, x, w), (input, weight, bias), kept)


def _check_kernel(
    input: Tensor, weight: Tensor, bias: Any, rows: list[Row], outs: Sizes, groups: int
) -> None:
    """Refuse sizes and dtypes as the kernel does that torch chooses."""
    fast = is_fast(input, weight, groups)
    if fast:
        check_complex_types(input, weight, bias, " or input should be a MKLDNN tensor and ")
    sizes = input._array.shape[2:]
    if len(rows) == 1:  # a signal is an image of one row to torch
        sizes, outs, rows = (1, *sizes), (1, *outs), [(1, 1, 1, 0, 1, 0), *rows]
    _check_rows(rows, weight)
    if min(outs) < 1:
        own, made = [" x ".join(map(str, each)) for each in (sizes, outs)]
        raise RuntimeError(
            f"Given input size per channel: ({own}). Calculated output size per channel: ({made}). Output size is too small"
        )
    if not fast:
        check_types(f"slow_conv_transpose{len(rows)}d_out_cpu", input, "Long")
        check_same_types(input, weight, bias if len(rows) == 3 else None)


def _check_rows(rows: list[Row], weight: Tensor) -> None:
    names = ("depth", "height", "width")[-len(rows) :]

    def shown(what: str, at: int, comma: str = "") -> str:
        return f"{comma} ".join(f"{what}_{name}: {row[at]}" for name, row in zip(names, rows, strict=True))

    if min(row[1] for row in rows) <= 0 and len(rows) == 2:
        raise RuntimeError(f"kernel size should be greater than zero, but got {shown('kernel', 1)}")
    if min(row[4] for row in rows) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {shown('dilation', 4, ',')}")
    if any(end >= max(step, spread) for _, _, step, _, spread, end in rows):
        each = [shown(what, at) for what, at in (("output_padding", 5), ("stride", 2), ("dilation", 4))]
        raise RuntimeError(
            f"output padding must be smaller than either stride or dilation, but got {' '.join(each)}"
        )
    if not weight._array.size:
        kind = (
            "2D or 4D weight tensor expected"
            if len(rows) == 2
            else "5D (n_output_plane x n_input_plane x kernel_depth x kernel_height x kernel_width) tensor expected for "
            "weight"
        )
        shape = list(weight._array.shape)
        raise RuntimeError(
            f"non-empty {kind}, but got: {[*shape[:2], 1, *shape[2:]] if len(shape) == 3 else shape}"
        )


def _under(sizes: Sizes, outs: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes) -> Any:
    """Return, for each element of the input, the positions of the output that its copy of the kernel lies over."""
    spatial, counts = windows(outs, kernel, stride, padding, dilation)
    shaped = spatial.reshape(*counts, -1)
    return shaped[tuple([slice(size) for size in sizes])].reshape(math.prod(sizes), -1)


def _published(ndim: int) -> Any:
    name = f"conv_transpose{ndim}d"

    def convolve(
        input: Tensor,
        weight: Tensor,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Tensor:
        settings = {
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "output_padding": output_padding,
        }
        return _transposed(name, ndim, input, weight, bias, {**settings, "groups": groups})

    convolve.__name__ = convolve.__qualname__ = name
    convolve.__doc__ = f"Return the transposed convolution of {('signals', 'images', 'volumes')[ndim - 1]}."
    return function(convolve)


conv_transpose1d, conv_transpose2d, conv_transpose3d = map(_published, (1, 2, 3))

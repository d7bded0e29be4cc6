"""Transposed convolution: each element of the input lays a copy of the kernel over the output."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from .convolution import _bias_sizes, _grouped, _places, _rows
from .convolution_checks import check_bias_type, check_rank, per_dimension, sizes_given
from .registry import function
from .shape import type_in_messages
from .windows import windows

__all__ = ["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]

Sizes = tuple[int, ...]
TransposedConvolutionBackward0 = derivative(
    "ConvolutionBackward0",
    args="places groups stride padding dilation transposed output_padding bias_sym_sizes_opt",
    input=lambda g, input, weight, places, groups: both.matmul(
        _rows(weight, groups), both.take_or_zero(g, places)
    ).reshape(tuple(input.shape)),
    weight=lambda g, input, weight, places, groups: both.sum_to(
        both.matmul(_grouped(input, groups), both.take_or_zero(g, places).swapaxes(-1, -2)),
        (1, *_rows(weight, groups).shape[1:]),
    ).reshape(tuple(weight.shape)),
    bias=lambda g: both.sum_to(g, (1, g.shape[1]) + (1,) * (g.ndim - 2)).reshape((-1,)),
)


def _check(
    input: Tensor, weight: Tensor, bias: Any, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> None:
    x, w = input._array.shape, weight._array.shape
    for name, values, least, word in (
        ("padding", padding, 0, "negative padding"),
        ("stride", stride, 1, "non-positive stride"),
        ("dilation", dilation, 1, "dilation should be greater than zero"),
    ):
        if min(values) < least:
            raise RuntimeError(word if name == "dilation" else f"{word} is not supported")
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


def _transposed(
    name: str, ndim: int, input: Tensor, weight: Tensor, bias: Any, settings: dict[str, Any]
) -> Tensor:
    check_rank(name, ndim, input)
    batched = input if input._array.ndim == ndim + 2 else input.unsqueeze(0)
    stride, padding, more, dilation = [
        per_dimension(key, sizes_given(settings[key], ndim), ndim)
        for key in ("stride", "padding", "output_padding", "dilation")
    ]
    groups = settings["groups"]
    _check(batched, weight, bias, stride, padding, dilation, groups)
    _check_types(input, weight, bias)
    x, w = batched._array, weight._array
    rows = list(zip(x.shape[2:], w.shape[2:], stride, padding, dilation, more, strict=True))
    outs = tuple(
        [(size - 1) * step - 2 * pad + spread * (k - 1) + end + 1 for size, k, step, pad, spread, end in rows]
    )
    if min(outs) < 1 or any(end >= max(step, spread) for _, _, step, _, spread, end in rows):
        _refuse_sizes(x.shape[2:], outs, rows)
    shape = (x.shape[0], w.shape[1] * groups, *outs)
    places = _places(shape, _under(x.shape[2:], outs, w.shape[2:], stride, padding, dilation), groups)
    columns = xp.matmul(_rows(w, groups).swapaxes(-1, -2), _grouped(x, groups))
    array = both.put_or_drop(columns, places, shape)
    if bias is not None:
        array = array + bias._array.reshape(1, -1, *[1] * ndim)
    kept = (places, groups, stride, padding, dilation, True, more, _bias_sizes(bias))
    result = record(TransposedConvolutionBackward0, array, (batched, weight, bias), kept)
    squeezed: Tensor = result if batched is input else result.squeeze(0)
    return squeezed


def _check_types(input: Tensor, weight: Tensor, bias: Any) -> None:
    if bias is not None:
        check_bias_type(input, bias)
    if input._array.dtype != weight._array.dtype:
        raise RuntimeError(
            f"Input type ({type_in_messages(input)}) and weight type ({type_in_messages(weight)}) should be the same or "
            "input should be a MKLDNN tensor and weight is a dense tensor"
        )


def _refuse_sizes(sizes: Sizes, outs: Sizes, rows: list[Any]) -> None:
    if len(sizes) == 1:  # a signal is an image of one row to torch
        sizes, outs, rows = (1, *sizes), (1, *outs), [(1, 1, 1, 0, 1, 0), *rows]
    names = ("depth", "height", "width")[-len(sizes) :]
    for _, _, step, _, spread, end in rows:
        if end >= max(step, spread):
            shown = [
                " ".join(f"{what}_{name}: {row[at]}" for name, row in zip(names, rows, strict=True))
                for what, at in (("output_padding", 5), ("stride", 2), ("dilation", 4))
            ]
            raise RuntimeError(
                "output padding must be smaller than either stride or dilation, but got " + " ".join(shown)
            )
    own, made = [" x ".join(map(str, each)) for each in (sizes, outs)]
    raise RuntimeError(
        f"Given input size per channel: ({own}). Calculated output size per channel: ({made}). Output size is too small"
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
        settings = {"stride": stride, "padding": padding, "output_padding": output_padding}
        return _transposed(
            name, ndim, input, weight, bias, {**settings, "groups": groups, "dilation": dilation}
        )

    convolve.__name__ = convolve.__qualname__ = name
    convolve.__doc__ = f"Return the transposed convolution of {('signals', 'images', 'volumes')[ndim - 1]}."
    return function(convolve)


conv_transpose1d, conv_transpose2d, conv_transpose3d = map(_published, (1, 2, 3))

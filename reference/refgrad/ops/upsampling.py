"""Images, signals and volumes made larger or smaller: `interpolate`, beside its derivatives.

Along each dimension an output element is a weighted sum of a few input elements. The gradient goes back to these.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from .._signatures import type_name
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from .backward_kernels import moving_kernel
from .pooling import adaptive_avg_pool1d, adaptive_avg_pool2d
from .windows import channels_innermost, is_channels_last

__all__ = ["interpolate", "upsample"]

_MODES = {  # mode: (name of the node by dimensions, what a dimension's weights are)
    "nearest": ("UpsampleNearest{}D", (1, 2, 3)),
    "nearest-exact": ("UpsampleNearestExact{}D", (1, 2, 3)),
    "linear": ("UpsampleLinear{}D", (1,)),
    "bilinear": ("UpsampleBilinear{}D", (2,)),
    "bicubic": ("UpsampleBicubic{}D", (2,)),
    "trilinear": ("UpsampleTrilinear{}D", (3,)),
}
_SCALES = {1: "scales", 2: "scales_h scales_w", 3: "scales_d scales_h scales_w"}


class _Taps(NamedTuple):
    """Which of `size` elements along a dimension each output element is made of, and their shares: (outputs, taps)."""

    places: Array
    shares: Array
    size: int

    def of(self, x: Array) -> Array:
        """Return the weighted sums along the last dimension."""
        terms = [x[..., at] for at in self.places.T]
        if len(terms) == 1:
            return terms[0]
        shares = self.shares.T.astype(x.dtype)
        return sum(term * share for term, share in zip(terms, shares, strict=True))

    def back(self, g: Array) -> Array:
        """Return what each element along the last dimension gets of a gradient."""
        made = xp.zeros((*g.shape[:-1], self.size), g.dtype)
        for at, share in zip(self.places.T, self.shares.T.astype(g.dtype), strict=True):
            if not share.any():  # as where the size stays: torch copies then, and nan goes nowhere else
                continue
            xp.add.at(made, (..., at), g * share)
        return made

    def of_bytes(self, x: Array) -> Array:
        """Return weighted sums of bytes as bytes, with shares in as many bits as fit into 16 with their sign."""
        if self.shares.shape[1] == 1:
            return x[..., self.places[:, 0]]
        bits, largest = 0, float(self.shares.max())
        while bits < 21 and int(0.5 + largest * (1 << (bits + 1))) < 1 << 15:
            bits += 1
        shares = xp.trunc(self.shares * (1 << bits) + xp.copysign(0.5, self.shares)).astype(xp.int64)
        sums = sum(
            x[..., at].astype(xp.int64) * share for at, share in zip(self.places.T, shares.T, strict=True)
        )
        return xp.clip((sums + (1 << (bits - 1))) >> bits, 0, 255).astype(x.dtype)


def _along(value: Array, taps: tuple[_Taps, ...], step: Callable[[_Taps, Array], Array]) -> Array:
    """Do a step along each of the last dimensions, the innermost first; the result lies row by row."""
    for back, each in enumerate(reversed(taps), start=1):
        value = step(each, value.swapaxes(-back, -1)).swapaxes(-back, -1)
    return xp.ascontiguousarray(value)


def _kernels(name: str) -> tuple[Any, Any]:
    """Return the two functions that make a tensor larger and bring its gradient back, each recorded as one node."""
    if name not in _made:
        there: Any = moving_kernel(
            f"{name}Backward0",
            lambda g, weights: _along(g, weights, _Taps.of),
            lambda grad, weights: _kernels(name)[1](grad, weights),
            "weights",
        )
        back: Any = moving_kernel(
            f"{name}BackwardBackward0",
            lambda g, weights: _along(g, weights, _Taps.back),
            lambda grad, weights: _kernels(name)[0](grad, weights),
            "weights",
        )
        _made[name] = there, back
    return _made[name]


_made: dict[str, tuple[Any, Any]] = {}


def _kind(mode: str, ndim: int) -> Any:
    name = _MODES[mode][0].format(ndim)
    if name not in _kinds:
        corners = "" if mode.startswith("nearest") else " align_corners"
        _kinds[name] = derivative(
            f"{name}Backward0",
            args=f"shape output_size weights {_SCALES[ndim]}{corners}",
            self=lambda g, weights: _kernels(name)[1](g, weights),
        )
    return _kinds[name]


_kinds: dict[str, Any] = {}


# ---- the weights of one dimension ----------------------------------------------------------------------------------


def _positions(count: int, size: int, scale: float | None, align: bool, dtype: Any) -> Array:
    """Return where, among `size` input elements, each of `count` output elements stands."""
    places = xp.arange(count, dtype=dtype)
    if align:
        return places * dtype((size - 1) / (count - 1) if count > 1 else 0)
    step = dtype(1 / scale if scale else size / count)
    return (places + dtype(0.5)) * step - dtype(0.5)


def _nearest(count: int, size: int, scale: float | None, exact: bool) -> _Taps:
    step = xp.float32(1 / scale if scale else size / count)
    offset = xp.float32(0.5 if exact else 0)
    chosen = xp.minimum(((xp.arange(count, dtype=xp.float32) + offset) * step).astype(xp.int64), size - 1)
    return _taps(size, [(chosen, xp.ones(count))])


def _linear(count: int, size: int, scale: float | None, align: bool) -> _Taps:
    where = xp.maximum(_positions(count, size, scale, align, xp.float64), 0)
    low = xp.minimum(where.astype(xp.int64), size - 1)
    share = xp.clip(where - low, 0, 1)
    return _taps(size, [(low, 1 - share), (xp.minimum(low + 1, size - 1), share)])


def _cubic(count: int, size: int, scale: float | None, align: bool) -> _Taps:
    where = _positions(count, size, scale, align, xp.float64)
    low = xp.floor(where).astype(xp.int64)
    t, a = where - low, -0.75

    def near(x: Array) -> Array:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: Array) -> Array:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    shares = (far(t + 1), near(t), near(1 - t), far(2 - t))
    return _taps(
        size, [(xp.clip(low + at, 0, size - 1), s) for at, s in zip(range(-1, 3), shares, strict=True)]
    )


def _taps(size: int, terms: list[tuple[Array, Array]]) -> _Taps:
    places, shares = zip(*terms, strict=True)
    return _Taps(xp.stack(places, axis=1), xp.stack(shares, axis=1), size)


def _weights(mode: str, count: int, size: int, scale: float | None, align: bool) -> _Taps:
    if mode.startswith("nearest"):
        return _nearest(count, size, scale, mode == "nearest-exact")
    return (_cubic if mode == "bicubic" else _linear)(count, size, scale, align)


# ---- the function ---------------------------------------------------------------------------------------------------


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Return signals, images or volumes (batch, channels, ...) of another size."""
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None:
            raise ValueError(
                "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
            )
    elif align_corners is None:
        align_corners = False
    ndim = input.dim() - 2
    sizes, factors = _asked(input, ndim, size, scale_factor)
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    if recompute_scale_factor or (mode == "area" and sizes is None):
        sizes, factors = _grown(input, factors), None
    if antialias:
        raise NotImplementedError("refgrad's interpolate has no antialias")
    _check_mode(ndim, mode)
    if mode == "area":
        from .volumes import adaptive_avg_pool3d

        pool = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}[ndim]
        return pool(input, sizes)
    corners = None if mode.startswith("nearest") else bool(align_corners)
    _check_numbers(mode, ndim, sizes, factors, corners)
    counts = _grown(input, factors) if sizes is None else tuple(sizes)
    _check_sizes(input, counts)
    _check_type(input, mode, ndim)
    return _resized(input, mode, counts, factors or (None,) * ndim, corners)


def _resized(input: Tensor, mode: str, counts: Any, scales: Any, corners: bool | None) -> Tensor:
    x, ndim = input._array, len(counts)
    weights = tuple(
        [
            _weights(mode, count, own, scale, bool(corners))
            for count, own, scale in zip(counts, x.shape[2:], scales, strict=True)
        ]
    )
    array = _along(x, weights, _Taps.of if x.dtype.kind == "f" else _Taps.of_bytes)
    laid_out = channels_innermost(array) if is_channels_last(x) and ndim > 1 else array
    kept = (x.shape, counts, weights, *scales)
    return record(_kind(mode, ndim), laid_out, (input,), kept if corners is None else (*kept, corners))


def _check_sizes(input: Tensor, counts: tuple[int, ...]) -> None:
    shape = input._array.shape
    if min(*shape[2:], *counts, 1) <= 0:
        between = " and" if len(counts) == 1 else ""
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input ({_named(shape[2:])}){between} output "
            f"({_named(counts)})"
        )
    if 0 in shape[1:]:
        raise RuntimeError(
            f"Non-empty {len(shape)}D data tensor expected but got a tensor with sizes {list(shape)}"
        )


def _check_type(input: Tensor, mode: str, ndim: int) -> None:
    """Refuse a dtype that torch's kernel for the mode does not know."""
    kernels = {"linear": "linear", "trilinear": "linear", "bicubic": "cubic"}
    kernel = f"compute_indices_weights_{kernels.get(mode, 'nearest')}"
    if ndim == 2 and mode != "bicubic":
        kernel = f"upsample_{mode.removesuffix('-exact')}2d_channels_last"
    bytes_too = kernels.get(mode) != "linear" and input.dtype._scalar == "Byte"
    if not (input.dtype.is_floating_point or bytes_too):
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype._scalar}'")


def _check_numbers(mode: str, ndim: int, sizes: Any, factors: Any, corners: bool | None) -> None:
    """Refuse sizes and factors that are no numbers, as C++ does."""
    given, wanted = (sizes, int) if factors is None else (factors, int | float)
    if all(isinstance(each, wanted) for each in given):
        return
    own = f"!{type_name(given)} of [{', '.join(type_name(each) for each in given)}]!"
    shown = [own, "!NoneType!"] if factors is None else ["!NoneType!", own]
    kinds = [type_name(given), "NoneType"] if factors is None else ["NoneType", type_name(given)]
    name = f"upsample_{mode.replace('-', '_')}{ndim}d"
    between = "" if corners is None else "bool align_corners, "
    if corners is not None:
        shown.insert(1, "bool")
        kinds.insert(1, "bool")
    first = f"(Tensor input, tuple of ints output_size, {between}"
    scales = ", ".join(f"float {each} = None" for each in _SCALES[ndim].split())
    raise TypeError(
        f"{'_' if '-' in mode else ''}{name}() received an invalid combination of arguments - got (Tensor, "
        f"{', '.join(kinds)}), but expected one of:\n * {first}tuple of floats scale_factors)\n      didn't match because "
        f"some of the arguments have invalid types: (Tensor, {', '.join(shown)})\n * {first}{scales}, *, Tensor out = "
        "None)\n"
    )


def _named(sizes: tuple[int, ...]) -> str:
    names = {1: "W", 2: "HW", 3: "DHW"}[len(sizes)]
    return ", ".join(f"{name}: {size}" for name, size in zip(names, sizes, strict=True))


def _asked(input: Tensor, ndim: int, size: Any, factor: Any) -> tuple[Any, Any]:
    """Return the output's sizes or the factors, one for each dimension."""
    if size is not None and factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and factor is None:
        raise ValueError("either size or scale_factor should be defined")
    given, name = (size, "size") if size is not None else (factor, "scale_factor")
    if isinstance(given, tuple | list):
        if len(given) != ndim:
            raise ValueError(
                f"Input and {'output' if name == 'size' else name} must have the same number of spatial dimensions, but got "
                f"input with spatial dimensions of {list(input.shape[2:])} and "
                + (
                    f"output size of {given}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size "
                    "in (o1, o2, ...,oK) format."
                    if name == "size"
                    else f"scale_factor of shape {given}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and "
                    "scale_factor in (s1, s2, ...,sK) format."
                )
            )
        values = tuple(given)
    else:
        values = (given,) * ndim
    if name == "size":
        if isinstance(given, tuple | list) and not all(isinstance(each, int) for each in values):
            raise TypeError(
                "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], but got size "
                f"with types {[type(each) for each in values]}"
            )
        return list(values), None
    return None, values if isinstance(given, tuple) else list(values)


def _grown(input: Tensor, factors: Any) -> tuple[int, ...]:
    return tuple(
        [
            math.floor(float(size) * factor)
            for size, factor in zip(input._array.shape[2:], factors, strict=True)
        ]
    )


def _check_mode(ndim: int, mode: str) -> None:
    if mode == "area" and ndim in (1, 2, 3):
        return
    wanted = {"linear": 3, "bilinear": 4, "trilinear": 5}
    if mode in _MODES and ndim in _MODES[mode][1]:
        return
    if mode in wanted and ndim in (1, 2, 3):
        raise NotImplementedError(f"Got {ndim + 2}D input, but {mode} mode needs {wanted[mode]}D input")
    raise NotImplementedError(
        "Input Error: Only 3D, 4D and 5D input Tensors supported "
        f"(got {ndim + 2}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact "
        f"(got {mode})"
    )


def upsample(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: Any = None,
) -> Tensor:
    """Do `interpolate` (deprecated)."""
    warnings.warn(
        "`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.",
        UserWarning,
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, mode, align_corners)

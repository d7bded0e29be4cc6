"""What pools over images and volumes share: where windows stand, what is taken of each, and the way back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import Node, derivative
from ..tensor import Tensor
from .backward_kernels import backward_kernel
from .window_checks import check_types
from .windows import channels_innermost, extent, is_channels_last, windows

__all__ = [
    "INTEGERS",
    "PoolWindows",
    "Sizes",
    "check_image_types",
    "extents",
    "in_all",
    "is_innermost",
    "laid_out",
    "largest",
    "means",
    "of_largest",
    "of_means",
    "settings",
]

Sizes = tuple[int, ...]
INTEGERS = ("Byte", "Char", "Int", "Long", "Short")  # of which the largest may be taken


# ---- where windows stand -------------------------------------------------------------------------------------------


def settings(shown: list[Sizes]) -> tuple[Sizes, Sizes, Sizes, Sizes]:
    """Return kernel, stride, padding and dilation of what a call gave: without a stride it is the kernel."""
    kernel, stride, padding, dilation = [*shown, (1,) * len(shown[0])][:4]
    return kernel, stride or kernel, padding, dilation


def extents(shape: Sizes, shown: list[Sizes], ceil: bool) -> Sizes:
    """Return how many windows stand along each dimension."""
    rows = zip(shape[-len(shown[0]) :], *settings(shown), strict=True)
    return tuple([extent(*row, ceil) for row in rows])


def in_all(shape: Sizes, spatial: Array, outs: Sizes) -> Array:
    """Return positions in each image or volume as positions in the whole input: (..., out positions, places)."""
    ndim = len(outs)
    lead = shape[:-ndim]
    planes = (xp.arange(math.prod(lead)) * math.prod(shape[-ndim:])).reshape(*lead, 1, 1)
    return xp.where(spatial < 0, -1, planes + spatial).reshape(*lead, *outs, spatial.shape[1])


class PoolWindows:
    """The windows of a pool: the `places` of each in the whole input, -1 outside of it."""

    def __init__(self, shape: Sizes, shown: list[Sizes], ceil: bool) -> None:
        kernel, stride, padding, dilation = settings(shown)
        self.shown, self.size = shown, shape[-len(kernel) :]
        spatial, self.outs = windows(self.size, kernel, stride, padding, dilation, ceil)
        self.places = in_all(shape, spatial, self.outs)

    def counted(self, with_border: bool, divisor: int | None) -> Array:
        """Return by what the sum of each window is divided."""
        if divisor is not None:
            return xp.asarray(divisor)
        return self._areas() if with_border else (self.places >= 0).sum(axis=-1)

    def _areas(self) -> Array:
        """Return how many places of each window lie in the input or the border around it."""
        kernel, stride, padding, _ = settings(self.shown)
        found = xp.ones((), xp.int64)
        for size, out, k, step, pad in zip(self.size, self.outs, kernel, stride, padding, strict=True):
            start = xp.arange(out) * step - pad
            found = found[..., None] * (xp.minimum(start + k, size + pad) - start)
        return found


# ---- images with the channels innermost ----------------------------------------------------------------------------


def is_innermost(x: Array) -> bool:
    """Return whether a batch of images has the channels innermost: torch has kernels of its own for those."""
    return x.ndim == 4 and is_channels_last(x)


def laid_out(array: Array, x: Array) -> Array:
    """Return what was made of images with the channels innermost where theirs are."""
    return channels_innermost(array) if is_innermost(x) else array


def check_image_types(name: str, input: Tensor, *scalars: str) -> None:
    """Refuse a dtype that the kernel for images does not know; `scalars` it knows besides floating-point numbers."""
    check_types(f"{name}_channels_last" if is_innermost(input._array) else name, input, *scalars)


# ---- what is taken of each -----------------------------------------------------------------------------------------


def largest(x: Array, places: Array) -> tuple[Array, Array]:
    """Return the largest element of each window, and where it stands among all elements."""
    if not places.size:
        empty = xp.zeros(places.shape[:-1], xp.int64)
        return empty.astype(x.dtype), empty
    flat = x.reshape(-1)
    least = -xp.inf if x.dtype.kind == "f" else xp.iinfo(x.dtype).min
    values = xp.where(places < 0, xp.asarray(least, x.dtype), flat[places])
    best = values.argmax(axis=-1)
    unknown = xp.isnan(values)
    if unknown.any():  # of several nan, the last one is taken
        last = values.shape[-1] - 1 - unknown[..., ::-1].argmax(axis=-1)
        best = xp.where(unknown.any(axis=-1), last, best)
    chosen = xp.take_along_axis(places, best[..., None], -1)[..., 0]
    return flat[chosen], chosen


def means(x: Array, places: Array, counted: Array) -> tuple[Array, Array]:
    """Return the sum of each window divided by a count, and the counts as the dtype of the elements."""
    sums = both.take_or_zero(x, places).sum(axis=-1, dtype=x.dtype)
    shares = counted.astype(x.dtype)
    if x.dtype.kind not in "fc":  # C++ rounds towards 0
        return xp.trunc(sums / shares).astype(x.dtype), shares
    return sums / shares, shares


# ---- the way back --------------------------------------------------------------------------------------------------


def of_largest(operation: str, args: str = "") -> type[Node]:
    """Return the node of a pool whose gradient goes to the elements chosen."""
    slope = backward_kernel(
        f"{operation}BackwardBackward0",
        lambda g, x, chosen: laid_out(both.put_flat(g, chosen, x.shape), x),
        _zeros_in_rows,
        args="chosen",
        adjoint=lambda grad, x, chosen: both.take_flat(grad, chosen),
    )
    return derivative(
        f"{operation}Backward0",
        saves="result1",
        args=f"chosen {args}",
        self=lambda g, self, result1, chosen: slope(g, self, chosen),
    )


def of_means(
    operation: str, args: str = "", check: Callable[[Sizes], None] = lambda shape: None
) -> type[Node]:
    """Return the node of a pool whose gradient is shared by all places of a window; `check` may refuse its sizes."""
    slope = backward_kernel(
        f"{operation}BackwardBackward0",
        _to_windows,
        _zeros_in_rows if "Adaptive" in operation else None,
        args="places divisor",
        adjoint=_from_windows,
    )

    def rule(g: Any, self: Any, places: Array, divisor: Array) -> Any:
        check(tuple(g.shape))
        return slope(g, self, places, divisor)

    return derivative(f"{operation}Backward0", args=f"places divisor {args}", self=rule)


def _zeros_in_rows(grad: Any, *others: Any) -> Any:
    return both.like(xp.zeros(tuple(grad.shape), both.plain(grad).dtype), grad)


def _to_windows(g: Array, x: Array, places: Array, divisor: Array) -> Array:
    shares = (g / divisor).reshape(*g.shape, 1)
    return laid_out(both.put_or_drop(both.expand(shares, places.shape), places, x.shape), x)


def _from_windows(grad: Any, x: Any, places: Array, divisor: Array) -> Any:
    return both.take_or_zero(grad, places).sum(-1) / both.like(divisor, grad)

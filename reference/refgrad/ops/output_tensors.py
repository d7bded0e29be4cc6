"""What becomes of a tensor that is given as `out=`: its sizes, and a history that fails where torch has no derivative."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

from .. import storage
from ..graph import Node, derivative
from ..recording import connect
from ..tensor import Tensor, wrap
from ..views import rebase

__all__ = ["RESIZED", "layout_of", "let_fail", "resize_out"]

RESIZED = (
    "An output with one or more elements was resized since it had shape {}, which does not match the required output "
    "shape {}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized unless they have "
    "zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
)


def let_fail(name: str, out: Tensor, *tensors: Tensor) -> None:
    """Give a tensor that was written to a history whose derivative fails."""
    needed = tuple([each for each in (*tensors, out) if each.requires_grad])
    rebase(
        out, connect(_failing(f"aten::{name.removeprefix('aten::')}", len(needed)), wrap(out._array), needed)
    )


@cache
def _failing(name: str, count: int) -> type[Node]:
    """Return the kind of node of a function that torch cannot differentiate, with so many inputs."""

    def rule(g: Any) -> Any:
        raise RuntimeError(f"derivative for {name} is not implemented")

    full_name = "torch::autograd::NotImplemented"
    rules: Any = {f"input{at}": rule for at in range(count)}
    return derivative("NotImplemented", full_name=full_name, **rules)


def resize_out(out: Tensor, shape: tuple[int, ...], steps: tuple[int, ...] | None = None) -> None:
    """Give `out` the sizes (and the strides, in elements) of a result, with a warning where it has elements."""
    if out._array.shape == shape:
        return
    if out._array.size:
        warnings.warn(
            RESIZED.format(list(out.shape), list(shape)),
            UserWarning,
            stacklevel=4,
        )
    out._array = storage.resized(out._array, shape, steps)


def layout_of(result: Tensor) -> tuple[int, ...] | None:
    """Return the strides that a copy of the result has, in elements; None for row by row."""
    steps = storage.dense_strides(result._array)
    return None if steps is None else tuple([step // result._array.itemsize for step in steps])

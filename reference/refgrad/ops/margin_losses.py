"""Losses of margins between classes, of several labels, and of triplets by any distance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import check_constants, record
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast
from .losses import chosen_reduction
from .ranking_losses import _reduced, pairwise_distance

__all__ = [
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "soft_margin_loss",
    "triplet_margin_with_distance_loss",
]


def _share(rows: int, reduction: str) -> float:
    return 1.0 / rows if reduction == "mean" and rows else 1.0


def _finished(each: Array, reduction: str) -> Array:
    if reduction == "none":
        return each
    total: Array = each.sum() if reduction == "sum" else each.sum() / max(each.size, 1)
    return xp.asarray(total).astype(each.dtype)


def _per_row(g: Any, reduction: str, rows: int) -> Any:
    """Return the gradient of each row's loss, as a column."""
    if reduction == "none":
        return g.reshape((rows, 1))
    return (g * _share(rows, reduction)).reshape((1, 1))


# ---- one class -------------------------------------------------------------------------------------------------------


def _lacks(x: Any, y: Array, p: int, margin: float, weight: Any) -> tuple[Any, Any]:
    """Return, for each row and class, what it lacks to the margin, and the weights (0 for the class itself)."""
    plain = both.plain(x)
    rows = xp.arange(len(y))
    own = both.take_flat(x, rows * plain.shape[1] + y).reshape((len(y), 1))
    lack = x - own + margin
    use = xp.ones(plain.shape, plain.dtype)
    if weight is not None:
        use = use * both.plain(weight)[y][:, None]
    use[rows, y] = 0
    return both.keep(lack, both.plain(lack) > 0), use


def _multi_margin_slope(g: Any, x: Any, y: Array, weight: Any, p: int, margin: float, reduction: str) -> Any:
    lack, use = _lacks(x.reshape((len(y), -1)), y, p, margin, weight)
    inside = (both.plain(lack) > 0).astype(both.plain(lack).dtype)
    size = both.plain(lack).shape[1]
    slope = both.like(use * inside / size, lack) if p == 1 else lack * both.like(use * 2 / size, lack)
    slope = slope * _per_row(g, reduction, len(y))
    rows = xp.arange(len(y)) * size + y
    back = both.put_flat(
        -slope.sum(1) if isinstance(slope, Tensor) else -slope.sum(axis=1), rows, tuple(slope.shape)
    )
    return (slope + back).reshape(tuple(x.shape))


MultiMarginLossBackward0 = derivative(
    "MultiMarginLossBackward0",
    saves="target weight",
    args="p margin reduction",
    self=lambda g, self, target, weight, p, margin, reduction: _multi_margin_slope(
        g, self, both.plain(target).reshape(-1), weight, p, margin, reduction
    ),
)


def _check_floats(name: str, input: Tensor) -> None:
    if input._array.dtype.kind != "f":
        raise NotImplementedError(f"\"{name}\" not implemented for '{input.dtype._scalar}'")


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return by how much other classes are nearer to the right one than a margin: mean over classes, to the power p."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    x = input._array
    if x.ndim > 2 or 0 in x.shape[-1:]:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(x.shape)}"
        )
    rows = x.reshape(1, -1) if x.ndim < 2 else x
    y = target._array.reshape(-1)
    if target._array.ndim > 1 or len(y) != len(rows):
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). "
            f"Expected target size [{len(rows)}], but got {list(target._array.shape)}. Input has shape {list(x.shape)}."
        )
    _check_floats("multi_margin_loss_cpu_kernel", input)
    if ((y < 0) | (y >= rows.shape[1])).any():
        raise RuntimeError("target out of range")
    lack, use = _lacks(rows, y, p, margin, weight)
    each = ((lack if p == 1 else lack * lack) * use).sum(axis=1) / rows.shape[1]
    each = each.astype(x.dtype).reshape(target._array.shape if x.ndim > 1 else ())
    kept = (p, margin, reduction)
    return record(MultiMarginLossBackward0, _finished(each, reduction), (input,), kept, (target, weight))


# ---- several labels --------------------------------------------------------------------------------------------------


def _labels(y: Array) -> Array:
    """Return which classes are named in each row, before the first negative number."""
    named = xp.zeros(y.shape, bool)
    for row, labels in enumerate(y):
        for label in labels:
            if label < 0:
                break
            named[row, label] = True
    return named


def _multilabel(x: Array, y: Array) -> tuple[Array, Array]:
    """Return the loss of each row, and its derivatives."""
    named, size = _labels(y), x.shape[1]
    losses, slopes = xp.zeros(len(x), x.dtype), xp.zeros(x.shape, x.dtype)
    for row, labels in enumerate(y):
        others = ~named[row]
        for label in labels:
            if label < 0:
                break
            lack = xp.where(others, 1 - x[row, label] + x[row], 0)
            inside = lack > 0
            losses[row] += lack[inside].sum() / size
            slopes[row][inside] += x.dtype.type(1 / size)
            slopes[row, label] -= inside.sum() / size
    return losses, slopes


MultilabelMarginLossBackward0 = derivative(
    "MultilabelMarginLossBackward0",
    saves="target is_target",
    args="reduction slopes",
    self=lambda g, self, target, is_target, reduction, slopes: (
        both.like(slopes, g) * _per_row(g, reduction, len(slopes))
    ).reshape(tuple(self.shape)),
)


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return by how much classes that are not named are nearer than 1 to those that are; -1 ends the names."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    x, y = input._array, target._array
    if x.ndim > 2:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(x.shape)}"
        )
    if x.shape != y.shape:
        raise RuntimeError(f"inconsistent target size: {list(y.shape)} for input of size: {list(x.shape)}")
    _check_floats("multilabel_margin_loss_forward_out_frame", input)
    rows = (1, -1) if x.ndim < 2 else x.shape
    losses, slopes = _multilabel(x.reshape(rows), y.reshape(rows))
    losses = losses.reshape(x.shape[:-1])
    marks = wrap(_labels(y.reshape(rows)).astype(x.dtype).reshape(y.shape))
    kept = (reduction, slopes)
    return record(
        MultilabelMarginLossBackward0, _finished(losses, reduction), (input,), kept, (target, marks)
    )


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the binary cross entropy of sigmoid(x), averaged over the classes."""
    from .activations import logsigmoid

    reduction = chosen_reduction(reduction, size_average, reduce)
    loss: Tensor = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    dim = input.dim() - 1
    each: Tensor = loss.sum(dim) / input.size(dim)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return _reduced(each, reduction)


def _soft_slope(g: Any, x: Any, y: Any, reduction: str) -> Any:
    power = both.exp(-y * x)
    return g * _share(both.plain(x).size, reduction) * (-y * power / (1 + power))


SoftMarginLossBackward0 = derivative(
    "SoftMarginLossBackward0",
    saves="target",
    args="reduction",
    self=lambda g, self, target, reduction: _soft_slope(g, self, target, reduction),
)


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return log(1 + exp(-y x)) for classes y of 1 and -1."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    check_constants("soft_margin_loss", target=target)
    check_broadcast(input._array.shape, target._array.shape)
    array = xp.log1p(xp.exp(-target._array * input._array)).astype(input._array.dtype)
    return record(SoftMarginLossBackward0, _finished(array, reduction), (input,), (reduction,), (target,))


# ---- triplets --------------------------------------------------------------------------------------------------------


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Return by how much a positive example is not nearer to the anchor than a negative one by a margin."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    ranks = [each.dim() for each in (anchor, positive, negative)]
    if len(set(ranks)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {ranks[0]}D, positive {ranks[1]}D, and negative {ranks[2]}D inputs"
        )
    distance = distance_function or pairwise_distance
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = far.minimum(distance(positive, negative))
    return _reduced((margin + near - far).clamp_min(0), reduction)

"""Losses of margins between classes, of several labels, and of triplets by any distance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import both, dtypes
from ..backend import Array, xp
from ..graph import derivative
from ..recording import check_constants, record
from ..tensor import Tensor, wrap
from .backward_kernels import backward_kernel, undifferentiable
from .holomorphic import refuse_complex_gradient
from .losses import chosen_reduction
from .ranking_losses import _reduced, pairwise_distance
from .window_checks import check_types

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


def _lacks(x: Array, y: Array, margin: float, weight: Array | None) -> tuple[Array, Array]:
    """Return, for each row and class, what it lacks to the margin, and the weights (0 for the class itself)."""
    rows = xp.arange(len(y))
    use = xp.ones(x.shape, x.dtype)
    if weight is not None:
        use *= weight[y][:, None]
    use[rows, y] = 0
    return xp.maximum(x - x[rows, y][:, None] + margin, 0), use


def _multi_margin_slope(
    g: Array, self: Array, target: Array, weight: Any, p: int, margin: float, reduction: str
) -> Array:
    y = target.reshape(-1)
    lack, use = _lacks(self.reshape(1, -1) if self.ndim < 2 else self, y, margin, weight)
    rows, size = lack.shape
    slope = (use * (lack > 0) if p == 1 else use * 2 * lack) / size * _per_row(g, reduction, rows)
    slope[xp.arange(rows), y] -= slope.sum(axis=1)
    return slope.astype(self.dtype).reshape(self.shape)


MultiMarginLossBackward0 = derivative(
    "MultiMarginLossBackward0",
    saves="target weight",
    args="p margin reduction",
    self=undifferentiable("aten::multi_margin_loss_backward", _multi_margin_slope),
)


def _check_kernel(name: str, input: Tensor, **others: Tensor | None) -> None:
    """Refuse dtypes that torch's kernel does not know."""
    check_types(name, input, without="Half")
    for what, each in others.items():
        if each is not None and each.dtype is not (
            wanted := dtypes.int64 if what == "target" else input.dtype
        ):
            raise RuntimeError(f"expected scalar type {wanted._scalar} but found {each.dtype._scalar}")


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
    check_constants("multi_margin_loss", weight=weight)
    x, y = input._array, target._array
    _check_rank(x)
    rows = x.reshape(1, -1) if x.ndim < 2 else x
    if y.ndim > 1 or y.size != len(rows):
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). "
            f"Expected target size [{len(rows)}], but got {list(y.shape)}. Input has shape {list(x.shape)}."
        )
    if weight is not None and weight._array.size != rows.shape[1]:
        raise RuntimeError(
            f"inconsistent weight size, expected {rows.shape[1]} but got {list(weight._array.shape)}"
        )
    each = xp.zeros(len(rows), x.dtype)
    if x.size:
        _check_kernel("multi_margin_loss_cpu_kernel", input, target=target, weight=weight)
        if ((y < 0) | (y >= rows.shape[1])).any():
            raise RuntimeError("target out of range")
        lack, use = _lacks(rows, y.reshape(-1), margin, None if weight is None else weight._array)
        each = ((lack if p == 1 else lack * lack) * use).sum(axis=1) / rows.shape[1]
    each = each.astype(x.dtype).reshape(y.shape if x.ndim > 1 else ())
    kept = (p, margin, reduction)
    return record(MultiMarginLossBackward0, _finished(each, reduction), (input,), kept, (target, weight))


def _check_rank(x: Array) -> None:
    if x.ndim > 2 or 0 in x.shape[-1:]:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(x.shape)}"
        )


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


def _multilabel_slope(
    g: Array, self: Array, target: Array, is_target: Array, reduction: str, slopes: Array
) -> Array:
    found: Array = slopes * _per_row(g, reduction, len(slopes))
    return found.astype(self.dtype).reshape(self.shape)


MultilabelMarginLossBackward0 = derivative(
    "MultilabelMarginLossBackward0",
    saves="target is_target",
    args="reduction slopes",
    self=undifferentiable("aten::multilabel_margin_loss_backward", _multilabel_slope),
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
    _check_rank(x)
    if x.shape != y.shape:
        raise RuntimeError(f"inconsistent target size: {list(y.shape)} for input of size: {list(x.shape)}")
    if x.size:
        if int(y.min()) < -1 or int(y.max()) >= (x.shape or (1,))[-1]:
            raise RuntimeError("argument #2 'target' is out of range")
        _check_kernel("multilabel_margin_loss_forward_out_frame", input, target=target)
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
    power = xp.exp(-y * x)
    return (g * _share(x.size, reduction) * (-y * power / (1 + power))).astype(x.dtype)


def _soft_adjoint(grad: Any, x: Any, target: Any, reduction: str) -> Any:
    each = soft_margin_backward(grad, x, target, reduction)
    return each if reduction == "none" else each.sum()


def _soft_second(grad: Any, grad_output: Any, x: Any, target: Any, reduction: str) -> Any:
    y = both.like(target, x)
    power = both.exp(x * -y)
    found = grad * grad_output * (y * y) * power / ((power + 1) * (power + 1))
    return found / both.plain(x).size if reduction == "mean" else found


soft_margin_backward = backward_kernel(
    "SoftMarginLossBackwardBackward0",
    _soft_slope,
    _soft_second,
    args="target reduction",
    adjoint=_soft_adjoint,
)
SoftMarginLossBackward0 = derivative(
    "SoftMarginLossBackward0",
    saves="target",
    args="reduction",
    self=lambda g, self, target, reduction: soft_margin_backward(g, self, both.plain(target), reduction),
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
    each = input.detach().neg().mul_(target.detach()).exp_().log1p_()
    array = _reduced(each, reduction)._array
    refuse_complex_gradient("soft_margin_loss", input)
    return record(SoftMarginLossBackward0, array, (input,), (reduction,), (target,))


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
    ranks = [each.ndim for each in (anchor, positive, negative)]
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

"""Loss functions of `nn.functional`, beside their derivatives."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast, common

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "nll_loss",
    "smooth_l1_loss",
]


def _reduced(array: Any, reduction: str) -> Any:
    if reduction == "none":
        return array
    total = array.sum()
    return total if reduction == "sum" else total / xp.asarray(array.size, array.dtype)


def _check_reduction(reduction: str) -> None:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")


def _scaled(g: Any, count: int, reduction: str) -> Any:
    return g / count if reduction == "mean" else g


MseLossBackward0 = derivative(
    "MseLossBackward0",
    args="reduction count",
    self=lambda g, self, target, reduction, count: _scaled(g, count, reduction) * (2 * (self - target)),
    target=lambda g, self, target, reduction, count: _scaled(g, count, reduction) * (2 * (target - self)),
)
HuberLossBackward0 = derivative(
    "HuberLossBackward0",
    args="reduction count delta",
    self=lambda g, self, target, reduction, count, delta: (
        _scaled(g, count, reduction) * both.clip(self - target, -delta, delta)
    ),
    target=lambda g, self, target, reduction, count, delta: (
        _scaled(g, count, reduction) * both.clip(target - self, -delta, delta)
    ),
)
SmoothL1LossBackward0 = derivative(
    "SmoothL1LossBackward0",
    args="reduction count beta",
    self=lambda g, self, target, reduction, count, beta: (
        _scaled(g, count, reduction) * (both.clip(self - target, -beta, beta) / beta)
    ),
    target=lambda g, self, target, reduction, count, beta: (
        _scaled(g, count, reduction) * (both.clip(target - self, -beta, beta) / beta)
    ),
)
BinaryCrossEntropyBackward0 = derivative(
    "BinaryCrossEntropyBackward0",
    saves="weight",
    args="reduction count",
    self=lambda g, self, target, weight, reduction, count: (
        _weighted(_scaled(g, count, reduction), weight)
        * (self - target)
        / both.at_least((1 - self) * self, 1e-12)
    ),
    target=lambda g, self, weight, reduction, count: (
        _weighted(_scaled(g, count, reduction), weight) * (both.log(1 - self) - both.log(self))
    ),
)
BinaryCrossEntropyWithLogitsBackward0 = derivative(
    "BinaryCrossEntropyWithLogitsBackward0",
    saves="weight pos_weight",
    args="reduction count",
    self=lambda g, self, target, weight, pos_weight, reduction, count: (
        _weighted(_scaled(g, count, reduction), weight) * _logits_slope(self, target, pos_weight)
    ),
    target=lambda g, self, weight, reduction, count: -_weighted(_scaled(g, count, reduction), weight) * self,
)
NllLossBackward0 = derivative(
    "NllLossBackward0",
    saves="self target total_weight",
    args="factors",
    input=lambda g, self, target, total_weight, factors: _nll_slope(g, self, factors),
)
NllLoss2DBackward0 = derivative(
    "NllLoss2DBackward0",
    saves="self target total_weight",
    args="factors",
    input=lambda g, self, target, total_weight, factors: _nll_slope(g, self, factors),
)


def _weighted(g: Any, weight: Any) -> Any:
    return g if weight is None else g * weight


def _logits_slope(x: Any, target: Any, pos_weight: Any) -> Any:
    s = 1 / (1 + both.exp(-x))
    if pos_weight is None:
        return s - target
    return (1 - target) * s - pos_weight * target * (1 - s)


def _nll_slope(g: Any, value: Any, factors: Any) -> Any:
    """Send the gradient to the log-probability of each target, times its weight."""
    places, shares, per_sample = factors
    if per_sample is not None:
        g = g.reshape((-1,))
    return both.put_flat(g * both.like(shares, g), places, tuple(value.shape))


def _pair(input: Tensor, target: Tensor, name: str) -> tuple[Array, Array]:
    if target._array.shape != input._array.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            UserWarning,
            stacklevel=3,
        )
        check_broadcast(input._array.shape, target._array.shape)
    x, y = common(input, target)
    if x.dtype.kind not in "fc":
        raise NotImplementedError(f"\"{name}\" not implemented for '{input.dtype.scalar}'")
    return x, y


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Tensor:
    """Return the squared differences: their mean, their sum, or each."""
    _check_reduction(reduction)
    x, y = _pair(input, target, "mse_cpu")
    difference = x - y
    array = difference * difference
    return record(
        MseLossBackward0, _reduced(array, reduction), (input, target), (reduction, max(array.size, 1))
    )


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Any = None
) -> Tensor:
    """Return squares of small and absolute values of large differences: mean, sum, or each."""
    _check_reduction(reduction)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    x, y = _pair(input, target, "huber_cpu")
    size = xp.abs(x - y)
    array = xp.where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta)).astype(size.dtype)
    return record(
        HuberLossBackward0,
        _reduced(array, reduction),
        (input, target),
        (reduction, max(array.size, 1), delta),
    )


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Return squares of small differences over `beta` and absolute values of large ones: mean, sum, or each."""
    _check_reduction(reduction)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    x, y = _pair(input, target, "smooth_l1_cpu")
    size = xp.abs(x - y)
    array = xp.where(size < beta, 0.5 * size * size / beta, size - 0.5 * beta).astype(size.dtype)
    kept = (reduction, max(array.size, 1), beta)
    return record(SmoothL1LossBackward0, _reduced(array, reduction), (input, target), kept)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    weight: Any = None,
) -> Tensor:
    """Return the absolute differences: their mean, their sum, or each."""
    _check_reduction(reduction)
    _pair(input, target, "abs_cpu")
    size = (input - target).abs()
    result: Tensor = size if reduction == "none" else size.mean() if reduction == "mean" else size.sum()
    return result


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return -(y log x + (1 - y) log(1 - x)), with the logarithms not below -100: mean, sum, or each."""
    _check_reduction(reduction)
    if target._array.shape != input._array.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    x, y = input._array, target._array
    if x.dtype != y.dtype:
        raise RuntimeError(f"Found dtype {target.dtype.scalar} but expected {input.dtype.scalar}")
    if not ((x >= 0) & (x <= 1)).all():
        raise RuntimeError("all elements of input should be between 0 and 1")
    if not ((y >= 0) & (y <= 1)).all():
        raise RuntimeError("all elements of target should be between 0 and 1")
    floor = x.dtype.type(-100)
    array = (y - 1) * xp.maximum(xp.log1p(-x), floor) - y * xp.maximum(xp.log(x), floor)
    if weight is not None:
        array = array * weight._array
    kept = (reduction, max(array.size, 1))
    return record(BinaryCrossEntropyBackward0, _reduced(array, reduction), (input, target), kept, (weight,))


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    pos_weight: Any = None,
) -> Tensor:
    """Return the binary cross entropy of sigmoid(x), without its rounding: mean, sum, or each."""
    _check_reduction(reduction)
    if target._array.shape != input._array.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    x, y = input._array, target._array
    softplus = xp.log1p(xp.exp(-xp.abs(x))) + xp.maximum(-x, xp.zeros((), x.dtype))
    if pos_weight is None:
        array = (1 - y) * x + softplus
    else:
        array = (1 - y) * x + ((pos_weight._array - 1) * y + 1) * softplus
    if weight is not None:
        array = array * weight._array
    kept = (reduction, max(array.size, 1))
    extra = (weight, pos_weight)
    return record(
        BinaryCrossEntropyWithLogitsBackward0, _reduced(array, reduction), (input, target), kept, extra
    )


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: int = -100,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return minus the log-probability of each target class: weighted mean, sum, or each."""
    _check_reduction(reduction)
    x, classes = input._array, target._array
    axis = 0 if x.ndim == 1 else 1
    outside = _check_targets(x, target, weight, axis, ignore_index)
    if outside or 0 <= ignore_index < x.shape[axis]:
        counted = classes != ignore_index
        classes = xp.where(counted, classes, 0)
    else:
        counted = xp.ones(classes.shape, bool)
    shares = counted if weight is None else xp.where(counted, weight._array[classes], 0)
    shares = shares.astype(x.dtype)
    places = _places_of(classes, x.shape)
    picked = -x.reshape(-1)[places] * shares
    total = shares.sum()
    if reduction == "mean":
        array, shares = picked.sum() / total, -shares / total
    else:
        array, shares = (picked.sum() if reduction == "sum" else picked), -shares
    kind = NllLoss2DBackward0 if x.ndim > 2 else NllLossBackward0
    each = True if reduction == "none" and x.ndim > 1 else None
    factors = (places.reshape(-1), shares.reshape(-1), each)
    return record(kind, array, (input,), (factors,), (input, target, wrap(xp.asarray(total))))


def _places_of(classes: Array, shape: tuple[int, ...]) -> Array:
    """Return where, in row-major order of `shape` (batch, class, ...), the chosen classes stand."""
    if len(shape) == 1:
        return classes
    rest = math.prod(shape[2:])
    rows = (xp.arange(shape[0]) * (shape[1] * rest)).reshape((-1,) + (1,) * (len(shape) - 2))
    places = rows + classes * rest
    return places if rest == 1 else places + xp.arange(rest).reshape(shape[2:])


def _check_targets(x: Array, target: Tensor, weight: Any, axis: int, ignore_index: int) -> bool:
    """Refuse what are not classes; return whether some are outside of them, as a class to be ignored may be."""
    classes, count = target._array, x.shape[axis]
    if x.ndim > 1 and x.shape[0] != classes.shape[0]:
        raise ValueError(
            f"Expected input batch_size ({x.shape[0]}) to match target batch_size ({classes.shape[0]})."
        )
    if classes.dtype not in (xp.int64, xp.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {target.dtype.scalar}")
    if weight is not None and weight._array.shape != (count,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {count} classes or no classes but got weight "
            f"tensor of shape: {list(weight._array.shape)}"
        )
    unsigned = classes.view(xp.uint64) if classes.dtype == xp.int64 else classes  # what is negative is large
    outside = unsigned >= count
    if not outside.any():
        return False
    wrong = classes[outside & (classes != ignore_index)]
    if wrong.size:
        raise IndexError(f"Target {wrong.flat[0]} is out of bounds.")
    return True


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: int = -100,
    reduce: Any = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the negative log-likelihood of softmax(x), for classes or for probabilities as targets."""
    _check_reduction(reduction)
    axis = 0 if input._array.ndim == 1 else 1
    if target._array.shape != input._array.shape:
        if input._array.ndim > 1 and target._array.ndim and input._array.shape[0] != target._array.shape[0]:
            _check_targets(input._array, target, weight, axis, ignore_index)
        chances = input.log_softmax(axis)
        if not label_smoothing:
            return nll_loss(chances, target, weight, None, ignore_index, None, reduction)
        plain = nll_loss(chances, target, weight, None, ignore_index, None, reduction)
        spread = -(
            chances.sum(axis)
            if weight is None
            else (chances * weight.view(-1, *[1] * (input.ndim - 2))).sum(axis)
        )
        kept = target != ignore_index
        spread = spread.masked_fill(~kept, 0.0)
        if reduction == "mean":
            spread = spread.sum() / (
                kept.sum()
                if weight is None
                else weight[target.masked_fill(~kept, 0)].masked_fill(~kept, 0).sum()
            )
        elif reduction == "sum":
            spread = spread.sum()
        smooth: Tensor = plain * (1 - label_smoothing) + spread * (label_smoothing / input.shape[axis])
        return smooth
    classes = input._array.shape[axis]
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    product = input.log_softmax(axis) * target
    if weight is not None:
        product = product * weight.view(-1, *[1] * (input.ndim - 2)) if input.ndim > 1 else product * weight
    if reduction == "none":
        each: Tensor = -product.sum(axis)
        return each
    total = -product.sum()
    return total if reduction == "sum" else _mean_over(total, max(input._array.size // classes, 1))


DivBackward1 = derivative("DivBackward1", args="other", self=lambda g, other: g / other)


def _mean_over(total: Tensor, count: int) -> Tensor:
    return record(DivBackward1, total._array / xp.asarray(count, total._array.dtype), (total,), (count,))


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Return y (log y - x) for log-probabilities x: mean, mean per batch, sum, or each."""
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides "
            "only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the "
            "same as 'batchmean' in the next major release.",
            UserWarning,
            stacklevel=2,
        )
    each: Tensor = target.exp() * (target - input) if log_target else target.xlogy(target) - target * input
    if reduction == "none":
        return each
    total: Tensor = each.mean() if reduction == "mean" else each.sum()
    return total / input.shape[0] if reduction == "batchmean" else total

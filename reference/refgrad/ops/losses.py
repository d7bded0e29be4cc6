"""Loss functions of `nn.functional`, beside their derivatives."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from .. import backend, both, dtypes
from ..backend import Array, xp
from ..graph import derivative
from ..recording import check_constants, record
from ..tensor import Tensor
from .arithmetic import refuse_bool_sub
from .backward_kernels import backward_kernel
from .broadcasting import check_broadcast, common, keep_layout, row_major
from .holomorphic import refuse_complex
from .inplace import MISMATCH, check_cast

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "smooth_l1_loss",
]


def _reduced(array: Any, reduction: str) -> Any:
    if reduction == "none":
        return array
    total = array.sum()
    return total if reduction == "sum" else total / xp.asarray(array.size, array.dtype)


def check_reduction(reduction: str) -> None:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")


def chosen_reduction(reduction: str, size_average: Any, reduce: Any) -> str:
    """Return how to reduce, which `size_average` and `reduce` said in former times."""
    if size_average is None and reduce is None:
        check_reduction(reduction)
        return reduction
    all_elements = reduce is None or reduce
    if (size_average is None or size_average) and all_elements:
        chosen = "mean"
    else:
        chosen = "sum" if all_elements else "none"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{chosen}' instead.",
        UserWarning,
        stacklevel=3,
    )
    return chosen


def _check_weights(weight: Tensor, input: Tensor) -> None:
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")


def _with_weights(each: Tensor, weight: Tensor, reduction: str) -> Tensor:
    """Return the losses times weights of the same size: their sum over that of the weights, their sum, or each."""
    result: Tensor = each * weight
    if reduction == "none":
        return result
    total: Tensor = result.sum()
    return total / weight.sum() if reduction == "mean" else total


def _share(count: int, reduction: str) -> float:
    return 1 / max(count, 1) if reduction == "mean" else 1.0


def _apart(g: Array, x: Array, y: Array) -> Array:
    """Return the difference in the dtype of the loss."""
    return x.astype(g.dtype, copy=False) - y.astype(g.dtype, copy=False)


def _mse_slope(g: Array, x: Array, y: Array, share: float) -> Any:
    return _as_rows(_apart(g, x, y) * (2 * share) * g, x)


def _as_rows(slope: Array, x: Array) -> Array:
    """Return a gradient of x row by row, as torch's kernels of these losses do."""
    return row_major(slope.astype(x.dtype, copy=False))


def _mse_bend(grad: Any, grad_output: Any, x: Any, y: Any, share: float) -> Any:
    return grad * grad_output * (2 * share)


def _huber_slope(g: Array, x: Array, y: Array, share: float, delta: float) -> Any:
    if x.dtype != y.dtype:  # torch's kernel of this slope takes operands of one dtype only
        found, expected = dtypes.of(y.dtype)._scalar, dtypes.of(x.dtype)._scalar
        raise RuntimeError(f"Found dtype {found} but expected {expected}")
    return _as_rows(both.clip(_apart(g, x, y), -delta, delta) * share * g, x)


def _smooth_bend(grad: Any, grad_output: Any, x: Any, y: Any, share: float, beta: float) -> Any:
    refuse_bool_sub(x, y)
    inside = xp.abs(both.plain(x) - both.plain(y)) < beta
    return both.keep(grad * grad_output * (share / beta), inside)


def _huber_bend(grad: Any, grad_output: Any, x: Any, y: Any, share: float, delta: float) -> Any:
    inside = xp.abs(both.plain(x) - both.plain(y)) < delta
    return both.keep(grad * grad_output * share, inside)


def _minus(bend: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: -bend(*given)


mse_backward = backward_kernel(
    "MseLossBackwardBackward0", _mse_slope, _mse_bend, _minus(_mse_bend), values="self target", args="share"
)
smooth_l1_backward = backward_kernel(
    "SmoothL1LossBackwardBackward0",
    lambda g, x, y, share, beta: _as_rows(both.clip(_apart(g, x, y), -beta, beta) * (share / beta) * g, x),
    _smooth_bend,
    _minus(_smooth_bend),
    values="self target",
    args="share beta",
)
huber_backward = backward_kernel(
    "HuberLossBackwardBackward0",
    _huber_slope,
    _huber_bend,
    _minus(_huber_bend),
    values="self target",
    args="share delta",
)
MseLossBackward0 = derivative(
    "MseLossBackward0",
    args="share reduction",
    self=lambda g, self, target, share: mse_backward(g, self, target, share),
    target=lambda g, self, target, share: mse_backward(g, target, self, share),
)
HuberLossBackward0 = derivative(
    "HuberLossBackward0",
    args="share reduction delta",
    self=lambda g, self, target, share, delta: huber_backward(g, self, target, share, delta),
    target=lambda g, self, target, share, delta: huber_backward(g, target, self, share, delta),
)
SmoothL1LossBackward0 = derivative(
    "SmoothL1LossBackward0",
    args="share reduction beta",
    self=lambda g, self, target, share, beta: smooth_l1_backward(g, self, target, share, beta),
    target=lambda g, self, target, share, beta: smooth_l1_backward(g, target, self, share, beta),
)


def _entropy_slope(g: Any, x: Any, y: Any, share: float, weight: Any) -> Any:
    return keep_layout(_weighted(g * share, weight) * (x - y) / both.at_least((1 - x) * x, 1e-12), x)


def _entropy_bend(grad: Any, grad_output: Any, x: Any, y: Any, share: float, weight: Any) -> Any:
    over = both.at_least((1 - x) * x, 1e-12)
    slope = (x * x - 2 * x * y + y) / (over * over)
    return _weighted(grad * grad_output * share, weight) * slope


def _entropy_turn(grad: Any, grad_output: Any, x: Any, y: Any, share: float, weight: Any) -> Any:
    return _weighted(grad * grad_output * share, weight) / -both.at_least((1 - x) * x, 1e-12)


entropy_backward = backward_kernel(
    "BinaryCrossEntropyBackwardBackward0",
    _entropy_slope,
    _entropy_bend,
    _entropy_turn,
    values="self target",
    args="share weight",
)
BinaryCrossEntropyBackward0 = derivative(
    "BinaryCrossEntropyBackward0",
    saves="weight",
    args="share reduction",
    self=lambda g, self, target, weight, share: entropy_backward(g, self, target, share, both.plain(weight)),
    target=lambda g, self, weight, share, reduction: _shared(
        _weighted((both.log(1 - self) - both.log(self)) * g, weight), share, reduction
    ),
)
BinaryCrossEntropyWithLogitsBackward0 = derivative(
    "BinaryCrossEntropyWithLogitsBackward0",
    saves="weight pos_weight",
    args="share reduction",
    self=lambda g, self, target, weight, pos_weight, share, reduction: _shared(
        _weighted(_logits_slope(self, target, pos_weight) * g, weight), share, reduction
    ),
    target=lambda g, self, weight, pos_weight, share, reduction: _shared(
        _weighted(_target_slope(self, pos_weight) * g, weight), share, reduction
    ),
)


def _shared(g: Any, share: float, reduction: str) -> Any:
    return g / round(1 / share) if reduction == "mean" else g


def _weighted(g: Any, weight: Any) -> Any:
    return g if weight is None else g * weight


def _target_slope(x: Any, pos_weight: Any) -> Any:
    if pos_weight is None:
        return -x
    s = 1 / (1 + both.exp(-x))
    return both.log(1 - s) - pos_weight * both.log(s)


def _logits_slope(x: Any, target: Any, pos_weight: Any) -> Any:
    s = 1 / (1 + both.exp(-x))
    if pos_weight is None:
        return s - target
    return (1 - target) * s - pos_weight * target * (1 - s)


def _prepared(
    input: Tensor, target: Tensor, reduction: str, size_average: Any = None, reduce: Any = None
) -> tuple[Tensor, Tensor, str]:
    """Expand both to their common sizes, with a warning where they differ; return them, and how to reduce."""
    shape, wanted = input._array.shape, target._array.shape
    if shape != wanted:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            UserWarning,
            stacklevel=3,
        )
    if size_average is not None or reduce is not None:
        reduction = chosen_reduction(reduction, size_average, reduce)
    if shape != wanted:
        check_broadcast(shape, wanted)
        common_shape = tuple(backend.broadcast_shapes(shape, wanted))
        input, target = [
            each if each._array.shape == common_shape else each.expand(common_shape)
            for each in (input, target)
        ]
    check_reduction(reduction)
    return input, target, reduction


def _arrays(name: str, input: Tensor, target: Tensor) -> tuple[Array, Array]:
    x, y = common(input, target)
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"{name}\" not implemented for '{dtypes.of(x.dtype)._scalar}'")
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
    given = input
    input, target, reduction = _prepared(input, target, reduction, size_average, reduce)
    if weight is not None:
        _check_weights(weight, given)
        return _with_weights((input - target) ** 2, weight, reduction)
    x, y = _arrays("mse_cpu", input, target)
    difference = x - y
    array = keep_layout(difference * difference, x, y)
    kept = (_share(array.size, reduction), reduction)
    return record(MseLossBackward0, _reduced(array, reduction), (input, target), kept)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Any = None
) -> Tensor:
    """Return squares of small and absolute values of large differences: mean, sum, or each."""
    given = input
    input, target, reduction = _prepared(input, target, reduction)
    if weight is not None:
        _check_weights(weight, given)
        each = huber_loss(input, target, "none", delta)
        weighted = _with_weights(each, weight, "none" if reduction == "mean" else reduction)
        return weighted.mean() if reduction == "mean" else weighted
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    check_cast(dtypes.result_of((input, target)), input.dtype)
    x, y = _arrays("huber_cpu", input, target)
    size = xp.abs(x - y)
    array = xp.where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta)).astype(
        input._array.dtype
    )
    array = keep_layout(array, input._array)
    kept = (_share(array.size, reduction), reduction, delta)
    return record(HuberLossBackward0, _reduced(array, reduction), (input, target), kept)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Return squares of small differences over `beta` and absolute values of large ones: mean, sum, or each."""
    input, target, reduction = _prepared(input, target, reduction, size_average, reduce)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    x, y = _arrays("smooth_l1_cpu", input, target)
    size = xp.abs(x - y)
    array = xp.where(size < beta, 0.5 * size * size / beta, size - 0.5 * beta).astype(size.dtype)
    array = keep_layout(array, x, y)
    kept = (_share(array.size, reduction), reduction, beta)
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
    given = input
    input, target, reduction = _prepared(input, target, reduction, size_average, reduce)
    if weight is not None:
        _check_weights(weight, given)
        return _with_weights((input - target).abs(), weight, reduction)
    size = (input - target).abs()
    result: Tensor = size if reduction == "none" else size.mean() if reduction == "mean" else size.sum()
    return result


def _first(wrong: Array, *operands: Array) -> int:
    """Return the place of the first wrong element, in the order in which torch goes through some operands."""
    wrong = keep_layout(wrong, *operands).ravel("K")
    return int(wrong.argmax()) if wrong.any() else wrong.size


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return -(y log x + (1 - y) log(1 - x)), with the logarithms not below -100: mean, sum, or each."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if target._array.shape != input._array.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    if weight is not None:
        from .blocks import broadcast_shapes

        joint = broadcast_shapes(target.shape, weight.size())
        if joint != input.shape:
            raise RuntimeError(MISMATCH.format(list(input.shape), list(joint)))
    check_constants("binary_cross_entropy", weight=weight)
    x, y = input._array, target._array
    if x.dtype != y.dtype:
        raise RuntimeError(f"Found dtype {target.dtype._scalar} but expected {input.dtype._scalar}")
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"binary_cross_entropy\" not implemented for '{input.dtype._scalar}'")
    for name, wrong in sorted(
        (("input", ~((x >= 0) & (x <= 1))), ("target", ~((y >= 0) & (y <= 1)))),
        key=lambda pair: _first(pair[1], x, y),
    ):  # torch looks at one pair after the other
        if wrong.any():
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    floor = x.dtype.type(-100)
    array = (y - 1) * xp.maximum(xp.log1p(-x), floor) - y * xp.maximum(xp.log(x), floor)
    array = keep_layout(array, x)
    if weight is not None:
        array = keep_layout((array * weight._array).astype(array.dtype), array)
    kept = (_share(array.size, reduction), reduction)
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
    reduction = chosen_reduction(reduction, size_average, reduce)
    if target._array.shape != input._array.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    check_constants("binary_cross_entropy_with_logits", weight=weight, pos_weight=pos_weight)
    x, y = input._array, target._array
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"log_sigmoid_cpu\" not implemented for '{input.dtype._scalar}'")
    if y.dtype.kind == "b":  # 1 - target, with a 1 of the same dtype
        refuse_bool_sub(target, True)
    check_cast(dtypes.result_of((input, target)), target.dtype)
    if pos_weight is not None:
        check_broadcast(pos_weight._array.shape, y.shape)
    if weight is not None:
        check_broadcast(y.shape, weight._array.shape)
    softplus = xp.log1p(xp.exp(-xp.abs(x))) + xp.maximum(-x, xp.zeros((), x.dtype))
    factor = 1 if pos_weight is None else (pos_weight._array - 1) * y + 1
    array = keep_layout(((1 - y) * x + factor * softplus).astype(y.dtype), y, x)
    if weight is not None:
        array = keep_layout((array * weight._array).astype(array.dtype), array)
    kept = (_share(array.size, reduction), reduction)
    extra = (weight, pos_weight)
    return record(
        BinaryCrossEntropyWithLogitsBackward0, _reduced(array, reduction), (input, target), kept, extra
    )


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Return y (log y - x) for log-probabilities x: mean, mean per batch, sum, or each."""
    if size_average is not None or reduce is not None or reduction not in ("mean", "batchmean"):
        reduction = chosen_reduction(reduction, size_average, reduce)
    elif reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides "
            "only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the "
            "same as 'batchmean' in the next major release.",
            UserWarning,
            stacklevel=2,
        )
    if not (isinstance(input, Tensor) and isinstance(target, Tensor)):
        raise TypeError("kl_div")
    return divergence(input, target, reduction, log_target)


def divergence(input: Tensor, target: Tensor, reduction: str, log_target: bool) -> Tensor:
    """Do `kl_div` without its warnings."""
    for operand in (input, target):
        refuse_complex(operand._array, "kl_div: Complex inputs not supported.", RuntimeError)
    if input.dtype._is_integral or target.dtype._is_integral:
        raise RuntimeError("kl_div: Integral inputs not supported.")
    later = target - input if log_target else target * input  # C++ computes the second operand first
    each: Tensor = target.exp() * later if log_target else target.xlogy(target) - later
    if reduction == "none":
        return each
    total: Tensor = each.mean() if reduction == "mean" else each.sum()
    return total / input.shape[0] if reduction == "batchmean" and input._array.ndim else total

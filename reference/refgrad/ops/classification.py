"""Losses of class predictions: `nll_loss` and `cross_entropy`, beside their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import both, dtypes, storage
from ..backend import Array, xp
from ..grad_mode import like_cpp
from ..graph import derivative
from ..recording import check_constants, record
from ..tensor import Tensor, wrap
from .backward_kernels import backward_kernel
from .broadcasting import row_major
from .losses import chosen_reduction
from .shape import view

__all__ = ["cross_entropy", "nll_loss"]


def _nll_kernel(name: str) -> Callable[..., Any]:
    return backward_kernel(
        name,
        lambda g, x, factors: _nll_slope(g, x, factors),
        args="factors",
        adjoint=lambda grad, x, factors: _nll_of(grad, factors),
    )


nll_backward = _nll_kernel("NllLossBackwardBackward0")


nll2d_backward = _nll_kernel("NllLoss2DBackwardBackward0")


NllLossBackward0 = derivative(
    "NllLossBackward0",
    saves="self target weight total_weight",
    args="factors reduction ignore_index",
    input=lambda g, self, target, weight, total_weight, factors: nll_backward(g, self, factors),
)


NllLoss2DBackward0 = derivative(
    "NllLoss2DBackward0",
    saves="self target weight total_weight",
    args="factors reduction ignore_index",
    input=lambda g, self, target, weight, total_weight, factors: nll2d_backward(g, self, factors),
)


def _counted(terms: Any, counted: Array | None) -> Any:
    """Return terms without those of the class to be ignored, which may be infinite."""
    return terms if counted is None else both.keep(terms, counted)


def _nll_of(grad: Any, factors: Any) -> Any:
    """Return the loss that `grad` as log-probabilities would have: per sample, or their sum."""
    places, shares, shape, _, counted = factors
    terms = _counted(both.take_flat(grad, places) * both.like(shares, grad), counted)
    return terms.sum() if shape is None else terms.reshape(shape)


def _nll_slope(g: Any, value: Any, factors: Any) -> Any:
    """Send the gradient to the log-probability of each target, times its weight."""
    places, shares, shape, targets, counted = factors
    if value.ndim > 2 and not storage.empty_like(value, value.dtype).flags.c_contiguous:
        raise RuntimeError("grad_input must be contiguous")
    if value.ndim == 1 and targets and targets != tuple(value.shape):
        raise RuntimeError(f"size mismatch (got input: {list(value.shape)}, target: {list(targets)})")
    if shape is not None:
        g = g.reshape((-1,))
    return both.put_flat(_counted(g * both.like(shares, g), counted), places, tuple(value.shape))


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
    reduction = chosen_reduction(reduction, size_average, reduce)
    x, classes = input._array, target._array
    if x.ndim == 3 or x.ndim > 4:
        return _as_images(input, target, weight, ignore_index, reduction)
    axis = 0 if x.ndim == 1 else 1
    outside = _check_targets(x, target, weight, axis, ignore_index)
    if x.ndim == 1:
        classes = classes.reshape(())
    counted = None
    if outside or 0 <= ignore_index < x.shape[axis]:
        counted = classes != ignore_index
        classes = xp.where(counted, classes, 0)
    shares = xp.ones(classes.shape, x.dtype) if weight is None else weight._array[classes].astype(x.dtype)
    shares = _counted(shares, counted)
    places = _places_of(classes, x.shape)
    picked = _counted(-x.reshape(-1)[places] * shares, counted)
    total = shares.sum()
    if reduction == "mean":
        array, shares = picked.sum() / total, -shares / total
    else:
        array, shares = (picked.sum() if reduction == "sum" else picked), -shares
    array = row_major(xp.asarray(array))
    kind = NllLoss2DBackward0 if x.ndim > 2 else NllLossBackward0
    each = classes.shape if reduction == "none" and x.ndim > 1 else None
    rows = None if counted is None else counted.reshape(-1)
    factors = (places.reshape(-1), shares.reshape(-1), each, target._array.shape, rows)
    kept = (factors, reduction, ignore_index)
    return record(kind, array, (input,), kept, (input, target, weight, wrap(xp.asarray(total))))


def _as_images(input: Tensor, target: Tensor, weight: Any, ignore_index: int, reduction: str) -> Tensor:
    """Compute the loss of three or more than four dimensions, seen as images."""
    shape, given = input._array.shape, target._array.shape
    _check_batch(shape, given)
    if not given:
        raise RuntimeError("ArrayRef: invalid slice, N = 1; size = 0")
    if given[1:] != shape[2:]:
        raise RuntimeError(f"Expected target size {[shape[0], *shape[2:]]}, got {list(given)}")
    input, target = input.contiguous(), target.contiguous()
    seen = view(input, (*shape[:2], *((1, -1) if input._array.size else (0, 0))))
    classes = view(target, (given[0], *((1, -1) if target._array.size else (0, 0))))
    found = nll_loss(seen, classes, weight, None, ignore_index, None, reduction)
    return found if reduction != "none" else view(found, (shape[0], *shape[2:]))


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
    classes = target._array
    if not x.ndim:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    _check_batch(x.shape, classes.shape)
    check_constants("nll_loss_forward" if x.ndim < 3 else "nll_loss2d_forward", weight=weight)
    _check_target_dimensions(x.shape, classes.shape)
    if x.ndim > 2:
        _check_target_dtype(target)
    _check_target_sizes(x.shape, classes.shape)
    _check_target_dtype(target)
    if x.ndim == 1 and classes.size != 1:
        raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {classes.size}")
    if weight is not None and weight._array.shape != (x.shape[axis],):
        if x.ndim > 2:
            raise RuntimeError("weight tensor should be defined either for all or no classes")
        raise RuntimeError(
            f"weight tensor should be defined either for all {x.shape[axis]} classes or no classes but got weight "
            f"tensor of shape: {list(weight._array.shape)}"
        )
    if x.ndim == 2 and not classes.ndim:  # the batch is compared once more
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if x.dtype.kind != "f":
        frame = "nll_loss_out_frame" if x.ndim < 3 else "nll_loss2d_forward_out_frame"
        raise NotImplementedError(f"\"{frame}\" not implemented for '{dtypes.of(x.dtype)._scalar}'")
    if weight is not None and weight._array.dtype != x.dtype:
        raise RuntimeError(
            f"expected scalar type {dtypes.of(x.dtype)._scalar} but found {weight.dtype._scalar}"
        )
    if x.ndim > 2 and classes.dtype != xp.int64:
        raise RuntimeError(f"expected scalar type Long but found {target.dtype._scalar}")
    unsigned = classes.view(xp.uint64) if classes.dtype == xp.int64 else classes  # what is negative is large
    outside = unsigned >= x.shape[axis]
    if not outside.any():
        return False
    wrong = classes[outside & (classes != ignore_index)]
    if wrong.size:
        raise IndexError(f"Target {wrong.flat[0]} is out of bounds.")
    return True


def _check_batch(shape: tuple[int, ...], target: tuple[int, ...]) -> None:
    batch = target[0] if target else 0
    if len(shape) > 1 and shape[0] != batch:
        raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({batch}).")


def _check_target_dtype(target: Tensor) -> None:
    if target._array.dtype not in (xp.int64, xp.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {target.dtype._scalar}")


def _check_target_dimensions(shape: tuple[int, ...], target: tuple[int, ...]) -> None:
    if len(shape) < 3:
        if len(target) > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    elif len(target) != 3:
        raise RuntimeError(
            f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {len(target)}"
        )


def _check_target_sizes(shape: tuple[int, ...], target: tuple[int, ...]) -> None:
    if len(shape) > 2 and target[1:] != shape[2:]:
        raise RuntimeError(f"size mismatch (got input: {list(shape)} , target: {list(target)}")


@like_cpp
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
    reduction = chosen_reduction(reduction, size_average, reduce)
    if target._array.shape == input._array.shape:
        return _of_chances(input, target, weight, ignore_index, reduction, label_smoothing)
    _check_smoothing(label_smoothing)
    chances = input.log_softmax(0 if input._array.ndim == 1 else 1)
    plain = nll_loss(chances, target, weight, None, ignore_index, None, reduction)
    if label_smoothing <= 0:
        return plain
    return _smoothed(chances, target, weight, ignore_index, reduction, label_smoothing, plain)


def _smoothed(
    chances: Tensor,
    target: Tensor,
    weight: Any,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
    plain: Tensor,
) -> Tensor:
    """Return the loss of classes, `plain`, mixed with that of all classes alike."""
    axis = 0 if chances._array.ndim == 1 else 1
    weighted = chances if weight is None else chances * weight.view(_along(axis, chances))
    spread, ignored = -weighted.sum(axis), target == ignore_index
    spread.masked_fill_(ignored, 0.0)
    if reduction == "mean":
        count = ~ignored if weight is None else weight.gather(0, target.masked_select(~ignored).flatten())
        spread = spread.sum() / count.sum()
    elif reduction == "sum":
        spread = spread.sum()
    found: Tensor = (1 - label_smoothing) * plain + spread * (label_smoothing / chances.shape[axis])
    return found


def _along(axis: int, model: Tensor) -> tuple[int, ...]:
    """Return the sizes in which weights of classes stand beside a model."""
    return tuple([-1 if at == axis else 1 for at in range(model._array.ndim)])


def _of_chances(
    input: Tensor, target: Tensor, weight: Any, ignore_index: int, reduction: str, label_smoothing: float
) -> Tensor:
    """Return the loss where the target says how likely each class is."""
    if not target.dtype.is_floating_point:
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {target.dtype._scalar}"
        )
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    axis = 0 if input._array.ndim == 1 else 1
    classes = input.size(axis)
    if weight is not None and weight._array.shape != (classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or no classes but got "
            f"weight tensor of shape: {list(weight._array.shape)}"
        )
    chances = input.log_softmax(axis)
    _check_smoothing(label_smoothing)
    if label_smoothing > 0 and classes:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    product = chances * target
    if weight is not None:
        product = product * weight.view(_along(axis, input))
    if reduction == "none":
        each: Tensor = -product.sum(axis)
        return each
    summed = product.sum()
    if reduction == "mean" and not input._array.size:
        summed = summed.fill_(math.nan)
        reduction = "sum"
    total: Tensor = -summed
    return total if reduction == "sum" else total / (input._array.size // classes)


def _check_smoothing(label_smoothing: float) -> None:
    if label_smoothing > 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")

"""Losses of distances, ranks and rates: `margin_ranking_loss`, `triplet_margin_loss`, `poisson_nll_loss`, ..."""

from __future__ import annotations

import math
from typing import Any

from ..backend import xp
from ..grad_mode import like_cpp, no_grad
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .broadcasting import row_major
from .losses import chosen_reduction
from .reductions import unreduced
from .registry import FUNCTIONS
from .selection import where
from .statistics import norm_of, norm_slope, refuse_empty

__all__ = [
    "cosine_embedding_loss",
    "gaussian_nll_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "pairwise_distance",
    "poisson_nll_loss",
    "triplet_margin_loss",
]

NormBackward1 = derivative(
    "NormBackward1",
    args="p dim keepdim",
    self=lambda g, self, result, p, dim, keepdim: _distance_slope(g, self, result, p, keepdim),
)


def _distance_slope(g: Any, difference: Any, result: Any, p: float, keepdim: bool) -> Any:
    if not difference.ndim:
        return norm_slope(g, difference, result, p, None)
    shape, last = tuple(difference.shape), (difference.ndim - 1,)
    g, result = (unreduced(each, shape, last, keepdim) for each in (g, result))
    return norm_slope(g, difference, result, p, last)


def _reduced(value: Tensor, reduction: str) -> Tensor:
    found: Tensor = value.mean() if reduction == "mean" else value.sum() if reduction == "sum" else value
    return found


@like_cpp
def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """Return the p-norm of the differences of vectors along the last dimension."""
    difference = x1 - x2 + eps
    x, last, order = difference._array, difference._array.ndim - 1, float(p)
    if not x.size and (order < 0 or order == math.inf):
        refuse_empty(x, order, last)
    array = row_major(
        xp.asarray(norm_of(xp.absolute(x), order, (last,) if x.ndim else None, keepdim and x.ndim > 0))
    )
    return record(NormBackward1, array, (difference,), (p, (last,), keepdim))


@like_cpp
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return by how much the first of two values is not larger (`target` 1) or smaller (-1) by a margin."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if input1.dim() != input2.dim() or input1.dim() != target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    difference = input1 - input2
    return _reduced((-target * difference + float(margin)).clamp_min_(0), reduction)


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return distances of similar pairs (`target` 1), and what those of others (-1) lack to the margin."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    nothing = wrap(xp.zeros_like(input._array))
    lacking = (_number(margin, input) - input).clamp_min(0)
    apart = where(target != 1, lacking, nothing)
    return _reduced(apart + where(target != -1, input, nothing), reduction)


def _number(value: float, like: Tensor) -> Tensor:
    return wrap(xp.asarray(value, like._array.dtype))


@like_cpp
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return 1 minus the cosine of similar pairs (`target` 1), and by how much that of others exceeds the margin."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if target.dim() not in (0, 1):
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    dim, ranks = target.dim(), (input1.dim(), input2.dim())
    if ranks != (dim + 1, dim + 1):
        raise RuntimeError(
            f"{dim}D target tensor expects {dim + 1}D input tensors, but found inputs with sizes "
            f"{list(input1.shape)} and {list(input2.shape)}."
        )
    product = (input1 * input2).sum(dim)
    size = ((input1 * input1).sum(dim) + 1e-12) * ((input2 * input2).sum(dim) + 1e-12)
    cosine = product / size.sqrt_()
    nothing = wrap(xp.zeros_like(cosine._array))
    alike = where(target == 1, 1 - cosine, nothing)
    other = where(target == -1, (cosine - margin).clamp_min_(0), nothing)
    return _reduced(alike + other, reduction)


@like_cpp
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return by how much a positive example is not nearer to the anchor than a negative one by a margin."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    ranks = [each.dim() for each in (anchor, positive, negative)]
    if len(set(ranks)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {ranks[0]}D, positive {ranks[1]}D, and negative {ranks[2]}D inputs"
        )
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = far.minimum(pairwise_distance(positive, negative, p, eps))
    return _reduced((near + margin - far).clamp_min(0), reduction)


@like_cpp
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: Any = None,
    eps: float = 1e-8,
    reduce: Any = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the negative log-likelihood of counts for rates, or for their logarithms."""
    reduction = chosen_reduction(reduction, size_average, reduce)
    if log_input:
        product = target * input  # C++ computes what stands behind the minus first
        loss = input.exp() - product
    else:
        loss = input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        loss = loss.add_(stirling.masked_fill(target <= 1, 0))
    return _reduced(loss, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Any,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """Return the negative log-likelihood of values for normal distributions of these means and variances."""
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = wrap(xp.ones_like(input._array)) * var
    elif FUNCTIONS["any"](var < 0):
        raise ValueError("var has negative entry/entries")
    if var.size() != input.size():
        if input.size()[:-1] == var.size():
            var = var.unsqueeze(-1)
        elif (
            input.ndim != var.ndim
            or sum(own for size, own in zip(input.size(), var.size(), strict=True) if size != own) != 1
        ):
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    var = var.clone()
    with no_grad():
        var.clamp_(min=eps)
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return _reduced(loss, reduction)

"""`scaled_dot_product_attention`: in one node where torch's CPU kernel can do it, step by step elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import dtypes
from ..backend import Array, xp
from ..grad_mode import like_cpp
from ..graph import derivative
from ..recording import record, requires_recording
from ..scalars import check as check_number
from ..tensor import Tensor, wrap
from .arithmetic import not_implemented, recorded
from .backward_kernels import softmax_backward
from .shape import transpose

__all__ = ["scaled_dot_product_attention"]

SafeSoftmaxBackward0 = derivative(
    "SafeSoftmaxBackward0", args="dim", self=lambda g, result, dim: softmax_backward(g, result, dim)
)
_BackwardNode = not_implemented("aten::_scaled_dot_product_flash_attention_for_cpu_backward")


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Return softmax(query @ key.T * scale + mask) @ value, over the last two dimensions.

    `scale` is 1 / sqrt(the size of the last dimension) by default. A mask of truth values says which keys to look at.
    """
    _check(query, key, value, attn_mask)
    if not (query._array.size and key._array.size and value._array.size):
        return _of_nothing(query, key, value)
    if attn_mask is not None and attn_mask.dtype is dtypes.bool:
        attn_mask = _added(attn_mask._array, query.dtype)
    if attn_mask is not None and is_causal:
        raise RuntimeError(
            "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True"
        )
    factor = scale if scale is not None else 1.0 / math.sqrt(query._array.shape[-1])
    if _is_fused(query, key, value, attn_mask, dropout_p, enable_gqa):
        return _fused(query, key, value, attn_mask, dropout_p, is_causal, factor, scale)
    if query.dtype is not dtypes.float16:
        return _step_by_step(query, key, value, attn_mask, dropout_p, is_causal, factor, enable_gqa)
    q, k, v = [each.float() for each in (query, key, value)]
    mask = None if attn_mask is None else attn_mask.float()
    found: Tensor = _step_by_step(q, k, v, mask, dropout_p, is_causal, factor, enable_gqa).half()
    return found


@like_cpp
def _of_nothing(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return zeros that depend on all three, of which one has no element."""
    shape = (*query._array.shape[:-1], value._array.shape[-1])
    found: Tensor = wrap(xp.zeros(shape, query._array.dtype)) + (query.sum() + key.sum() + value.sum()) * 0
    return found


def _added(allowed: Array, dtype: dtypes.dtype) -> Tensor:
    """Return a mask of truth values as numbers to be added to scores: -inf where one does not hold."""
    check_number(-math.inf, dtype)
    return wrap(xp.where(allowed, dtype._numpy.type(0), dtype._numpy.type(-xp.inf)))


def _check(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> None:
    given = {"query": query, "key": key, "value": value}
    kinds = [dtypes.c_name(each.dtype) for each in given.values()]
    if len(set(kinds)) > 1:
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got "
            f"query.dtype: {kinds[0]} key.dtype: {kinds[1]} and value.dtype: {kinds[2]} instead."
        )
    ranks = [each._array.ndim for each in given.values()]
    if min(ranks) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got "
            f"query.dim: {ranks[0]} key.dim: {ranks[1]} and value.dim: {ranks[2]} instead."
        )
    if mask is not None and mask.dtype is not dtypes.bool and mask.dtype is not query.dtype:
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{dtypes.c_name(mask.dtype)} and  query.dtype: {kinds[0]} instead."
        )


def _is_fused(query: Tensor, key: Tensor, value: Tensor, mask: Any, dropout_p: float, grouped: bool) -> bool:
    """Return whether torch's kernel for the CPU takes these."""
    q, k, v = query._array, key._array, value._array
    if not q.ndim == k.ndim == v.ndim == 4 or q.dtype.kind != "f" or dropout_p > 0:
        return False
    if not q.shape[0] == k.shape[0] == v.shape[0] or not q.shape[3] == k.shape[3] == v.shape[3]:
        return False
    heads = {q.shape[1], k.shape[1], v.shape[1]}
    if len(heads) > 1 and not (grouped and k.shape[1] == v.shape[1] and q.shape[1] % k.shape[1] == 0):
        return False
    if any(each.strides[-1] != each.itemsize for each in (q, k, v)):
        return False
    if mask is None:
        return True
    whole = (q.shape[0], q.shape[1], q.shape[2], k.shape[2])
    m = mask._array
    fits = all(size in (1, wanted) for size, wanted in zip(m.shape, whole[4 - m.ndim :], strict=True))
    return m.ndim in (2, 4) and fits and not requires_recording(mask)


# ---- in one node -----------------------------------------------------------------------------------------------------


def _powers(
    q: Array, k: Array, mask: Array | None, is_causal: bool, factor: float
) -> tuple[Array, Array, Array]:
    """Return the powers of the scores, their sums (1 where there are none), and the logarithms of those."""
    scores = xp.matmul(q, k.swapaxes(-1, -2)) * q.dtype.type(factor)
    if mask is not None:
        scores = scores + mask
    if is_causal:
        scores = xp.where(_lower(*scores.shape[-2:]), scores, q.dtype.type(-xp.inf))
    most = scores.max(axis=-1, keepdims=True)
    powers = xp.exp(scores - xp.where(xp.isfinite(most), most, 0))
    total = powers.sum(axis=-1, keepdims=True)
    return powers, xp.where(total == 0, total.dtype.type(1), total), (most + xp.log(total))[..., 0]


def _lower(rows: int, columns: int) -> Array:
    """Return which keys a position may look at that must not see later ones."""
    return xp.arange(columns) <= xp.arange(rows)[:, None]


def _spread(array: Array, heads: int) -> Array:
    """Return keys or values once for each head of the queries that shares them."""
    return array if array.shape[1] == heads else xp.repeat(array, heads // array.shape[1], axis=1)


def _gathered(g: Array, like: Array) -> Array:
    if g.shape == like.shape:
        return g
    batch, heads, rows, size = like.shape
    summed: Array = g.reshape(batch, heads, g.shape[1] // heads, rows, size).sum(axis=2)
    return summed


def _slopes(
    g: Any,
    needs: Sequence[bool],
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any,
    logsumexp: Any,
    output: Any,
    dropout_p: float,
    is_causal: bool,
    scale: float | None,
    factor: float,
) -> list[Any]:
    """Return the gradients of query, key and value."""
    recording = isinstance(g, Tensor)
    q, k, v, m, go = [
        each._array if isinstance(each, Tensor) else each for each in (query, key, value, attn_mask, g)
    ]
    wide_k, wide_v = _spread(k, q.shape[1]), _spread(v, q.shape[1])
    powers, total, _ = _powers(q, wide_k, m, is_causal, factor)
    shares = powers / total
    of_shares = xp.matmul(go, wide_v.swapaxes(-1, -2))
    of_scores = shares * (of_shares - (of_shares * shares).sum(axis=-1, keepdims=True))
    of_scores *= q.dtype.type(factor)
    found = [
        xp.matmul(of_scores, wide_k),
        _gathered(xp.matmul(of_scores.swapaxes(-1, -2), q), k),
        _gathered(xp.matmul(shares.swapaxes(-1, -2), go), v),
    ]
    found = [
        xp.ascontiguousarray(each.swapaxes(1, 2)).swapaxes(1, 2) for each in found
    ]  # heads inside of steps
    if recording:
        inputs = recorded(g, query, key, value)
        found = [record(_BackwardNode, each, inputs) for each in found]
    return [each if needed else None for each, needed in zip(found, needs, strict=True)]


ScaledDotProductFlashAttentionForCpuBackward0 = derivative(
    "ScaledDotProductFlashAttentionForCpuBackward0",
    joint=("query key value", _slopes),
    saves="attn_mask logsumexp",
    results="output",
    args="dropout_p is_causal scale factor",
)


def _fused(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    dropout_p: float,
    is_causal: bool,
    factor: float,
    scale: float | None,
) -> Tensor:
    if dropout_p:
        raise RuntimeError(
            "scaled_dot_product_attention_flash_attention: Currently do not support dropout > 0"
        )
    q, k, v = query._array, key._array, value._array
    plain = None if mask is None else mask._array
    powers, total, logarithms = _powers(q, _spread(k, q.shape[1]), plain, is_causal, factor)
    array = xp.matmul(powers, _spread(v, q.shape[1])) / total
    kept = (dropout_p, is_causal, scale, factor)
    kind = ScaledDotProductFlashAttentionForCpuBackward0
    return record(kind, array, (query, key, value), kept, (mask, wrap(logarithms)))


# ---- step by step ----------------------------------------------------------------------------------------------------


@like_cpp
def _step_by_step(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    dropout_p: float,
    is_causal: bool,
    factor: float,
    grouped: bool,
) -> Tensor:
    from .drawing import dropout

    root = math.sqrt(abs(factor))
    query = query * (-root if factor < 0 else root)
    if is_causal:
        lower = _lower(query._array.shape[-2], key._array.shape[-2])
        mask = _added(lower, query.dtype)
    if grouped:
        key, value = _shared_heads(query, key, value)
    scores = query @ (transpose(key, -2, -1) * root)
    if mask is not None:
        scores = scores.add_(mask) if mask._array.ndim <= scores._array.ndim else scores + mask
    shares = _safe_softmax(scores)
    if dropout_p > 0:
        if dropout_p > 1:
            raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p:g}")
        shares = dropout(shares, dropout_p)
    found: Tensor = shares @ value
    return found


def _safe_softmax(scores: Tensor) -> Tensor:
    """Return the softmax along the last dimension; 0 where a position may look at nothing."""
    plain = scores.detach().softmax(-1)._array
    nothing = (scores._array == -xp.inf).all(axis=-1, keepdims=True)
    return record(SafeSoftmaxBackward0, xp.where(nothing, plain.dtype.type(0), plain), (scores,), (-1,))


def _shared_heads(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    heads = query.size(-3)
    if heads % key.size(-3) or heads % value.size(-3):
        raise RuntimeError("Number of heads in key and value must divide the number of heads in ")
    shared = [each.repeat_interleave(heads // each.size(-3), -3) for each in (key, value)]
    return shared[0], shared[1]

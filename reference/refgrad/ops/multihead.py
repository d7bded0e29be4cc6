"""`multi_head_attention_forward`: attention with several heads, as a function of its weights."""

from __future__ import annotations

import math
import warnings
from typing import Any

from ..creation import zeros, zeros_like
from ..dtypes import bool as bool_
from ..tensor import Tensor
from .attention import scaled_dot_product_attention
from .drawing import dropout
from .joining import cat
from .linear_algebra import bmm, linear
from .padding import pad
from .products import baddbmm

__all__ = ["multi_head_attention_forward"]


def canonical_mask(
    mask: Tensor | None, name: str, model: Tensor, other: Any = None, other_name: str = ""
) -> Tensor | None:
    """Return a mask as numbers of a model's dtype to be added to scores: -inf where one of truth values holds."""
    if other is not None and not isinstance(other, Tensor):
        raise RuntimeError("input to _none_or_dtype() must be None or torch.Tensor")
    dtype = model.dtype
    if mask is None:
        return None
    if mask.dtype is not bool_ and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {name} are supported")
    if other is not None and mask.dtype is not other.dtype:
        warnings.warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.",
            UserWarning,
            stacklevel=3,
        )
    if mask.is_floating_point():
        return mask
    numbers: Tensor = zeros_like(mask, dtype=dtype)
    return numbers.masked_fill_(mask, float("-inf"))  # type: ignore[no-any-return]


# ---- what is refused -------------------------------------------------------------------------------------------------


def _is_batched(
    query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None, mask: Tensor | None, heads: int
) -> bool:
    """Return whether there is a batch dimension; refuse operands that do not go together."""
    ndim: int = query.dim()
    if ndim not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {ndim}-D query tensor"
        )
    word = f"For {'batched' if ndim == 3 else 'unbatched'} ({ndim}-D) `query`, expected"
    if key.dim() != ndim or value.dim() != ndim:
        raise AssertionError(
            f"{word} `key` and `value` to be {ndim}-D but found {key.dim()}-D and {value.dim()}-D tensors respectively"
        )
    if padding is not None and padding.dim() != ndim - 1:
        raise AssertionError(
            f"{word} `key_padding_mask` to be `None` or {ndim - 1}-D but found {padding.dim()}-D tensor instead"
        )
    if mask is None:
        return ndim == 3
    if mask.dim() not in (2, 3):
        raise AssertionError(
            f"{word} `attn_mask` to be `None`, 2-D or 3-D but found {mask.dim()}-D tensor instead"
        )
    expected = (heads, query.shape[0], key.shape[0])
    if ndim == 2 and mask.dim() == 3 and mask.shape != expected:
        raise AssertionError(f"Expected `attn_mask` shape to be {expected} but got {mask.shape}")
    return ndim == 3


def _check_sizes(
    query: Tensor, key: Tensor, value: Tensor, embed_dim: int, heads: int, separate: bool
) -> None:
    size = query.shape[-1]
    if size != embed_dim:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim}, but got {size}")
    if size % heads:
        raise AssertionError(f"embed_dim {size} not divisible by num_heads {heads}")
    if not separate:
        if key.shape != value.shape:
            raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
    elif key.shape[:2] != value.shape[:2]:
        raise AssertionError(
            f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
        )


# ---- from inputs to heads ----------------------------------------------------------------------------------------------


def _cut(tensor: Tensor | None, sizes: list[int]) -> list[Any]:
    return [None] * len(sizes) if tensor is None else list(tensor.split(sizes))


def _parts(input: Tensor, weight: Tensor, bias: Tensor | None, count: int) -> list[Tensor]:
    """Return `count` projections of one input, computed as one."""
    joint = linear(input, weight, bias).unflatten(-1, (count, input.size(-1)))
    turned = joint.unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
    return [turned[at] for at in range(count)]


def _packed_projection(
    query: Tensor, key: Tensor, value: Tensor, weight: Tensor, bias: Tensor | None
) -> list[Tensor]:
    """Return queries, keys and values by one weight for all three; what is the same is projected together."""
    size = query.size(-1)
    if key is not value:
        weights = weight.chunk(3)
        biases = [None] * 3 if bias is None else bias.chunk(3)
        return [linear(*each) for each in zip((query, key, value), weights, biases, strict=True)]
    if query is key:
        return _parts(query, weight, bias, 3)
    own, other = weight.split([size, size * 2])
    own_bias, other_bias = _cut(bias, [size, size * 2])
    return [linear(query, own, own_bias), *_parts(key, other, other_bias, 2)]


def _separate_projection(given: list[Tensor], weights: list[Any], bias: Tensor | None) -> list[Tensor]:
    """Return queries, keys and values by a weight of their own each."""
    names, size = ("query", "key", "value"), given[0].size(-1)
    for name, weight in zip("qkv", weights, strict=True):
        if weight is None:
            raise AssertionError(f"use_separate_proj_weight is True but {name}_proj_weight is None")
    for name, each, weight in zip(names, given, weights, strict=True):
        expected = (size, each.size(-1))
        if weight.shape != expected:
            raise AssertionError(f"expecting {name} weights shape of {expected}, but got {weight.shape}")
    biases = [None] * 3 if bias is None else bias.chunk(3)
    return [linear(*each) for each in zip(given, weights, biases, strict=True)]


def _attention_mask(mask: Tensor | None, batch: int, heads: int, rows: int, columns: int) -> Tensor | None:
    """Return the mask with three dimensions."""
    if mask is None:
        return None
    if mask.dim() == 2:
        if mask.shape != (rows, columns):
            raise RuntimeError(
                f"The shape of the 2D attn_mask is {mask.shape}, but should be {(rows, columns)}."
            )
        widened: Tensor = mask.unsqueeze(0)
        return widened
    if mask.dim() != 3:
        raise RuntimeError(f"attn_mask's dimension {mask.dim()} is not supported")
    expected = (batch * heads, rows, columns)
    if mask.shape != expected:
        raise RuntimeError(f"The shape of the 3D attn_mask is {mask.shape}, but should be {expected}.")
    return mask


def _static(name: str, given: Tensor, rows: int, size: int) -> Tensor:
    """Return keys or values that are given as they are."""
    for dim, expected in ((0, rows), (2, size)):
        if given.size(dim) != expected:
            raise AssertionError(f"expecting {name}.size({dim}) of {expected}, but got {given.size(dim)}")
    return given


def _widened(masks: list[Tensor | None]) -> list[Tensor | None]:
    """Return masks with a column for one more key."""
    return [None if each is None else pad(each, (0, 1)) for each in masks]


# ---- the function --------------------------------------------------------------------------------------------------------


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Return the attention of queries (steps, batch, size) to keys and values, and its weights if they are needed."""
    batched = _is_batched(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = [each.unsqueeze(1) for each in (query, key, value)]
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    steps, batch, size = query.shape
    masks, is_causal = _masks(query, key_padding_mask, attn_mask, is_causal, need_weights)
    _check_sizes(query, key, value, embed_dim_to_check, num_heads, use_separate_proj_weight)
    weights = [q_proj_weight, k_proj_weight, v_proj_weight] if use_separate_proj_weight else None
    q, k, v = _projected([query, key, value], weights, in_proj_weight, in_proj_bias)
    masks[0] = _attention_mask(masks[0], batch, num_heads, steps, key.shape[0])
    statics = {"key": static_k, "value": static_v}
    k, v, masks = _with_biases([k, v], [bias_k, bias_v], statics, masks)
    rows, head = batch * num_heads, size // num_heads
    q = q.view(steps, rows, head).transpose(0, 1)
    k, v = [
        _by_heads(each, rows, head) if static is None else _static(f"static_{name[0]}", static, rows, head)
        for each, (name, static) in zip((k, v), statics.items(), strict=True)
    ]
    if add_zero_attn:
        k, v = [
            cat([each, zeros((rows, 1, head), dtype=each.dtype, device=each.device)], 1) for each in (k, v)
        ]
        masks = _widened(masks)
    mask = _merged(masks, batch, num_heads, k.size(1))
    chance = dropout_p if training else 0.0
    if need_weights:
        if is_causal and mask is None:
            raise AssertionError("FIXME: is_causal not implemented for need_weights")
        attended, shares = _weighted(q, k, v, mask, chance)
        attended = attended.transpose(0, 1).reshape(steps * batch, size)
        shares = _shown(shares, (batch, num_heads, steps, k.size(1)), average_attn_weights, batched)
    else:
        attended, shares = _in_one(q, k, v, mask, chance, is_causal, (batch, num_heads)), None
    output = linear(attended, out_proj_weight, out_proj_bias)
    output = output.view(steps, batch, output.size(1))
    return output if batched else output.squeeze(1), shares


def _masks(
    query: Tensor, padding: Tensor | None, mask: Tensor | None, is_causal: bool, need_weights: bool
) -> tuple[list[Tensor | None], bool]:
    """Return the masks of scores and of keys as numbers, and whether the hint that the first is causal still counts."""
    padding = canonical_mask(padding, "key_padding_mask", query, mask, "attn_mask")
    if is_causal and mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    if is_causal and padding is None and not need_weights:
        return [None, padding], True  # the hint says as much
    return [canonical_mask(mask, "attn_mask", query), padding], is_causal and padding is None


def _projected(
    given: list[Tensor], weights: list[Any] | None, joint: Tensor | None, bias: Tensor | None
) -> list[Tensor]:
    """Return queries, keys and values by weights of their own, or by the one for all three."""
    if weights is not None:
        return _separate_projection(given, weights, bias)
    if joint is None:
        raise AssertionError("use_separate_proj_weight is False but in_proj_weight is None")
    query, key, value = given
    return _packed_projection(query, key, value, joint, bias)


def _with_biases(
    given: list[Tensor], biases: list[Tensor | None], statics: dict[str, Any], masks: list[Tensor | None]
) -> tuple[Tensor, Tensor, list[Tensor | None]]:
    """Return keys and values with one more each, where there are biases, and the masks that belong to them."""
    key, value = given
    added = [each for each in biases if each is not None]
    if len(added) < 2:
        if added:
            names = ("k", "v") if biases[1] is None else ("v", "k")
            raise AssertionError(f"bias_{names[0]} is set but bias_{names[1]} is None")
        return key, value, masks
    for name, static in statics.items():
        if static is not None:
            raise AssertionError(f"bias cannot be added to static {name}.")
    batch = key.shape[1]
    key, value = [cat([each, bias.repeat(1, batch, 1)]) for each, bias in zip(given, added, strict=True)]
    return key, value, _widened(masks)


def _shown(shares: Tensor, sizes: tuple[int, ...], average: bool, batched: bool) -> Tensor:
    """Return the weights of each head, or their average, as the caller gets them."""
    shares = shares.view(*sizes)
    shares = shares.mean(dim=1) if average else shares
    return shares if batched else shares.squeeze(0)


def _in_one(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None,
    chance: float,
    is_causal: bool,
    lead: tuple[int, int],
) -> Tensor:
    """Return the attention without its weights: (batch * steps, size)."""
    steps, head = q.shape[1:]
    if mask is not None:
        one = mask.size(0) == 1 and mask.dim() == 3
        mask = mask.unsqueeze(0) if one else mask.view(*lead, -1, k.size(1))
    q, k, v = [each.view(*lead, each.size(1), head) for each in (q, k, v)]
    attended = scaled_dot_product_attention(q, k, v, mask, chance, is_causal)
    found: Tensor = attended.permute(2, 0, 1, 3).reshape(lead[0] * steps, lead[1] * head)
    return found


def _by_heads(tensor: Tensor, rows: int, size: int) -> Tensor:
    turned: Tensor = tensor.view(tensor.shape[0], rows, size).transpose(0, 1)
    return turned


def _merged(masks: list[Tensor | None], batch: int, heads: int, columns: int) -> Tensor | None:
    """Return the mask of scores and that of keys as one."""
    mask, padding = masks
    if padding is None:
        return mask
    if padding.shape != (batch, columns):
        at, wanted = (0, batch) if padding.shape[0] != batch else (1, columns)
        raise AssertionError(
            f"Expected key_padded_mask.shape[{at}] to be {wanted}, but got {padding.shape[at]}"
        )
    wide = padding.view(batch, 1, 1, columns).expand(-1, heads, -1, -1)
    flat: Tensor = wide.reshape(batch * heads, 1, columns)
    return flat if mask is None else mask + flat


def _weighted(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, chance: float) -> tuple[Tensor, Tensor]:
    """Return the attention and its weights."""
    scaled = q * math.sqrt(1.0 / float(q.size(-1)))
    turned = k.transpose(-2, -1)
    scores = bmm(scaled, turned) if mask is None else baddbmm(mask, scaled, turned)
    shares = scores.softmax(-1)
    if chance > 0.0:
        shares = dropout(shares, chance)
    return bmm(shares, v), shares

"""Attention with several heads as a layer."""

from __future__ import annotations

from typing import Any

from ..creation import empty
from ..ops.multihead import canonical_mask, multi_head_attention_forward
from ..tensor import Tensor
from .init import constant_, xavier_normal_, xavier_uniform_
from .linear import Linear
from .module import Module
from .parameter import Parameter

__all__ = ["MultiheadAttention"]


class NonDynamicallyQuantizableLinear(Linear):
    """The linear layer behind the heads: like any other."""


class MultiheadAttention(Module):
    """Attention with several heads: each has its share of the projected queries, keys and values."""

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                "instead"
            )
        super().__init__()
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = (
            embed_dim,
            num_heads,
            dropout,
            batch_first,
        )
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        for name, shape in self._projections().items():
            self.register_parameter(name, None if shape is None else Parameter(empty(shape, **made)))
        self.register_parameter("in_proj_bias", Parameter(empty(3 * embed_dim, **made)) if bias else None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, **made)
        self.bias_k = Parameter(empty((1, 1, embed_dim), **made)) if add_bias_kv else None
        self.bias_v = Parameter(empty((1, 1, embed_dim), **made)) if add_bias_kv else None
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _projections(self) -> dict[str, Any]:
        """Return the names of the weights in front of the heads, in torch's order, with their sizes."""
        size = self.embed_dim
        own = {f"{name}_proj_weight": None for name in "qkv"}
        if self._qkv_same_embed_dim:
            return {"in_proj_weight": (3 * size, size), **own}
        shapes = {"q": (size, size), "k": (size, self.kdim), "v": (size, self.vdim)}
        return {**{f"{name}_proj_weight": shape for name, shape in shapes.items()}, "in_proj_weight": None}

    def _reset_parameters(self) -> None:
        """Draw the weights anew; the biases are 0."""
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if getattr(self, name) is not None:
                xavier_uniform_(getattr(self, name))
        if self.in_proj_bias is not None:
            constant_(self.in_proj_bias, 0.0)
            constant_(self.out_proj.bias, 0.0)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Return the attention of the queries, and its weights if they are needed."""
        turned = query.dim() == 3 and self.batch_first
        key_padding_mask = canonical_mask(key_padding_mask, "key_padding_mask", query, attn_mask, "attn_mask")
        attn_mask = canonical_mask(attn_mask, "attn_mask", query)
        if turned:
            query, key, value = _turned(query, key, value)
        output, shares = multi_head_attention_forward(
            *(query, key, value, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias),
            *(self.bias_k, self.bias_v, self.add_zero_attn, self.dropout),
            *(self.out_proj.weight, self.out_proj.bias, self.training),
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim,
            q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return output.transpose(1, 0) if turned else output, shares


def _turned(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return all three with the batch second; what was the same stays so."""
    seen: dict[int, Tensor] = {}
    for each in (query, key, value):
        if id(each) not in seen:
            seen[id(each)] = each.transpose(1, 0)
    return seen[id(query)], seen[id(key)], seen[id(value)]

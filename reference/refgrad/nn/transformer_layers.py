"""Layers of transformers: attention, then two linear layers; `TransformerEncoderLayer`, `TransformerDecoderLayer`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..ops.multihead import canonical_mask
from ..tensor import Tensor
from . import functional as F  # noqa: N812 - the name everybody uses
from .activation import GELU, ReLU  # type: ignore[attr-defined]
from .attention import MultiheadAttention
from .linear import Dropout, Linear
from .module import Module
from .normalization import LayerNorm

__all__ = ["Activation", "TransformerDecoderLayer", "TransformerEncoderLayer"]

Activation = str | Callable[[Tensor], Tensor]


def _activation(given: Activation) -> Callable[[Tensor], Tensor]:
    if not isinstance(given, str):
        return given
    if given not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {given}")
    found: Callable[[Tensor], Tensor] = getattr(F, given)
    return found


class _Layer(Module):
    """What layers of encoders and decoders share: attention to themselves, and two linear layers."""

    def _build(
        self,
        names: tuple[str, ...],
        sizes: tuple[int, int, int],
        dropout: float,
        activation: Activation,
        eps: float,
        norm_first: bool,
        settings: dict[str, Any],
        batch_first: bool,
    ) -> None:
        d_model, nhead, dim_feedforward = sizes
        for name in names:
            setattr(
                self,
                name,
                MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first, **settings),
            )
        self.linear1 = Linear(d_model, dim_feedforward, **settings)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **settings)
        self.norm_first = norm_first
        count = len(names) + 1
        for at in range(1, count + 1):
            setattr(self, f"norm{at}", LayerNorm(d_model, eps=eps, **settings))
        for at in range(1, count + 1):
            setattr(self, f"dropout{at}", Dropout(dropout))
        self.activation = _activation(activation)

    def _attend(
        self, attention: Module, x: Tensor, memory: Tensor, mask: Any, padding: Any, causal: bool
    ) -> Tensor:
        found: Tensor = attention(
            x, memory, memory, attn_mask=mask, key_padding_mask=padding, need_weights=False, is_causal=causal
        )[0]
        return found

    def _feed(self, x: Tensor) -> Tensor:
        found: Tensor = self.linear2(self.dropout(self.activation(self.linear1(x))))
        return found

    def _through(self, x: Tensor, blocks: Sequence[Callable[[Tensor], Tensor]]) -> Tensor:
        """Add what each block makes of x to it, and normalise before or after."""
        for at, block in enumerate(blocks, start=1):
            norm, dropout = getattr(self, f"norm{at}"), getattr(self, f"dropout{at}")
            x = x + dropout(block(norm(x))) if self.norm_first else norm(x + dropout(block(x)))
        return x


class TransformerEncoderLayer(_Layer):
    """Attention of a sequence to itself, then two linear layers."""

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        settings = {"bias": bias, "device": device, "dtype": dtype}
        sizes = (d_model, nhead, dim_feedforward)
        self._build(
            ("self_attn",), sizes, dropout, activation, layer_norm_eps, norm_first, settings, batch_first
        )
        self.activation_relu_or_gelu = (
            1
            if self.activation is F.relu or isinstance(self.activation, ReLU)
            else 2
            if self.activation is F.gelu or isinstance(self.activation, GELU)
            else 0
        )

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Return the sequence after both blocks."""
        padding = canonical_mask(src_key_padding_mask, "src_key_padding_mask", src, src_mask, "src_mask")
        mask = canonical_mask(src_mask, "src_mask", src)
        attend = lambda x: self._attend(self.self_attn, x, x, mask, padding, is_causal)  # noqa: E731
        return self._through(src, [attend, self._feed])


class TransformerDecoderLayer(_Layer):
    """Attention of a sequence to itself and to a memory, then two linear layers."""

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        settings = {"bias": bias, "device": device, "dtype": dtype}
        sizes, names = (d_model, nhead, dim_feedforward), ("self_attn", "multihead_attn")
        self._build(names, sizes, dropout, activation, layer_norm_eps, norm_first, settings, batch_first)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Return the sequence after the three blocks."""
        own = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        other = (memory_mask, memory_key_padding_mask, memory_is_causal)
        blocks = [
            lambda x: self._attend(self.self_attn, x, x, *own),
            lambda x: self._attend(self.multihead_attn, x, memory, *other),
            self._feed,
        ]
        return self._through(tgt, blocks)

"""Functions of `nn.functional` for `test_derivatives.py`: name, and what to do with one or two (2, 3) operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import refgrad as torch
from refgrad.nn import functional as F  # noqa: N812 - the name everybody uses
from refgrad.ops.weight_norm import weight_norm


def _drawn(function: Callable[..., Any], *args: Any, **options: Any) -> Callable[[Any], Any]:
    """Return a function that draws the same numbers each time."""

    def seeded(a: Any) -> Any:
        torch.manual_seed(3)
        return function(a, *args, **options)

    return seeded


LAYERS: dict[str, tuple[Callable[..., Any], int]] = {
    **{
        f"border of {dims} dimensions, {mode}": (
            lambda a, mode=mode, dims=dims: (
                F.pad(a[(None,) * (dims - 1)], (1, 2, 1, 0, 0, 0)[: 2 * dims], mode=mode) ** 2
            ),
            1,
        )
        for mode in ("reflect", "replicate", "circular")
        for dims in (1, 2, 3)
    },
    "hardshrink": (lambda a: F.hardshrink(a, 0.5) ** 2, 1),
    "softshrink": (lambda a: F.softshrink(a - 0.5, 0.1) ** 2, 1),
    "rrelu": (lambda a: F.rrelu(a - 0.5) ** 2, 1),
    "rrelu in place": (lambda a: F.rrelu_(a - 0.5) ** 2, 1),
    **{
        f"{name} in place": (lambda a, name=name: getattr(F, name)(a * 3 - 1, 0.5) ** 2, 1)
        for name in ("elu_", "celu_", "leaky_relu_")
    },
    "threshold in place": (lambda a: F.threshold_(a * 1, 0.5, 0.2) ** 2, 1),
    "rrelu in training": (_drawn(lambda a: F.rrelu(a - 0.5, training=True) ** 2), 1),
    "dropout": (_drawn(lambda a: F.dropout(a) ** 2), 1),
    "alpha dropout": (_drawn(lambda a: F.alpha_dropout(a, training=True) ** 2), 1),
    "dropout of features": (_drawn(lambda a: F.dropout1d(a) ** 2), 1),
    "gumbel softmax": (_drawn(lambda a: F.gumbel_softmax(a) ** 2), 1),
    "shuffled pixels": (lambda a, b: F.pixel_shuffle(torch.stack([a, b, a * b, a]), 2) ** 2, 2),
    "unshuffled pixels": (lambda a, b: F.pixel_unshuffle(torch.stack([a, b])[:, :, :2], 2) ** 2, 2),
    "shuffled channels": (lambda a: F.channel_shuffle(a[None, :, :], 2) ** 2, 1),
    "attention in one node": (
        lambda a, b: F.scaled_dot_product_attention(a[None, None], b[None, None], (a * b)[None, None]),
        2,
    ),
    "attention step by step": (lambda a, b: F.scaled_dot_product_attention(a, b, a * b) ** 2, 2),
    "packed sequences": (
        lambda a: torch.nn.utils.rnn.pack_padded_sequence(a, [2, 1, 1]).data ** 2,
        1,
    ),
    "padded sequences": (lambda a, b: torch.nn.utils.rnn.pad_sequence([a, b[:1]]) ** 2, 2),
    "weights by length and direction": (lambda a, b: weight_norm(a, b[:, :1], 0) ** 2, 2),
    "transposed convolution": (
        lambda a, b: F.conv_transpose1d(a[None], b[:, None, :2], b[0, :1], 2, 1, 1) ** 2,
        2,
    ),
    "pools of volumes": (
        lambda a: (
            F.avg_pool3d(a[None, None], (1, 2, 2), 1, (0, 1, 1)) ** 2
            + F.adaptive_avg_pool3d(a[None, None], 3)[0, 0, 0, 0] ** 2
        ),
        1,
    ),
    "largest of volumes": (lambda a: F.max_pool3d(a[None, None], (1, 1, 2), 1) ** 2, 1),
    "largest of adaptive windows": (
        lambda a: (
            F.adaptive_max_pool2d(a[None], 2) ** 2 + F.adaptive_max_pool3d(a[None, None], (1, 1, 2))[0] ** 2
        ),
        1,
    ),
    "back from the largest": (
        lambda a: (
            F.max_unpool2d(a[None], torch.tensor([[[0, 3, 5], [7, 8, 10]]]), 2, output_size=(3, 5))[0].sum(0)
            ** 2
            + F.max_unpool3d(a[None, None], torch.arange(6).view(1, 1, 2, 3) * 4, 2)[0, 0, 0, :5].sum() ** 2
        ),
        1,
    ),
    "patches": (lambda a: F.unfold(a[None], 2) ** 2 + F.fold(a.reshape(2, 3), (1, 4), (1, 2)).sum() ** 2, 1),
    "norms of windows": (lambda a: F.lp_pool1d(a, 2, 2) ** 2, 1),
    "root mean square": (lambda a, b: F.rms_norm(a, (3,), b[0]) ** 2, 2),
    "margins between classes": (
        lambda a, b: (
            F.multi_margin_loss(a, torch.tensor([2, 0]), 2, 0.7)
            * F.multi_margin_loss(b, torch.tensor([1, 1]))
        ),
        2,
    ),
    "margins of labels": (
        lambda a: F.multilabel_margin_loss(a, torch.tensor([[1, -1, 0], [0, 2, -1]])) ** 2,
        1,
    ),
    "soft margins": (
        lambda a: F.soft_margin_loss(a, torch.tensor([1.0, -1.0, 1.0]).expand(2, 3)) ** 2,
        1,
    ),
    "label sequences": (
        lambda a: F.ctc_loss(a[:, None].log_softmax(2), torch.tensor([[1]]), (2,), (1,)),
        1,
    ),
}

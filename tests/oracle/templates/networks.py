"""Recurrent networks, attention and transformers; rarer pooling, losses and the like of `nn.functional`."""

from __future__ import annotations

from .subject import FLOATS, Subject

_MADE = [
    *("nn.RNN(3, 2)", "nn.RNN(3, 2, nonlinearity='relu', bidirectional=True)", "nn.RNNBase('GRU', 3, 2)"),
    *("nn.GRU(3, 2)", "nn.GRU(3, 2, batch_first=True, bias=False)", "nn.LSTM(3, 2)", "nn.LSTM(3, 2, 2)"),
    *("nn.RNNCell(3, 2)", "nn.GRUCell(3, 2)", "nn.LSTMCell(3, 2)", "nn.RNNCellBase(3, 2, True, 1)"),
    *("nn.MultiheadAttention(3, 1)", "nn.TransformerEncoderLayer(3, 1, 2, 0.0)"),
    *("nn.TransformerDecoderLayer(3, 1, 2, 0.0)", "nn.Transformer(3, 1, 1, 1, 2, 0.0)"),
    *(
        "nn.MaxPool3d((1, 1, 2))",
        "nn.AvgPool3d((1, 2, 2))",
        "nn.AdaptiveAvgPool3d(2)",
        "nn.AdaptiveMaxPool1d(2)",
    ),
    *("nn.AdaptiveMaxPool2d(2)", "nn.AdaptiveMaxPool3d((1, 1, 2))", "nn.LPPool1d(2, 2)", "nn.LPPool2d(2, 2)"),
    *("nn.LPPool3d(2, (1, 2, 2))", "nn.LocalResponseNorm(2)", "nn.MaxUnpool1d(2)", "nn.MaxUnpool2d(2)"),
    *(
        "nn.MaxUnpool3d(2)",
        "nn.Fold((1, 4), (1, 2))",
        "nn.Unfold(2)",
        "nn.UpsamplingBilinear2d(scale_factor=2)",
    ),
    *("nn.UpsamplingNearest2d(scale_factor=2)", "nn.RMSNorm(3)", "nn.BatchNorm3d(2)", "nn.InstanceNorm3d(2)"),
    *("nn.ConvTranspose1d(2, 1, 2)", "nn.ConvTranspose2d(2, 1, 2)", "nn.ConvTranspose3d(1, 1, 2)"),
    *(
        "nn.MultiMarginLoss()",
        "nn.MultiLabelMarginLoss()",
        "nn.MultiLabelSoftMarginLoss()",
        "nn.SoftMarginLoss()",
    ),
    *("nn.TripletMarginWithDistanceLoss()", "nn.CTCLoss()"),
    "nn.TransformerEncoder(nn.TransformerEncoderLayer(3, 1, 2, 0.0), 1, enable_nested_tensor=False)",
    "nn.TransformerDecoder(nn.TransformerDecoderLayer(3, 1, 2, 0.0), 1)",
]
_STEP = "{x}, {x}[:, :2], torch.ones(6, 3), torch.ones(6, 2)"
NETWORKS = Subject(
    calls=[
        *("{w}({x})", "{w}({x}, {x})", "{w}({x}, {x}, {x})", "{w}({x}, {x}[..., :2])", "{w}({x}[0])"),
        *("{w}({x})[0].sum().backward()", "list({w}.state_dict())", "repr({w})"),
        "F.multi_head_attention_forward({x}, {x}, {x}, 3, 1, torch.ones(9, 3), None, None, None, False, 0.0, "
        "torch.ones(3, 3), None)",
        "F.scaled_dot_product_attention({x}, {x}, {x})",
        "F.scaled_dot_product_attention({x}, {x}, {v}, is_causal=True)",
        "F.scaled_dot_product_attention({x}, {x}, {x}, torch.eye(2, dtype=torch.bool), scale=0.5)",
        "torch.rnn_tanh({x}, torch.zeros(1, {x}.size(1), 2), [torch.ones(2, 3), torch.ones(2, 2)], False, 1, 0.0, True, "
        "False, False)",
        "torch.rnn_relu({x}, torch.zeros(1, {x}.size(1), 2), [torch.ones(2, 3), torch.ones(2, 2)], False, 1, 0.0, True, "
        "False, False)",
        "torch.gru({x}, torch.zeros(1, {x}.size(1), 2), [torch.ones(6, 3), torch.ones(6, 2)], False, 1, 0.0, True, False, "
        "False)",
        "torch.lstm({x}, [torch.zeros(1, {x}.size(1), 2)] * 2, [torch.ones(8, 3), torch.ones(8, 2)], False, 1, 0.0, True, "
        "False, False)",
        f"torch.gru_cell({_STEP})",
        "torch.rnn_tanh_cell({x}, {x}[:, :2], torch.ones(2, 3), torch.ones(2, 2))",
        "torch.rnn_relu_cell({x}, {x}[:, :2], torch.ones(2, 3), torch.ones(2, 2))",
        "torch.lstm_cell({x}, [{x}[:, :2], {x}[:, 1:]], torch.ones(8, 3), torch.ones(8, 2))",
        *("F.adaptive_avg_pool3d({x}[None, None], 2)", "F.adaptive_max_pool1d({x}, 2)"),
        *("F.adaptive_max_pool2d({x}[None], 2)", "F.adaptive_max_pool3d({x}[None, None], (1, 1, 2))"),
        *("F.avg_pool3d({x}[None, None], (1, 2, 2))", "F.max_pool3d({x}[None, None], (1, 1, 2))"),
        *(
            "F.conv_transpose1d({x}, torch.ones(2, 1, 2))",
            "F.conv_transpose2d({x}[None], torch.ones(2, 1, 2, 1))",
        ),
        *(
            "torch.conv_transpose1d({x}, torch.ones(2, 1, 2))",
            "torch.conv_transpose2d({x}, torch.ones(2, 1, 2, 1))",
        ),
        *(
            "F.conv_transpose3d({x}[None, None], torch.ones(1, 1, 2, 1, 1))",
            "torch.conv_transpose3d({x}, {x})",
        ),
        *("F.fold({x}, (1, 4), (1, 2))", "F.unfold({x}[None], 2)", "F.local_response_norm({x}, 2)"),
        *(
            "F.lp_pool1d({x}, 2, 2)",
            "F.lp_pool2d({x}[None], 2, 2)",
            "F.lp_pool3d({x}[None, None], 2, (1, 2, 2))",
        ),
        *("F.max_unpool1d({x}, torch.arange(3).expand({x}.shape), 2)", "F.rms_norm({x}, (3,))"),
        *("F.max_unpool2d({x}, torch.arange(3).expand({x}.shape), 2)", "torch.rms_norm({x}, (3,), eps=0.5)"),
        "F.max_unpool3d({x}[None], torch.arange(3).expand((1, *{x}.shape)), 2)",
        *("F.multi_margin_loss({x}, torch.tensor([2, 0]))", "F.soft_margin_loss({x}, {x}.sign())"),
        *("F.multilabel_margin_loss({x}, torch.tensor([[1, -1, 0], [0, 2, -1]]))",),
        *("F.multilabel_soft_margin_loss({x}, ({x} > 1).float())",),
        "F.ctc_loss({x}[:, None].log_softmax(-1), torch.tensor([[1]]), (2,), (1,))",
        "F.triplet_margin_with_distance_loss({x}, {x} * 2, {x} + 3)",
    ],
    shapes=[
        ("(2, 3)",),
        ("(2, 2, 3)",),
        ("(2, 1, 3)",),
        ("(1, 2, 2, 3)",),
        ("(3,)",),
        ("(2, 2)",),
        ("(0, 3)",),
    ],
    dtypes=["float32", "float32", *FLOATS],
    first=[f"given({made})" for made in _MADE],
)

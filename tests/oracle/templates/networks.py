"""Recurrent networks, attention and transformers; rarer pooling, losses and the like of `nn.functional`."""

from __future__ import annotations

from .subject import FLOATS, Subject

_MADE = [
    *("nn.RNN(3, 2)", "nn.RNN(3, 2, nonlinearity='relu', bidirectional=True)", "nn.RNNBase('GRU', 3, 2)"),
    *("nn.GRU(3, 2)", "nn.GRU(3, 2, batch_first=True, bias=False)", "nn.LSTM(3, 2)", "nn.LSTM(3, 2, 2)"),
    *("nn.RNNCell(3, 2)", "nn.GRUCell(3, 2)", "nn.LSTMCell(3, 2)", "nn.RNNCellBase(3, 2, True, 1)"),
    *("nn.MultiheadAttention(3, 1)", "nn.TransformerEncoderLayer(3, 1, 2, 0.0)"),
    *("nn.TransformerDecoderLayer(3, 1, 2, 0.0)", "nn.Transformer(3, 1, 1, 1, 2, 0.0)"),
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

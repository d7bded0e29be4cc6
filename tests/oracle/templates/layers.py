"""Layers of `torch.nn`, with parameters that are given, and what a program does with them."""

from __future__ import annotations

from .subject import FLOATS, Subject

# fmt: off
_MADE = [
    "nn.Linear(2, 3)", "nn.Linear(3, 2, bias=False)", "nn.Linear(3, 1, dtype=torch.float64)", "nn.Bilinear(3, 3, 2)", "nn.Identity()",
    "nn.Flatten()", "nn.Flatten(0)", "nn.Unflatten(1, (3, 1))", "nn.Unflatten(-1, (-1,))", "nn.Embedding(3, 2)", "nn.Embedding(3, 2, padding_idx=1)",
    "nn.Embedding(3, 2, max_norm=1.0)", "nn.Dropout(0.0)", "nn.Dropout(1.0)", "nn.ReLU()", "nn.ReLU(inplace=True)", "nn.ReLU6()", "nn.Sigmoid()", "nn.Tanh()", "nn.GELU()",
    "nn.GELU('tanh')", "nn.ELU(0.5)", "nn.CELU()", "nn.SELU()", "nn.SiLU()", "nn.Mish()", "nn.Softplus(2.0)", "nn.Softsign()", "nn.Tanhshrink()",
    "nn.LeakyReLU(0.2)", "nn.Hardtanh(-0.5, 0.5)", "nn.Hardsigmoid()", "nn.Hardswish()", "nn.LogSigmoid()", "nn.Threshold(0.5, 2.0)", "nn.GLU()",
    "nn.GLU(0)", "nn.Softmax()", "nn.Softmax(-1)", "nn.LogSoftmax(1)", "nn.Softmin(0)", "nn.PReLU()", "nn.PReLU(3)", "nn.LayerNorm(3)", "nn.LayerNorm((2, 3))",
    "nn.LayerNorm(3, bias=False)", "nn.LayerNorm(3, elementwise_affine=False)", "nn.BatchNorm1d(3)", "nn.BatchNorm1d(3, affine=False)",
    "nn.BatchNorm1d(3, momentum=None)", "nn.BatchNorm1d(3, track_running_stats=False)", "nn.BatchNorm2d(2)", "nn.GroupNorm(1, 3)", "nn.GroupNorm(3, 3, affine=False)",
    "nn.InstanceNorm1d(2)", "nn.InstanceNorm1d(2, affine=True, track_running_stats=True)", "nn.InstanceNorm2d(2)", "nn.Conv1d(2, 3, 2)",
    "nn.Conv1d(2, 2, 3, padding=1, padding_mode='circular')", "nn.Conv1d(2, 2, 1, bias=False, groups=2)", "nn.Conv2d(2, 1, 2)", "nn.Conv2d(2, 2, 2, padding='same')",
    "nn.Conv2d(2, 2, 3, 2, 1, padding_mode='reflect')", "nn.Conv3d(1, 1, 1)", "nn.MaxPool1d(2)", "nn.MaxPool1d(2, return_indices=True)", "nn.MaxPool2d(2, 1)", "nn.AvgPool1d(2)",
    "nn.AvgPool2d(2, ceil_mode=True)", "nn.AdaptiveAvgPool1d(2)", "nn.AdaptiveAvgPool2d((1, None))", "nn.Upsample(scale_factor=2)", "nn.Upsample(4, mode='linear')",
    *[f"nn.{kind}Pad{n}d(1)" for kind in ("Reflection", "Replication", "Circular", "Zero") for n in (1, 2, 3)], "nn.ConstantPad1d((1, 0), 2.0)", "nn.ConstantPad2d(1, 0.5)", "nn.ConstantPad3d(-1, 2.0)", "nn.ReflectionPad1d((1, 0, 1))",
    "nn.Hardshrink(0.75)", "nn.Softshrink()", "nn.Softmax2d()", "nn.PixelShuffle(1)", "nn.PixelUnshuffle(1)", "nn.ChannelShuffle(1)", "nn.MSELoss()", "nn.MSELoss(reduction='sum')", "nn.L1Loss(reduction='none')", "nn.SmoothL1Loss(beta=0.5)", "nn.HuberLoss()", "nn.BCELoss()", "nn.BCEWithLogitsLoss()",
    "nn.CrossEntropyLoss()", "nn.CrossEntropyLoss(label_smoothing=0.1)", "nn.NLLLoss()", "nn.KLDivLoss(reduction='batchmean')", "nn.PoissonNLLLoss()", "nn.HingeEmbeddingLoss()",
    "nn.MarginRankingLoss()", "nn.CosineEmbeddingLoss()", "nn.TripletMarginLoss()", "nn.GaussianNLLLoss()", "nn.CosineSimilarity()", "nn.PairwiseDistance(keepdim=True)",
    "nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))", "nn.Sequential(nn.Linear(2, 2), nn.Tanh())", "nn.Sequential()", "nn.ModuleList([nn.Linear(3, 2), nn.Linear(2, 3)])",
    "nn.ModuleDict({{'one': nn.Linear(3, 1), 'two': nn.ReLU()}})", "nn.ParameterList([{x}, {x} * 2])", "nn.ParameterDict({{'one': {x}}})", "nn.Parameter({x}.detach())", "nn.Module()",
    "nn.Buffer({x}.detach())", "nn.Linear(0, 2)", "nn.Linear(-1, 2)", "nn.Conv1d(2, 3, 2, groups=2)", "nn.Conv2d(2, 2, 2, stride=2, padding='same')",
    "nn.GroupNorm(2, 3)", "nn.Embedding(3, 2, padding_idx=5)", "nn.Dropout(2.0)", "nn.Linear('x', 2)", "nn.MSELoss('x')", "nn.Parameter(torch.tensor(1))", "nn.Upsample()",
]
LAYERS = Subject(
    calls=[
        "{w}({x})", "{w}({x})", "{w}({x})", "{w}({x})", "{w}({x}, {x})", "{w}({x}, {v})", "{w}({x}, {x}.detach())", "{w}({x}, {v}, {x})", "{w}({x}.long() * 0)", "{w}({x}, {x}.long()[:, 0] * 0)",
        "{w}({x}.T)", "{w}({x}[0])", "{w}({x}[None])", "{w}({x}.double())", "{w}()", "{w}(1)", "{w}.weight", "{w}.bias", "{w}.weight.grad", "{w}.bias.grad", "repr({w})", "{w}.training",
        "{w}.eval()", "{w}.train()", "{w}.train(False)", "{w}.double()", "{w}.half()", "{w}.to({t})", "{w}.zero_grad()", "{w}.requires_grad_(False)", "{w}.state_dict()",
        "list({w}.state_dict())", "[name for name, _ in {w}.named_parameters()]", "[each.shape for each in {w}.parameters()]", "{w}.load_state_dict({w}.state_dict())",
        "{w}.load_state_dict({{}})", "list({w}.children())", "{w}.running_mean", "{w}.running_var", "{w}.num_batches_tracked", "len({w})", "{w}[0]", "{w}[-1]", "{w}['one']", "{w}[0]({x})", "{w}['one']({x})",
        "list({w})", "{w}.extra_repr()", "{w}.foo", "{w}.get_parameter('weight')", "{w}.get_submodule('0')", "{w}.append(nn.ReLU())", "{w}.apply(lambda layer: None)",
        "torch.no_grad()(lambda: {w}.weight.zero_())()", "{w}.float()", "{w}.forward({x})", "torch.autograd.grad({w}({x}).sum(), {w}.weight, create_graph=True)[0]",
        "{w}({x}).sum().backward()", "{w}({x}, {v}).sum().backward()", "{w}({x}).backward()", "isinstance({w}, nn.Module)", "{w}.register_buffer('more', {x}.detach())", "{w}.register_parameter('more', None)",
        "nn.utils.parameters_to_vector({w}.parameters())", "nn.utils.clip_grad_norm_({w}.parameters(), 0.5)", "nn.utils.clip_grad_value_({w}.parameters(), 0.5)", "nn.utils.get_total_norm({w}.parameters())",
        "torch.optim.SGD({w}.parameters(), lr=0.5).step()", "dict({w}.named_buffers())", "[name for name, _ in {w}.named_modules()]", "{w}.weight.data.fill_(0.5)", "{w}({w}({x}))",
        "nn.init.zeros_({w}.weight)", "nn.init.ones_({w}.weight)", "nn.init.constant_({w}.weight, {n})", "nn.init.eye_({w}.weight)", "nn.init.dirac_({w}.weight)",
    ],
    shapes=[
        ("(2, 3)",), ("(2, 3)",), ("(3, 2)",), ("(2, 2, 4)",), ("(2, 2, 3, 3)",), ("(2, 3, 2)",), ("(3,)",), ("(2, 2)",), ("(4,)",), ("()",), ("(0, 3)",), ("(2, 0)",), ("(1, 1, 2, 2, 2)",), ("(1, 3)",),
        ("(2, 2, 3)",),
    ],
    dtypes=["float32", "float32", *FLOATS, "float32", "int64", "bool"],
    first=[f"given({made})" for made in _MADE],
)
# fmt: on

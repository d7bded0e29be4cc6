"""Names that no other list calls: `torch.special`, other names of what stands elsewhere, constructors, flags."""

from __future__ import annotations

from .subject import MIXED, Subject

# fmt: off
NAMED = Subject(
    calls=[
        "torch.special.erf({x})", "torch.special.erfc({x})", "torch.special.erfinv({x})", "torch.special.exp2({x})", "torch.special.expit({x})", "torch.special.expm1({x})",
        "torch.special.log1p({x})", "torch.special.log_softmax({x}, {i})", "torch.special.log_softmax({x}, {i}, dtype={t})", "torch.special.logit({x})", "torch.special.logit({x}, eps=0.25)",
        "torch.special.logsumexp({x}, {i})", "torch.special.logsumexp({x}, {i}, keepdim=True)", "torch.special.round({x})", "torch.special.round({x}, decimals=1)", "torch.special.sinc({x})",
        "torch.special.softmax({x}, {i})", "torch.special.softmax({x}, {i}, dtype={t})", "torch.special.xlogy({x}, {w})", "torch.special.xlogy({x}, {n})", "torch.special.xlogy({n}, {x})", "torch.special.erf(2)", "torch.special.softmax({x})",
        "torch.ldexp({x}, {w})", "{x}.ldexp({w})", "{x}.ldexp_({w})", "torch.ldexp({x}, torch.tensor(2))", "torch.ldexp({x}, 2)",
        "{x}.acosh_()", "{x}.asinh_()", "{x}.atanh_()", "torch.acosh_({x})", "torch.asinh_({x})", "torch.atanh_({x})", "{x}.arccosh()", "{x}.arccosh_()", "torch.arccosh({x})", "{x}.arcsin()", "{x}.arcsin_()",
        "torch.arcsin({x})", "{x}.arcsinh_()", "{x}.arctan_()", "{x}.arctanh()", "{x}.arctanh_()", "torch.arctanh({x})", "{x}.fix_()", "{x}.greater_equal_({w})", "{x}.less_({w})", "{x}.less_equal_({n})", "{x}.not_equal_({w})",
        "{x}.addbmm_({w}, {v})", "torch.asarray({x})", "torch.asarray({x}, dtype={t})", "torch.asarray([1, 2.5])", "torch.asarray({x}, requires_grad=True)", "torch.asarray('x')", "torch.asarray({x}, copy=True)",
        "torch.atleast_1d({x})", "torch.atleast_1d({x}, {w})", "torch.atleast_3d({x})", "torch.atleast_3d([{x}, {w}])", "torch.broadcast_shapes({x}.shape, {w}.shape)", "torch.broadcast_shapes((2, 1), 3)", "torch.broadcast_shapes((2,), (3,))",
        "torch.empty(2, 0)", "torch.empty((0,), dtype={t})", "torch.empty('x')", "torch.logspace(0, 2, 3)", "torch.logspace(0, 1, 4, base=2.0)", "torch.logspace({n}, 1, 2, dtype={t})", "torch.logspace(0, 1, -1)",
        "torch.range(0, 2)", "torch.range(0, {n}, dtype={t})", "torch.range(0, 1, 0)", "F.hardshrink({x})", "torch.hardshrink({x}, 0.75)", "{x}.hardshrink({n})", "F.softshrink({x})", "F.softshrink({x}, 0.75)", "F.softshrink({x}, -1.0)",
        "F.relu_({x})", "F.elu_({x}, 0.5)", "F.celu_({x})", "F.selu_({x})", "F.hardtanh_({x}, -0.5, 0.5)", "F.leaky_relu_({x}, 0.2)", "F.threshold_({x}, 0.5, 2.0)", "F.elu({x}, inplace=True)", "F.hardsigmoid({x}, inplace=True)",
        "F.silu({x}, inplace=True)", "F.mish({x}, inplace=True)", "F.relu6({x}, inplace=True)", "F.hardswish({x}, inplace=True)", "F.hardtanh({x}, 1.0, -1.0)",
        "{x}.apply_(lambda each: each + 1)", "{x}.map_({w}, lambda a, b: a + b)", "{x}.map2_({w}, {v}, lambda a, b, c: a + b + c)", "{x}.as_strided_((2,), (1,))", "{x}.as_strided_scatter({v}, (3,), (1,))",
        "torch.as_strided_scatter({x}, {v}[..., :1], (1,), (1,))", "{x}.bitwise_left_shift({w})", "{x}.bitwise_left_shift_(1)", "{x}.bitwise_right_shift(1)", "{x}.bitwise_right_shift_({w})", "torch.bitwise_left_shift({x}, {w})",
        "torch.bitwise_left_shift(1, {x})", "torch.bitwise_right_shift({x}, 1)", "{x}.dim_order()", "{x}.frexp()", "torch.frexp({x})", "{x}.is_distributed()", "torch.is_distributed({x})", "{x}.is_pinned()", "{x}.is_set_to({w})",
        "{x}.is_set_to({x})", "{x}.is_signed()", "torch.is_signed({x})", "{x}.ndimension()", "{x}.new_empty_strided((2, 2), (1, 2)).zero_()", "{x}.nonzero_static(size=2)", "torch.nonzero_static({x}, size=3, fill_value=7)",
        "{x}.resize_as_({w}).zero_()", "{x}.split_with_sizes([1, 1])", "{x}.split_with_sizes([1, 2], {i})", "torch.split_with_sizes({x}, [1, 1], {i})", "{x}.sum_to_size({v}.shape)", "{x}.sum_to_size(1)", "{x}.to_dense()", "{x}.unsafe_chunk(2, {i})",
        "torch.unsafe_chunk({x}, 2)", "{x}.unsafe_split(1, {i})", "torch.unsafe_split({x}, 2)", "{x}.unsafe_split_with_sizes([1, 1])", "torch.unsafe_split_with_sizes({x}, [1, 2], {i})", "torch.bartlett_window(4)", "torch.blackman_window(3, False)",
        "torch.hamming_window(5, alpha=0.5)", "torch.hann_window({n}, dtype={t})", "torch.hann_window(3, requires_grad=True)", "torch.constant_pad_nd({x}, (1, 0))", "torch.constant_pad_nd({x}, (1, -1), {n})", "torch.dropout_({x}, 0.0, True)",
        "torch.dropout_({x}, 1.0, True)", "torch.from_dlpack({x}.detach())", "torch.frombuffer(bytearray(8), dtype={t})", "torch.frombuffer(bytearray(3), dtype=torch.int32)", "torch.isin({x}, {w})", "torch.isin({x}, {n})", "torch.isin({n}, {x})",
        "torch.isin({x}, {w}, invert=True)", "torch.trapz({x})", "torch.trapz({x}, {w})", "torch.trapz({x}, dx=0.5, dim={i})", "torch.unravel_index({x}, (3, 3))", "torch.unravel_index({x}.long().abs(), (2, 3))",
        "torch.fill({x}, {n})", "torch.fill({x}, {v})", "torch.fill({x}, torch.tensor(2.5, requires_grad=True))", "torch.celu_({x})", "torch.selu_({x})", "torch.threshold_({x}, 0.5, {n})",
        "torch.get_deterministic_debug_mode()", "torch.get_float32_matmul_precision()", "torch.is_deterministic_algorithms_warn_only_enabled()",
        "torch.from_numpy({x}.detach().numpy())", "torch.from_numpy(1)", "torch.get_default_dtype()", "torch.get_default_device()", "torch.is_grad_enabled()", "torch.is_inference_mode_enabled()", "torch.is_anomaly_enabled()",
        "torch.is_anomaly_check_nan_enabled()", "torch.are_deterministic_algorithms_enabled()", "torch.is_storage({x})", "torch.typename({x})", "{x}.dim()", "{x}.get_device()", "{x}.is_inference()", "{x}.is_same_size({w})", "{x}.new()",
        "{x}.new([1, 2])", "{x}.new(2).shape", "{x}.new({w})", "{x}.new_tensor({w})", "{x}.untyped_storage().nbytes()", "{x}.storage().size()", "{x}.storage().tolist()[:2]", "{x}.cuda()", "torch.vmap(lambda row: row * 2)({x})", "torch.vmap(torch.sum)({x})", "torch.vmap(lambda row: row.exp(), 1)({x})",
        "torch.vmap(lambda a, b: a * b)({x}, {w})", "torch.vmap(lambda row: row, in_dims=5)({x})", "torch.vmap(torch.dot)({x}, {x})", "torch.func.grad(lambda a: (a * a).sum())({x})", "torch.func.vjp(torch.exp, {x})[0]", "torch.func.jacrev(torch.sin)({x})",
        "torch.autograd.functional.jacobian(torch.exp, {x})", "torch.autograd.functional.hessian(lambda a: (a ** 3).sum(), {x})", "torch.autograd.functional.vjp(torch.sin, {x}, {x})", "torch.autograd.functional.jvp(torch.sin, {x}, {x})",
        "torch.autograd.functional.hvp(lambda a: (a ** 3).sum(), {x}, {x})", "torch.autograd.functional.vhp(lambda a: a.exp().sum(), {x}, {w})",
    ],
    shapes=[
        ("(2, 3)", "(2, 3)", "(3,)"), ("(3,)", "(3,)", "(3,)"), ("()", "()", "()"), ("(2, 2)", "(2,)", "(2,)"), ("(0, 3)", "(3,)", "(3,)"), ("(2, 1)", "(3,)", "(2,)"), ("(3, 2)", "(2, 3, 2)", "(2, 2, 2)"), ("(0,)", "(0,)", "(0,)"),
    ],
    dtypes=MIXED,
)
# fmt: on

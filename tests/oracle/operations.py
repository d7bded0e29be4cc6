"""What random programs are made of: lines with places for operands, numbers, dimensions, sizes and dtypes.

`{a}`, `{b}`, `{c}` are tensors of the program, `{n}` a number, `{i}` a dimension, `{d}` an argument list of
dimensions, `{s}` sizes, `{t}` a dtype. In each list the simplest stand first: a failing program shrinks towards them.
"""

from __future__ import annotations

# fmt: off
SHAPES = [
    "()", "(3,)", "(1,)", "(2, 3)", "(2, 1)", "(1, 3)", "(3, 3)", "(0,)", "(0, 3)", "(2, 2, 3)",
    "(2, 3, 1)", "(4,)", "(3, 2)", "(1, 1)", "(2, 0)",
]
FLOATS = ["float32", "float32", "float32", "float64", "float16"]
OTHERS = ["int64", "int64", "int32", "uint8", "bool", "int8", "int16"]
LAYOUTS = [
    "", "", "", ".t()", ".transpose(0, -1)", ".flip(0)", "[..., ::2]", ".expand(2, 2, 3)", ".unsqueeze(0)",
    "[1:]", "[..., :1]", ".expand(3, 3)", "[0]", ".unsqueeze(-1)", ".permute(2, 0, 1)", ".detach()",
]
DIMS = ["", "0", "-1", "1", "(0, 1)", "0, keepdim=True", "-1, keepdim=True", "2", "-3", "(0, -1)", "(-1,)", "()"]
DIM = ["0", "-1", "1", "2", "-2"]
NUMBERS = ["2", "0.5", "-1", "0", "True", "3.0", "-2.5", "1e-3"]
DTYPES = ["torch.float32", "torch.float64", "torch.float16", "torch.int64", "torch.int32", "torch.uint8", "torch.bool"]

UNARY = [
    "{a}.exp()", "{a}.neg()", "-{a}", "{a}.abs()", "{a}.relu()", "{a}.sigmoid()", "{a}.tanh()",
    "{a}.sqrt()", "{a}.log()", "{a}.sin()", "{a}.cos()", "{a}.square()", "{a}.reciprocal()", "{a}.sign()",
    "{a}.floor()", "{a}.ceil()", "{a}.round()", "{a}.trunc()", "{a}.clone()", "{a}.detach()",
    "{a}.contiguous()", "{a}.float()", "{a}.double()", "{a}.half()", "{a}.long()", "{a}.bool()", "~{a}",
    "{a}.isnan()", "{a}.log1p()", "{a}.expm1()", "{a}.rsqrt()", "{a}.erf()", "{a}.atan()", "{a}.sinh()",
    "{a}.cosh()", "{a}.logical_not()", "{a}.int()", "torch.zeros_like({a})", "torch.ones_like({a})",
    "{a}.to({t})", "{a}.type({t})", "{a}.data", "{a}.frac()", "{a}.tan()", "{a}.asin()", "{a}.acos()",
    "{a}.asinh()", "{a}.acosh()", "{a}.atanh()", "{a}.log2()", "{a}.log10()", "{a}.exp2()", "+{a}",
    "{a}.isinf()", "{a}.isfinite()", "{a}.signbit()", "{a}.logit()", "{a}.logit(0.1)", "{a}.nan_to_num()",
    "{a}.nan_to_num(0.5, 1.0)", "{a}.bitwise_not()", "torch.full_like({a}, {n})", "{a}.new_zeros(2)",
    "{a}.new_ones((2, 1))", "{a}.new_full((2,), {n})", "{a}.new_tensor([1, 2])", "{a}.short()", "{a}.byte()",
    "{a}.char()", "{a}.absolute()", "{a}.negative()", "{a}.fix()", "torch.empty_like({a}).zero_()",
    "torch.zeros_like({a}, dtype={t})", "{a}.clone(memory_format=torch.contiguous_format)", "{a}.to({b})",
]
BINARY = [
    "{a} + {b}", "{a} - {b}", "{a} * {b}", "{a} / {b}", "{a} ** {b}", "{a} // {b}", "{a} % {b}",
    "torch.maximum({a}, {b})", "torch.minimum({a}, {b})", "torch.atan2({a}, {b})", "{a} < {b}",
    "{a} == {b}", "{a} >= {b}", "{a} != {b}", "{a} & {b}", "{a} | {b}", "{a} + {n}", "{n} - {a}",
    "{a} * {n}", "{n} / {a}", "{a} / {n}", "{a} ** {n}", "{n} ** {a}", "{a} > {n}", "{a} // {n}",
    "{a} % {n}", "{a}.add({b}, alpha={n})", "torch.where({a} > 0, {a}, {b})", "{a} - {n}", "{n} + {a}",
    "torch.where({b} > {n}, {a}, {n})", "{a}.masked_fill({b} > 0, {n})", "{a}.clamp({n})",
    "{a}.clamp(max={n})", "{a}.clamp(-1, 1)", "{a}.lerp({b}, 0.25)", "torch.logaddexp({a}, {b})",
    "{a}.expand_as({b})", "{a}.view_as({b})", "{a}.type_as({b})", "torch.addcmul({a}, {a}, {b})",
    "{a}.sub({b}, alpha={n})", "{a}.div({b}, rounding_mode='floor')", "{a}.div({b}, rounding_mode='trunc')",
    "{a}.fmod({b})", "{a}.fmod({n})", "{a}.remainder({b})", "{n} // {a}", "{n} % {a}", "{a} ^ {b}",
    "{a} & {n}", "{a} << 1", "{a} >> {b}", "torch.fmax({a}, {b})", "torch.hypot({a}, {b})",
    "torch.copysign({a}, {b})", "torch.xlogy({a}, {b})", "{a}.logical_and({b})", "{a}.logical_xor({b})",
    "{a}.clamp({b})", "{a}.clamp({b}, {a})", "{a}.clamp_min({n})", "{a}.clamp_max({b})",
    "{a}.lerp({b}, 0.75)", "torch.lerp({a}, {b}, {a})", "torch.addcmul({a}, {b}, {c}, value={n})",
    "torch.addcdiv({a}, {b}, {c}, value={n})", "torch.where({c} > 0, {a}, {b})", "{a}.masked_fill({b} > 0, {c})",
    "{a}.reshape_as({b})", "torch.isclose({a}, {b})", "torch.equal({a}, {b})", "torch.allclose({a}, {b})",
    "torch.rsub({a}, {b})", "{a}.pow({b})", "{a}.multiply({b})", "{a}.true_divide({n})", "torch.where({a}, {b}, {c})",
    "torch.result_type({a}, {b})", "torch.mul({n}, {a})", "torch.add({a}, {b}, out={c})",
]
REDUCED = [
    "{a}.sum({d})", "{a}.mean({d})", "{a}.amax({d})", "{a}.amin({d})", "{a}.logsumexp({d})", "{a}.std({d})",
    "{a}.var({d})", "{a}.all({d})", "{a}.any({d})", "{a}.norm()", "{a}.max()", "{a}.min()", "{a}.prod()",
    "{a}.max({i})[0]", "{a}.min({i})[1]", "{a}.prod({i})", "{a}.cumsum({i})", "{a}.cumprod({i})",
    "{a}.softmax({i})", "{a}.log_softmax({i})", "{a}.argmax({i})", "{a}.argmin()", "{a}.median()",
    "{a}.sort({i})[0]", "{a}.topk(1, {i})[0]", "{a}.var(unbiased=False)", "{a}.count_nonzero()",
    "{a}.nansum()", "{a}.min({i}, keepdim=True)[0]", "{a}.norm(1)", "{a}.norm(2, {i})", "{a}.norm(p=float('inf'))",
    "{a}.norm(3.0, {i}, keepdim=True)", "{a}.median({i})[0]", "{a}.kthvalue(1, {i})[0]", "{a}.cummax({i})[0]",
    "{a}.cummin({i})[1]", "{a}.argsort({i})", "{a}.sort(descending=True)[0]", "{a}.nanmean({d})", "{a}.nansum({i})",
    "torch.aminmax({a})", "torch.var_mean({a})", "torch.std_mean({a}, {i})", "{a}.argmax()",
    "{a}.argmin({i}, keepdim=True)", "{a}.sum({i}, dtype={t})", "{a}.mean(dtype={t})", "{a}.std(correction=0)",
    "{a}.count_nonzero({i})", "{a}.prod(dtype={t})", "{a}.diff()", "{a}.diff(dim={i})", "{a}.trace()",
    "{a}.unique()", "{a}.sum(axis={i}, keepdims=True)", "torch.linalg.vector_norm({a})", "torch.sum({a}, {i})",
    "torch.linalg.norm({a}, dim={i})", "{a}.cumsum({i}, dtype={t})", "{a}.softmax({i}, dtype={t})",
    "{a}.topk(2)", "{a}.max({i})", "{a}.var({i}, unbiased=False, keepdim=True)",
]
VIEWS = [
    "{a}.t()", "{a}.T", "{a}.transpose(0, {i})", "{a}.permute(1, 0)", "{a}.permute(-1, 0, 1)",
    "{a}.view(-1)", "{a}.view(3, 2)", "{a}.reshape(-1)", "{a}.reshape(3, -1)", "{a}.squeeze()",
    "{a}.squeeze({i})", "{a}.unsqueeze({i})", "{a}.expand(2, 3)", "{a}.expand(2, -1, 3)", "{a}[0]",
    "{a}[-1]", "{a}[..., 1]", "{a}[:, 1:]", "{a}[::2]", "{a}[None]", "{a}[1:, ..., :2]", "{a}[5]",
    "{a}.narrow({i}, 0, 1)", "{a}.select({i}, 0)", "{a}.unbind({i})[0]", "{a}.split(2, {i})[-1]",
    "{a}.chunk(2, {i})[0]", "{a}.flatten()", "{a}.flatten(1)", "{a}.diagonal()", "{a}.movedim(0, -1)",
    "{a}.swapaxes(0, 1)", "{a}.ravel()", "{a}.repeat(2, 1)", "{a}.unfold(0, 2, 1)",
    "{a}.as_strided((2,), (1,))", "{a}.tril()", "{a}.triu(1)", "{a}.roll(1, 0)", "{a}.flip({i})", "{a}.mT",
    "{a}.view({s})", "{a}.reshape({s})", "{a}.expand({s})", "{a}.unfold({i}, 1, 2)", "{a}.diagonal(1, 0, -1)",
    "{a}.as_strided((2, 2), (1, 1), 1)", "{a}.view({t})", "{a}.unflatten({i}, (-1, 1))", "{a}.squeeze((0, 1))",
    "{a}.split([1, 1], {i})[0]", "{a}.split([1, 2], {i})", "torch.broadcast_to({a}, {s})", "{a}.roll(1)",
    "{a}.tile(2)", "{a}.repeat(2)", "{a}.rot90()", "{a}.fliplr()", "{a}.flipud()", "{a}.diag()", "{a}.diag_embed()",
    "{a}.flip(0, 1)", "{a}.flatten(0, 1)", "{a}[...]", "{a}[:]", "{a}[True]", "{a}[()]", "{a}[0, None]",
    "{a}[:, None, 0]", "{a}[-2:, 0]", "{a}[1:1]", "{a}.narrow({i}, 1, 1)", "{a}.chunk(3)", "{a}.unbind()",
    "{a}.transpose(-1, {i})", "{a}.permute(*range({a}.ndim - 1, -1, -1))", "{a}.moveaxis(-1, 0)", "{a}[1:][:1]",
    "torch.meshgrid({a}, {b}, indexing='ij')[0]", "{a}.expand(-1, 3)", "{a}.triu(-1)", "{a}.roll((1, 1), (0, -1))",
]
PICKED = [
    "{a}[{b} > 0]", "{a}[torch.tensor([0, -1])]", "{a}[[0, 0]]", "{a}[:, [0, 1]]",
    "{a}[torch.tensor([True, False])]", "{a}.index_select({i}, torch.tensor([0, 0]))",
    "{a}.gather({i}, torch.zeros_like({a}, dtype=torch.int64))", "{a}.masked_select({b} > 0)",
    "torch.cat([{a}, {b}], {i})", "torch.stack([{a}, {b}], {i})", "torch.cat([{a}, {a}])",
    "{a}.take(torch.tensor([0, 1]))", "{a}.nonzero()", "torch.stack([{a}, {a}], {i})",
    "{a}[{b}.long() * 0]", "{a}.scatter({i}, torch.zeros_like({a}, dtype=torch.int64), {n})",
    "{a}.repeat_interleave(2)", "{a}[{b}]", "{a}[{b}, 0]", "{a}[torch.tensor(1)]", "{a}[torch.tensor(1), 1:]",
    "{a}[[0], [1]]", "{a}[..., [0, -1]]", "{a}[[[0, 1]]]", "{a}[None, [0]]", "{a}.gather({i}, {b})",
    "{a}.scatter({i}, {b}, {c})", "{a}.scatter_add({i}, torch.zeros_like({b}, dtype=torch.int64), {b})",
    "{a}.index_add({i}, torch.tensor([0, 0]), {b})", "{a}.index_copy({i}, torch.tensor([0]), {b})",
    "{a}.index_fill({i}, torch.tensor([0, 1]), {n})", "{a}.masked_scatter({b} > 0, {c})", "{a}.index_select(0, {b})",
    "{a}.index_put((torch.tensor([0, 0]),), {b})", "{a}.index_put((torch.tensor([0, 0]),), {b}, accumulate=True)",
    "torch.take_along_dim({a}, {b}.long() * 0, {i})", "torch.vstack([{a}, {b}])", "torch.hstack([{a}, {b}])",
    "{a}.repeat_interleave(2, {i})", "torch.cat([{a}, {b}, {c}], {i})", "torch.where({a} > 0)", "{a}.take({b})",
    "{a}.gather({i}, {b}.long() % 2)", "{a}[{b}.bool(), ...]", "{a}[{a} > {n}]", "{a}[:, [True, False]]",
    "{a}.masked_select({a} > 0)", "{a}[[0, 1], :, [0, 0]]", "{a}.scatter({i}, torch.zeros_like({a}, dtype=torch.int64), {b})",
]
PRODUCTS = [
    "{a} @ {b}", "{a} @ {b}.mT", "{a}.mm({b})", "{a}.matmul({b})", "torch.dot({a}, {b})", "{a}.mv({b})",
    "torch.outer({a}, {b})", "torch.bmm({a}, {b})", "torch.addmm({a}, {a}, {b})", "torch.addmm({a}, {b}, {c})",
    "torch.addmm({a}, {b}, {c}, beta={n}, alpha={n})", "torch.einsum('ij,jk->ik', {a}, {b})",
    "torch.einsum('...i,...i->...', {a}, {b})", "torch.tensordot({a}, {b}, 1)", "torch.kron({a}, {b})",
    "F.linear({a}, {b})", "F.linear({a}, {b}, {c})", "torch.linalg.det({a})", "torch.inverse({a} + 9)",
]
FUNCTIONAL = [
    "F.relu({a})", "F.softplus({a})", "F.leaky_relu({a}, 0.1)", "F.elu({a})", "F.silu({a})", "F.gelu({a})",
    "F.hardtanh({a})", "F.logsigmoid({a})", "F.mish({a})", "F.hardsigmoid({a})", "F.hardswish({a})", "F.relu6({a})",
    "F.selu({a})", "F.celu({a}, 0.5)", "F.softsign({a})", "F.tanhshrink({a})", "F.threshold({a}, 0.5, {n})",
    "F.glu({a}, {i})", "F.prelu({a}, {b})", "F.softmin({a}, {i})", "F.gelu({a}, approximate='tanh')",
    "F.mse_loss({a}, {b})", "F.mse_loss({a}, {b}, reduction='sum')", "F.l1_loss({a}, {b})",
    "F.smooth_l1_loss({a}, {b})", "F.huber_loss({a}, {b})", "F.binary_cross_entropy({a}, {b})",
    "F.binary_cross_entropy({a}.sigmoid(), {b} * 0)", "F.binary_cross_entropy_with_logits({a}, {b})",
    "F.kl_div({a}, {b}, reduction='sum')", "F.cross_entropy({a}, {b})", "F.nll_loss({a}, {b})",
    "F.cross_entropy({a}, torch.tensor([0, 1]))", "F.nll_loss({a}, torch.tensor([0, 1]), reduction='sum')",
    "F.normalize({a})", "F.cosine_similarity({a}, {b}, {i})", "F.pad({a}, (1, 0))", "F.one_hot({a})",
    "F.pad({a}, (0, 1, 1, 0), value=2.0)", "F.embedding({a}.long() * 0, {b})", "F.dropout({a}, 0.0)",
    "F.mse_loss({a}, {b}, reduction='none')", "F.softmax({a}, {i})", "F.softplus({a}, 2.0, 1.0)",
    "F.cross_entropy({a}, {b}.long() * 0)", "F.l1_loss({a}, {b}, reduction='none')",
]
IN_PLACE = [
    "{a}.add_({b})", "{a}.sub_({n})", "{a}.mul_({b})", "{a}.mul_({n})", "{a}.div_({n})", "{a}.zero_()",
    "{a}.fill_({n})", "{a}.copy_({b})", "{a}.clamp_(-1, 1)", "{a}.relu_()", "{a}.exp_()", "{a}.neg_()",
    "{a}.sqrt_()", "{a}.tanh_()", "{a}.sigmoid_()", "{a}.pow_(2)", "{a}[0] = {n}", "{a}[0] = {b}",
    "{a}[{b} > 0] = {n}", "{a}[..., 1:] = {b}", "{a}[:] = {b}", "{a}[torch.tensor([0, 0])] += 1",
    "{a} += {b}", "{a} *= {n}", "{a}.masked_fill_({b} > 0, {n})", "{a}.detach_()", "{a}.requires_grad_()",
    "{a}.data.mul_(2)", "{a}.t().mul_({n})", "{a}.view(-1)[0] = {n}", "{a}[0].add_({n})",
    "{a}.index_add_(0, torch.tensor([0]), {b}[:1])", "{a}.index_fill_(0, torch.tensor([0]), {n})",
    "{a}.unsqueeze_(0)", "{a}.squeeze_()", "{a}.transpose_(0, -1)",
    "torch.no_grad()(lambda: {a}.add_({n}))()", "{a}.fill_diagonal_({n})",
    "{a}.scatter_(0, {b}.long() * 0, {n})", "{a}.t_()", "{a}.squeeze_({i})", "{a}.sub_({b})", "{a}.div_({b})",
    "{a}.pow_({b})", "{a} /= {b}", "{a} -= {n}", "{a} **= 2", "{a} //= {n}", "{a} %= {b}", "{a} &= {b}", "{a} |= True",
    "{a}.add_({b}, alpha={n})", "{a}.addcmul_({b}, {c})", "{a}.addcdiv_({b}, {c}, value={n})", "{a}.lerp_({b}, 0.5)",
    "{a}.clamp_({n})", "{a}.clamp_(max={n})", "{a}.masked_scatter_({b} > 0, {c})", "{a}.index_copy_(0, torch.tensor([0]), {b})",
    "{a}.index_put_((torch.tensor([0]),), {b})", "{a}.scatter_add_(0, torch.zeros_like({b}, dtype=torch.int64), {b})",
    "{a}.fill_({b})", "{a}.abs_()", "{a}.square_()", "{a}.floor_()", "{a}.reciprocal_()", "{a}.log_()", "{a}.eq_({b})",
    "{a}.gt_({n})", "{a}.remainder_({n})", "{a}.fmod_({b})", "{a}.floor_divide_({n})", "{a}.detach().add_({n})",
    "{a}.requires_grad_(False)", "{a}.requires_grad = True", "{a}.grad = {b}", "{a}.retain_grad()", "{a}.data = {b}",
    "{a}.sum().backward()", "{a}.backward()", "{a}.backward({b})", "{a}.sum().backward(retain_graph=True)",
    "{a}[{b}] = {n}", "{a}[:, 0] = {c}", "{a}[[0, 0]] = {b}", "{a}[..., 0] *= {n}", "{a}[None] = {b}", "{a}[1:] = {a}[:-1]",
    "{a}.view(-1).mul_({b})", "{a}[{b} > 0] *= {n}", "{a}[()] = {n}", "{a}.diagonal().fill_({n})", "{a}.select({i}, 0).zero_()",
    "{a}.unbind({i})[0].mul_(2)", "{a}.split(1)[0].add_(1)", "{a}.expand(2, 3).add_(1)", "{a}.resize_(2, 2).zero_()",
    "{a}.sin_()", "{a}.ceil_()", "{a}.clamp_({b})", "{a}.set_({b})", "{a}.grad.zero_()", "{a}.grad.add_(1)",
]
SHOWN = [
    "repr({a})", "str({a}.grad)", "{a}.tolist()", "{a}.stride()", "{a}.is_contiguous()", "bool({a})", "float({a})",
    "{a}.item()", "len({a})", "{a}.numpy()", "{a}.storage_offset()", "{a}.size({i})", "{a}._version", "{a}.grad",
    "torch.autograd.grad({a}, {b})", "torch.autograd.grad({a}.sum(), [{b}], allow_unused=True)", "int({a})",
    "torch.autograd.grad({a}.sum(), {b}, create_graph=True)", "{a}._base is {b}", "{a}.grad_fn", "{a}.is_leaf",
    "[each.shape for each in {a}]", "'%s' % {a}", "f'{{{a}}}'", "{a}.requires_grad", "{a} in {b}", "{a}.nelement()",
]
WRONG = [
    "{a}.sum('x')", "{a}.view(2.5)", "{a}.add()", "{a}.add({b}, {c}, {a})", "torch.cat({a})", "torch.stack([])",
    "{a}.transpose(0)", "{a}.mean(dim=5)", "{a}.reshape('x')", "{a} + 'x'", "{a}['x']", "{a}[1.5]", "{a}[{b}, {c}, {a}, {b}]",
    "{a} + None", "{a}.foo", "torch.foo({a})", "{a}.sum(dim=1.5)", "{a}.softmax()", "{a}.clamp()", "{a}.expand()",
    "torch.zeros(-1)", "torch.zeros(2, dtype=float)", "torch.ones('x')", "torch.full((2,), None)", "torch.eye(-1)",
    "{a}.to('cuda')", "{a}.to('x')", "{a}.type('x')", "{a} @ 2", "{a} < 'x'", "{a}.permute(0)", "{a}.permute(0, 0)",
    "{a}.split(-1)", "{a}.chunk(0)", "{a}.unfold(0, 9, 1)", "{a}.as_strided((9, 9), (9, 9))", "{a}.narrow(0, 5, 1)",
    "torch.arange(0, 5, -1)", "torch.linspace(0, 1, -1)", "{a}.gather(0, {b}.float())", "{a}.index_select(0, {b}.float())",
    "{a}.scatter(0, {b}.float(), 1)", "{a}.masked_fill({b}, 1)", "{a}.masked_select({b})", "{a}.where({b}, {c})",
    "{a}.requires_grad_('x')", "{a}.requires_grad = 1", "{a}.grad = 1", "{a}.backward('x')", "{a}.retain_grad(1)",
    "torch.tensor({a})", "torch.tensor('x')", "torch.tensor([1, [2]])", "torch.tensor([{a}, {b}])", "torch.tensor(None)",
    "{a}.shape = 1", "{a}.dtype = 1", "{a}.copy_(1)", "{a}.fill_('x')", "{a}.fill_([1])", "{a}[0] = 'x'", "{a}[9] = 1",
    "torch.add({a})", "torch.sum()", "torch.max({a}, 'x')", "{a}.max(9)", "{a}.argmax('x')", "{a}.squeeze('x')",
    "{a}.flip()", "{a}.flip(9)", "{a}.roll()", "{a}.repeat()", "{a}.repeat(-1)", "{a}.topk(99)", "{a}.kthvalue(0)",
    "torch.where({a})", "torch.where({a} > 0, {b})", "torch.autograd.grad({a}, 1)", "torch.autograd.grad(1, {a})",
    "F.linear({a})", "F.softmax({a}, 'x')", "F.mse_loss({a})", "F.cross_entropy({a}, {a})", "F.pad({a}, (1,))", "F.relu(1)",
    "{a}.sort(9)", "{a}.norm('x')", "{a}.pow()", "{a}.pow('x')", "torch.pow(2, 2)", "{a}.div({b}, rounding_mode='x')",
    "{a}.mm(1)", "torch.mm({a})", "{a}.t(1)", "{a}.item(1)", "{a}.view()", "{a}.view(-2)", "{a}.view(-1, -1)", "{a}()",
    "for each in {a}: pass", "{a}.size(9)", "{a}.stride(9)", "del {a}.grad", "del {a}[0]", "{a}.numpy(1)",
    "torch.no_grad(1)", "torch.set_grad_enabled('x')", "{a}.register_hook(1)", "{a}.sum(0, 1, 2)", "{a}.sum(keepdim=1)",
]
FAMILIES = [
    UNARY, BINARY, BINARY, REDUCED, VIEWS, VIEWS, PICKED, PRODUCTS, IN_PLACE, IN_PLACE, FUNCTIONAL, SHOWN, WRONG
]
# fmt: on

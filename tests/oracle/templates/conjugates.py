"""Conjugates and negatives that are not computed: what they show, what is made of them, changes on both sides."""

from __future__ import annotations

from .subject import Subject

# fmt: off
CONJUGATES = Subject(
    first=[
        "{x}.conj()", "{x}.conj()", "{x}.conj()", "{x}.mH", "{x}.adjoint()", "{x}.H", "{x}.conj().imag", "{x}.conj().real", "{x}.conj()[0]", "{x}.conj()[..., 1:]",
        "({x} * 1).conj()", "({x} * 2j).conj()", "({x} * 1).mH", "({x} * 1).conj().imag", "{x}.detach().clone().conj()", "{x}.detach().clone().conj().imag", "{x}.conj() * 1",
    ],
    calls=[
        "{b}.conj()", "{a}.conj()", "{a}.conj().conj()", "{a}.mH", "{a}.H", "{a}.adjoint()", "{a}.real", "{a}.imag", "{a}.imag.clone()", "{a}.conj().imag", "{a}.conj().real", "{a}.resolve_conj()",
        "{a}.resolve_neg()", "torch.resolve_conj({a})", "torch.resolve_neg({a})", "{a}.is_conj()", "{a}.is_neg()", "torch.is_conj({a})", "torch.is_neg({a})", "torch.conj({a})", "torch.adjoint({a})",
        "{a}.conj_physical()", "torch.conj_physical({a})", "{a}.conj_physical_()", "torch.conj_physical_({a})", "torch.view_as_real({a})", "torch.view_as_complex({a})", "torch.view_as_real({a}.conj())", "{a}.numpy()",
        "{a}.detach().numpy()", "{a}.detach().numpy(force=True)", "{a}.detach().conj().numpy()", "{a}.tolist()", "str({a})", "repr({a}.detach())", "{a}.view(torch.float32)", "{a}.view(torch.complex64)", "{a}.view({a}.dtype)",
        "{a}.clone()", "{a}.detach()", "{a}.data", "{a}.contiguous()", "{a}.clone(memory_format=torch.contiguous_format)", "{a}.t()", "{a}.mT", "{a}.reshape(-1)", "{a}.reshape(3, -1)", "{a}.view(-1)", "{a}.flatten()", "{a}[0]",
        "{a}[..., 1:]", "{a}[None]", "{a}[..., ::2]", "{a}[torch.tensor([0])]", "{a}.expand(2, -1, -1)", "{a}.unbind(0)", "{a}.split(1)", "{a}.chunk(2, -1)", "{a}.diagonal()", "{a}.unfold(0, 1, 1)", "{a}.as_strided((2,), (1,))",
        "{a}.as_strided((2,), (1,), 1)", "{a}.squeeze()", "{a}.unsqueeze(0)", "{a}.movedim(0, -1)", "{a}.narrow(0, 0, 1)", "{a}.select(0, 0)", "{a}.view_as({b})", "{a}.expand_as({b})", "{a}.storage_offset()", "{a}.stride()",
        "{a}.is_contiguous()", "{a}.data_ptr() == {b}.data_ptr()", "{a}.is_set_to({b})", "{a}.untyped_storage().nbytes()", "{a}.equal({b})", "torch.allclose({a}, {b})", "{a} + {b}", "{a} - {b}", "{a} * {b}", "{a} / {b}",
        "{a} * {a}.conj()", "({a} * {a}.conj()).real", "{a} * {n}", "{n} - {a}", "{a} * 2j", "-{a}", "{a}.neg()", "{a}.abs()", "{a}.exp()", "{a}.log()", "{a}.sgn()", "{a}.angle()", "{a}.square()", "{a} ** 2", "{a}.sqrt()",
        "{a}.tanh()", "{a}.sum({d})", "{a}.mean({d})", "{a}.prod()", "{a}.cumsum(0)", "{a}.cumprod(0)", "{a}.norm()", "{a} @ {b}", "{a}.mH @ {b}", "{a} @ {b}.mH", "{a}.mm({b})", "{a}.mv({b})", "{a}.dot({b})", "torch.vdot({a}, {b})",
        "torch.inner({a}, {b})", "torch.outer({a}, {b})", "torch.addmm({a}, {b}, {c})", "torch.einsum('ij,kj->ik', {a}, {b})", "torch.bmm({a}[None], {b}[None])", "torch.kron({a}, {b})", "torch.trace({a})", "torch.stack([{a}, {b}])",
        "torch.cat([{a}, {b}])", "torch.where({a} == 0, {a}, {b})", "torch.where({a}.abs() > 1, {a}, {b})", "{a}.masked_fill({a}.abs() > 1, 1j)", "{a}[{a}.abs() > 1]", "{a}.flip(0)", "{a}.roll(1)", "{a}.rot90()", "{a}.tril()",
        "{a}.repeat(2, 1)", "{a}.repeat_interleave(2)", "{a}.tile(2)", "{a}.index_select(0, torch.tensor([0]))", "{a}.take(torch.tensor([0, 1]))", "{a}.gather(0, torch.zeros_like({a}, dtype=torch.int64))", "{a}.nonzero()",
        "{a}.index_add(0, torch.tensor([0]), {b}[:1])", "{a}.scatter(0, torch.zeros_like({a}, dtype=torch.int64), {b})", "torch.complex({a}.real, {a}.imag)", "{a}.to(torch.complex64)", "{a}.to(torch.complex128)", "{a}.to(torch.float32)",
        "{a}.cfloat()", "{a}.type_as({b})", "{a}.to({b})", "{a}.cpu()", "{a}.positive()", "+{a}", "{a}.isreal()", "{a}.isnan()", "{a}.isfinite()", "{a} == {b}", "{a}.bool()", "{a}.item()", "{a}.real.is_neg()", "{a}.imag.is_neg()",
        "{a}.relu()", "{a}.max()", "{a}.clamp(0, 1)", "{a}.sort()[0]", "{a} > 0", "{a}.floor()", "{a}.sigmoid()", "{a}.maximum({b})", "{a}.sin()", "{a}.std()", "{a}.softmax(-1)", "{a}.lerp({b}, 0.5)", "{a}.addcmul({b}, {c})",
        "torch.zeros_like({a})", "torch.ones_like({a})", "torch.empty_like({a}).zero_()", "torch.full_like({a}, 2)", "{a}.new_zeros(2)", "torch.as_tensor({a})", "torch.tensor({a}.tolist())", "torch.asarray({a}.detach())",
        "torch.from_dlpack({a}.detach().resolve_neg())", "nn.Parameter({a}.detach()).is_conj()", "copy.deepcopy({a}.detach())", "copy.deepcopy({a}.detach()).is_conj()", "pickle.loads(pickle.dumps({a}.detach())).is_conj()", "pickle.loads(pickle.dumps({a}.detach())).tolist()",
        "torch.linalg.inv({a})", "torch.linalg.solve({a}, {b})", "torch.linalg.norm({a})", "torch.linalg.det({a})", "torch.linalg.eigvalsh({a} + {a}.mH)", "torch.linalg.vecdot({a}, {b})", "torch.linalg.matrix_power({a}, 2)",
        "torch.autograd.grad({a}.abs().sum(), {b})", "torch.autograd.grad({a}.abs().sum(), {b}, create_graph=True)", "torch.autograd.grad({a}, {b}, torch.ones_like({a}))", "torch.autograd.grad({a}.sum().real, {b})[0].is_conj()", "{a}.grad",
        "{b} = {a}.conj()", "{a}.mul_({n})", "{a}.mul_(2j)", "{a}.mul_({b})", "{a}.add_({b})", "{a}.sub_({b}.conj())", "{a}.div_({b})", "{a} *= 1j", "{a} += {b}", "{a} -= {n}", "{a}[0] = 1j", "{a}[0] = 3.0", "{a}[..., 1:] *= 2", "{a}.real.zero_()",
        "{a}.imag.zero_()", "{a}.imag.mul_({n})", "{a}.imag.add_({b}.imag)", "{a}.real.add_({b}.real)", "{a}.real = {b}.real", "{a}.imag = {b}.imag", "{a}.conj().imag.fill_(2)", "{a}.zero_()", "{a}.fill_(1j)", "{a}.fill_({n})", "{a}.copy_({b})",
        "{a}.conj().copy_({b})", "{a}.conj().mul_({n})", "{a}.conj()[0].add_({n})", "{a}[0].conj().mul_(2j)", "{a}.mH.mul_({n})", "{a}.exp_()", "{a}.sqrt_()", "{a}.neg_()", "{a}.tanh_()", "{a}.sgn_()", "{a}.abs_()", "{a}.masked_fill_({b}.abs() > 1, 2)",
        "{a}.t_()", "{a}.unsqueeze_(0)", "{a}.squeeze_()", "{a}.transpose_(0, -1)", "{a}.resize_(2)", "{a}.set_({b})", "{a}.set_()", "{a}.resolve_conj().mul_({n})", "{a}.requires_grad_()", "{a}.detach_()", "{a}.addcmul_({b}, {c})", "{a}.lerp_({b}, 0.5)",
        "{a}.index_put_((torch.tensor([0]),), {b}[:1])", "{a}.index_fill_(0, torch.tensor([0]), 1)", "{a}.index_copy_(0, torch.tensor([0]), {b}[:1])", "{a}.scatter_(0, torch.zeros_like({a}, dtype=torch.int64), {b})", "{a}.index_add_(0, torch.tensor([0]), {b}[:1])",
        "{a}.addmm_({b}, {c})", "{a}.tril_()", "{a}.fill_diagonal_(1)", "{a}.zero_().add_({b})", "torch.add({a}, {b}, out={c})", "torch.mul({a}, 2j, out={c})", "torch.mm({a}, {b}, out={c})", "torch.vdot({a}, {b})",
        "{a}.backward()", "{a}.abs().sum().backward()", "{a}.real.sum().backward()", "{a}.sum().abs().backward()", "({a} * {b}).imag.sum().backward()", "({a} * {a}.conj()).real.sum().backward()", "{a}.retain_grad()",
        "{a}.backward(torch.ones_like({a}))", "{a}.backward(torch.ones_like({a}).conj())",
    ],
    shapes=[
        ("(2, 3)", "(2, 3)", "(3,)"), ("(3, 3)", "(3, 3)", "(3, 3)"), ("(3,)", "(3,)", "(3,)"), ("()", "()", "()"), ("(2, 2)", "(2,)", "(2,)"), ("(2, 2, 3)", "(2, 3)", "(3,)"), ("(0, 3)", "(3,)", "(3,)"), ("(2, 1)", "(3,)", "(2,)"),
    ],
    dtypes=["complex64", "complex64", "complex128", "complex128", "float32"],
)

"""Write random programs: leaves of many shapes, dtypes and layouts, and lines that combine, view and change them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Pick = Callable[[Sequence[Any]], Any]

# fmt: off
SHAPES = [
    "()", "(3,)", "(1,)", "(2, 3)", "(2, 1)", "(1, 3)", "(3, 3)", "(0,)", "(0, 3)", "(2, 2, 3)",
    "(2, 3, 1)",
]
FLOATS = ["float32", "float32", "float32", "float64", "float16"]
OTHERS = ["int64", "int64", "int32", "uint8", "bool", "int8"]
LAYOUTS = [
    "", "", "", ".t()", ".transpose(0, -1)", ".flip(0)", "[..., ::2]", ".expand(2, 2, 3)", ".unsqueeze(0)",
    "[1:]",
]
DIMS = ["", "0", "-1", "1", "(0, 1)", "0, keepdim=True", "-1, keepdim=True", "2", "-3"]
DIM = ["0", "-1", "1", "2", "-2"]
NUMBERS = ["2", "0.5", "-1", "0", "True", "3.0", "-2.5", "1e-3"]

UNARY = [
    "{a}.exp()", "{a}.neg()", "-{a}", "{a}.abs()", "{a}.relu()", "{a}.sigmoid()", "{a}.tanh()",
    "{a}.sqrt()", "{a}.log()", "{a}.sin()", "{a}.cos()", "{a}.square()", "{a}.reciprocal()", "{a}.sign()",
    "{a}.floor()", "{a}.ceil()", "{a}.round()", "{a}.trunc()", "{a}.clone()", "{a}.detach()",
    "{a}.contiguous()", "{a}.float()", "{a}.double()", "{a}.half()", "{a}.long()", "{a}.bool()", "~{a}",
    "{a}.isnan()", "{a}.log1p()", "{a}.expm1()", "{a}.rsqrt()", "{a}.erf()", "{a}.atan()", "{a}.sinh()",
    "{a}.cosh()", "{a}.logical_not()", "{a}.int()", "torch.zeros_like({a})", "torch.ones_like({a})",
    "{a}.to(torch.float64)", "{a}.type(torch.int32)", "{a}.data", "{a}.frac()",
]
BINARY = [
    "{a} + {b}", "{a} - {b}", "{a} * {b}", "{a} / {b}", "{a} ** {b}", "{a} // {b}", "{a} % {b}",
    "torch.maximum({a}, {b})", "torch.minimum({a}, {b})", "torch.atan2({a}, {b})", "{a} < {b}",
    "{a} == {b}", "{a} >= {b}", "{a} != {b}", "{a} & {b}", "{a} | {b}", "{a} + {n}", "{n} - {a}",
    "{a} * {n}", "{n} / {a}", "{a} / {n}", "{a} ** {n}", "{n} ** {a}", "{a} > {n}", "{a} // {n}",
    "{a} % {n}", "{a}.add({b}, alpha={n})", "torch.where({a} > 0, {a}, {b})",
    "torch.where({b} > {n}, {a}, {n})", "{a}.masked_fill({b} > 0, {n})", "{a}.clamp({n})",
    "{a}.clamp(max={n})", "{a}.clamp(-1, 1)", "{a}.lerp({b}, 0.25)", "torch.logaddexp({a}, {b})",
    "{a}.expand_as({b})", "{a}.view_as({b})", "{a}.type_as({b})", "torch.addcmul({a}, {a}, {b})",
]
REDUCED = [
    "{a}.sum({d})", "{a}.mean({d})", "{a}.amax({d})", "{a}.amin({d})", "{a}.logsumexp({d})", "{a}.std({d})",
    "{a}.var({d})", "{a}.all({d})", "{a}.any({d})", "{a}.norm()", "{a}.max()", "{a}.min()", "{a}.prod()",
    "{a}.max({i})[0]", "{a}.min({i})[1]", "{a}.prod({i})", "{a}.cumsum({i})", "{a}.cumprod({i})",
    "{a}.softmax({i})", "{a}.log_softmax({i})", "{a}.argmax({i})", "{a}.argmin()", "{a}.median()",
    "{a}.sort({i})[0]", "{a}.topk(1, {i})[0]", "{a}.var(unbiased=False)", "{a}.count_nonzero()",
    "{a}.nansum()",
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
]
PICKED = [
    "{a}[{b} > 0]", "{a}[torch.tensor([0, -1])]", "{a}[[0, 0]]", "{a}[:, [0, 1]]",
    "{a}[torch.tensor([True, False])]", "{a}.index_select({i}, torch.tensor([0, 0]))",
    "{a}.gather({i}, torch.zeros_like({a}, dtype=torch.int64))", "{a}.masked_select({b} > 0)",
    "torch.cat([{a}, {b}], {i})", "torch.stack([{a}, {b}], {i})", "torch.cat([{a}, {a}])",
    "{a}.take(torch.tensor([0, 1]))", "{a}.nonzero()", "torch.stack([{a}, {a}], {i})",
    "{a}[{b}.long() * 0]", "{a}.scatter({i}, torch.zeros_like({a}, dtype=torch.int64), {n})",
    "{a}.repeat_interleave(2)",
]
PRODUCTS = [
    "{a} @ {b}", "{a} @ {b}.mT", "{a}.mm({b})", "{a}.matmul({b})", "torch.dot({a}, {b})", "{a}.mv({b})",
    "torch.outer({a}, {b})", "torch.bmm({a}, {b})", "torch.addmm({a}, {a}, {b})",
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
    "{a}.scatter_(0, {b}.long() * 0, {n})",
]
FAMILIES = [UNARY, BINARY, BINARY, REDUCED, VIEWS, VIEWS, PICKED, PRODUCTS, IN_PLACE]
# fmt: on


def build(pick: Pick) -> list[str]:
    """Return the lines of a program; `pick` chooses one of a sequence, the simplest first."""
    lines = []
    for index in range(pick([1, 2, 3])):
        kind = pick([*FLOATS, *OTHERS])
        numbers = f"fill({pick(SHAPES)}, {index + pick([0, 1, 2])}, '{kind}')"
        leaf = kind in FLOATS and pick([True, True, False])
        lines.append(f"a{index} = {numbers}{'.requires_grad_()' if leaf else ''}")
        if layout := pick(LAYOUTS):
            lines.append(f"a{index} = a{index}{layout}")
    names = [f"a{index}" for index in range(index + 1)]
    for _ in range(pick([1, 2, 3, 4, 5, 6])):
        family = pick(FAMILIES)
        template = pick(family)
        text = template.format(a=pick(names[::-1]), b=pick(names), n=pick(NUMBERS), d=pick(DIMS), i=pick(DIM))
        if family is IN_PLACE:
            lines.append(text)
        else:
            names.append(f"a{len(names)}")
            lines.append(f"{names[-1]} = {text}")
    return lines

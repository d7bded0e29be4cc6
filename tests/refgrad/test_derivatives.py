"""Every derivative agrees with central differences, first and second, whatever the layout of the operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import refgrad as torch
from refgrad.autograd import gradcheck, gradgradcheck
from refgrad.nn import functional as F  # noqa: N812 - the name everybody uses

Function = Callable[..., Any]
index = torch.tensor([[0, 1, 1], [1, 0, 2]])
rows = torch.tensor([1, 0, 1])

# name: (function of one or two (2, 3) operands with elements in (0.2, 0.9), how many operands)
OPERATIONS: dict[str, tuple[Function, int]] = {
    "add": (lambda a, b: torch.add(a, b, alpha=2), 2),
    "sub": (lambda a, b: a - 3 * b, 2),
    "rsub": (lambda a: 2 - a, 1),
    "mul": (lambda a, b: a * b, 2),
    "div": (lambda a, b: a / b, 2),
    "reciprocal": (lambda a: 2 / a, 1),
    "pow number": (lambda a: a**3 + a**0.5 + a**-1, 1),
    "pow tensors": (lambda a, b: a**b, 2),
    "number to the power": (lambda a: 2**a, 1),
    "neg": (lambda a: -a, 1),
    "broadcast": (lambda a, b: a[0] * b + a[:, :1], 2),
    "atan2": (torch.atan2, 2),
    "hypot": (torch.hypot, 2),
    "logaddexp": (torch.logaddexp, 2),
    "xlogy": (torch.xlogy, 2),
    "lerp": (lambda a, b: torch.lerp(a, b, 0.3), 2),
    "addcmul": (lambda a, b: torch.addcmul(a, a, b, value=2), 2),
    "addcdiv": (lambda a, b: torch.addcdiv(a, a, b, value=2), 2),
    "maximum": (torch.maximum, 2),
    "minimum": (torch.minimum, 2),
    "where": (lambda a, b: torch.where(a > b, a * b, a), 2),
    "clamp": (lambda a: a.clamp(0.3, 0.7), 1),
    "sum": (lambda a: a.sum() * a.sum(1), 1),
    "mean": (lambda a: a.mean() * a.mean(0, keepdim=True), 1),
    "prod": (lambda a: a.prod() + a.prod(1).sum(), 1),
    "var": (lambda a: a.var(1) + a.std(), 1),
    "norm": (lambda a: a.norm() + a.norm(1) + a.norm(3, dim=1), 1),
    "max": (lambda a: a.max() * a.max(1)[0] + a.amin(1), 1),
    "logsumexp": (lambda a: a.logsumexp(1), 1),
    "softmax": (lambda a: a.softmax(1) * a, 1),
    "log_softmax": (lambda a: a.log_softmax(0) * a, 1),
    "cumsum": (lambda a: a.cumsum(1) * a, 1),
    "cumprod": (lambda a: a.cumprod(1), 1),
    "sort": (lambda a: a.sort(1)[0] * torch.arange(3.0).double(), 1),
    "topk": (lambda a: a.topk(2)[0] * 2, 1),
    "median": (lambda a: a.median(1)[0] * a.median(), 1),
    "matmul": (lambda a, b: a @ b.t(), 2),
    "einsum": (lambda a, b: torch.einsum("ij,kj,i->k", a, b, a[:, 0]), 2),
    "tensordot": (lambda a, b: torch.tensordot(a, b, ([1], [1])), 2),
    "kron": (lambda a, b: torch.kron(a.contiguous(), b[0]), 2),
    "det": (lambda a: torch.det(a @ a.t() + torch.eye(len(a), dtype=a.dtype)), 1),
    "inv": (lambda a: torch.linalg.inv(a @ a.t() + torch.eye(len(a), dtype=a.dtype)), 1),
    "solve": (lambda a, b: torch.linalg.solve(a @ a.t() + torch.eye(len(a), dtype=a.dtype), b), 2),
    "matrix vector": (lambda a, b: a @ b[0], 2),
    "vector matrix": (lambda a, b: a[:, 0] @ b, 2),
    "dot": (lambda a, b: a[0] @ b[1], 2),
    "batched": (lambda a, b: a.reshape(2, 1, 3) @ b.reshape(2, 3, 1), 2),
    "batch by matrix": (lambda a, b: a.expand(2, 2, 3) @ b.t(), 2),
    "matrix by batch": (lambda a, b: a @ b.reshape(1, 3, 2).expand(2, 3, 2), 2),
    "addmm": (lambda a, b: torch.addmm(a[:, :2], a, b.t(), beta=2, alpha=3), 2),
    "view": (lambda a: a.contiguous().view(3, 2) * 2, 1),
    "reshape": (lambda a: a.t().reshape(-1) * 2, 1),
    "permute": (lambda a: a.permute(1, 0) * a.t(), 1),
    "expand": (lambda a: a[:, :1].expand(2, 4) * 3, 1),
    "squeeze": (lambda a: a.unsqueeze(1).squeeze(1) * a.unsqueeze(0), 1),
    "flatten": (lambda a: a.flatten() ** 2, 1),
    "unfold": (lambda a: a.unfold(1, 2, 1) ** 2, 1),
    "as_strided": (lambda a: a.contiguous().as_strided((2, 2), (1, 2), 1) ** 2, 1),
    "diagonal": (lambda a: a.diagonal() ** 2, 1),
    "index": (lambda a: a[0] * a[:, 1:][0, 0] + a[..., None][1, :, 0], 1),
    "index list": (lambda a: a[[0, 1, 0]] ** 2, 1),
    "index mask": (lambda a: a[a > 0.5] ** 2, 1),
    "gather": (lambda a: a.gather(1, index) ** 2, 1),
    "scatter_add": (lambda a, b: a.scatter_add(1, index, b) ** 2, 2),
    "index_select": (lambda a: a.index_select(0, rows) ** 2, 1),
    "index_add": (lambda a, b: a.index_add(0, torch.tensor([1, 1]), b) ** 2, 2),
    "masked_fill": (lambda a: a.masked_fill(a > 0.5, 2.0) ** 2, 1),
    "masked_select": (lambda a: a.masked_select(a > 0.5) ** 2, 1),
    "take": (lambda a: a.take(rows) ** 2, 1),
    "cat": (lambda a, b: torch.cat([a, b * 2, a], 1) ** 2, 2),
    "stack": (lambda a, b: torch.stack([a, b], 1) ** 2, 2),
    "split": (lambda a: a.split([1, 2], 1)[1] ** 2, 1),
    "unbind": (lambda a: a.unbind(1)[0] * a.unbind(1)[2], 1),
    "flip": (lambda a: a.flip(1) * a.roll(1, 0), 1),
    "repeat": (lambda a: a.repeat(2, 1) ** 2, 1),
    "tril": (lambda a: a.tril() ** 2 + a.triu(), 1),
    "diag": (lambda a: a[0].diag() @ a.t(), 1),
    "pad": (lambda a: F.pad(a, (1, 2)) ** 2, 1),
    "linear": (lambda a, b: F.linear(a, b, b[:, 0]) ** 2, 2),
    "conv1d": (lambda a, b: F.conv1d(a[None], b[None, :, :2], padding=1) ** 2, 2),
    "conv2d": (
        lambda a, b: F.conv2d(a[None, None], b[None, None, :, :2], b[0, :1], padding=1, stride=2) ** 2,
        2,
    ),
    "max_pool2d": (lambda a: F.max_pool2d(a[None], 2, stride=1) ** 2, 1),
    "avg_pool2d": (lambda a: F.avg_pool2d(a[None], 2, stride=1, padding=1) ** 2, 1),
    "layer_norm": (lambda a, b: F.layer_norm(a, (3,), b[0], b[1]) ** 2, 2),
    "batch_norm": (lambda a, b: F.batch_norm(a, None, None, b[0], b[1], training=True) ** 2, 2),
    "mse": (lambda a, b: F.mse_loss(a, b), 2),
    "bce": (lambda a, b: F.binary_cross_entropy(a, b), 2),
    "bce with logits": (lambda a, b: F.binary_cross_entropy_with_logits(a, b), 2),
    "cross entropy": (lambda a: F.cross_entropy(a, torch.tensor([2, 0])), 1),
    "huber": (lambda a, b: F.huber_loss(a, b, delta=0.2), 2),
    "smooth l1": (lambda a, b: F.smooth_l1_loss(a, b, beta=0.2), 2),
    "kl": (lambda a, b: F.kl_div(a, b, reduction="sum"), 2),
    "embedding": (lambda a: F.embedding(rows, a) ** 2, 1),
    **{
        name: (lambda a, name=name: getattr(a, name)(), 1)
        for name in (
            *(
                "exp",
                "exp2",
                "expm1",
                "log",
                "log2",
                "log10",
                "log1p",
                "sqrt",
                "rsqrt",
                "sin",
                "cos",
                "tan",
                "asin",
            ),
            *(
                "acos",
                "atan",
                "sinh",
                "cosh",
                "tanh",
                "asinh",
                "atanh",
                "sigmoid",
                "erf",
                "abs",
                "square",
                "relu",
            ),
        )
    },
    **{
        name: (lambda a, name=name: getattr(F, name)(a * 3 - 1), 1)
        for name in (
            *(
                "leaky_relu",
                "elu",
                "selu",
                "celu",
                "softplus",
                "logsigmoid",
                "silu",
                "gelu",
                "mish",
                "hardswish",
            ),
            *("hardsigmoid", "hardtanh", "softsign", "tanhshrink"),
        )
    },
}
# Second derivatives that finite differences cannot confirm: kinks, or none that differ from 0.
FLAT = {"max_pool2d", "median", "cumprod", "hardsigmoid"}

LAYOUTS: dict[str, Function] = {
    "row-major": lambda t: t,
    "transposed": lambda t: t.t().contiguous().t(),
    "strided": lambda t: torch.stack([t, t], 2)[..., 0],
}


def operands(count: int, layout: str) -> tuple[torch.Tensor, ...]:
    drawn = np.random.default_rng(7)
    made = []
    for number in range(count):  # no two elements are equal: maxima and comparisons have no derivative there
        values = drawn.permutation(np.linspace(0.2, 0.9, 6)).reshape(2, 3) + 0.01 * number
        made.append(LAYOUTS[layout](torch.tensor(values)).detach().requires_grad_())
    return tuple(made)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_first_derivative_is_the_limit_of_differences(name: str, layout: str) -> None:
    function, count = OPERATIONS[name]
    assert gradcheck(function, operands(count, layout))


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - FLAT))
def test_the_second_derivative_is_the_limit_of_differences_of_the_first(name: str) -> None:
    function, count = OPERATIONS[name]
    assert gradgradcheck(function, operands(count, "row-major"), atol=1e-4)


def test_the_second_derivative_of_hardsigmoid_is_refused_as_in_torch() -> None:
    x = torch.tensor([0.5], requires_grad=True)
    (slope,) = torch.autograd.grad(F.hardsigmoid(x), x, create_graph=True)
    with pytest.raises(RuntimeError, match="derivative for aten::hardsigmoid_backward is not implemented"):
        slope.backward()


def test_the_determinant_of_a_singular_matrix_has_a_derivative() -> None:
    assert gradcheck(torch.det, (torch.ones(3, 3, dtype=torch.float64, requires_grad=True),))
    a = torch.tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    torch.det(a).backward()
    assert torch.allclose(a.grad, torch.tensor([[4.0, -2.0], [-2.0, 1.0]]), atol=1e-5)

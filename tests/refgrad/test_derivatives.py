"""Every derivative agrees with central differences, first and second, whatever the layout of the operands."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refgrad as torch
from refgrad import late
from refgrad.autograd import gradcheck, gradgradcheck
from refgrad.graph import Node
from refgrad.nn import functional as F  # noqa: N812 - the name everybody uses

Function = Callable[..., Any]


def _set_in_place(a: Any, b: Any) -> Any:
    changed = a * 2
    changed[[0, 1], [2, 0]] = b[0, :2]
    return changed.index_put((torch.tensor([1]),), b[:1]) ** 2


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
    "xlogy of a number": (lambda x: torch.xlogy(x, 2), 1),
    "xlogy with a number first": (lambda x: torch.xlogy(2, x), 1),
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
    "unsafe_split": (lambda a: a.unsafe_split(2, 1)[1] ** 2, 1),
    "unsafe_split_with_sizes": (lambda a: a.unsafe_split_with_sizes([1, 2], 1)[1] ** 2, 1),
    "as_strided_": (lambda a: (a * 1).as_strided_((2, 2), (1, 2)) ** 2, 1),
    "fill": (lambda a, b: torch.fill(a, b.sum()) * a, 2),
    "frexp": (lambda a: torch.frexp(a)[0] ** 2, 1),
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
    "adaptive_avg_pool2d": (lambda a: F.adaptive_avg_pool2d(a[None], (1, 2)) ** 2, 1),
    "layer_norm": (lambda a, b: F.layer_norm(a, (3,), b[0], b[1]) ** 2, 2),
    "batch_norm": (lambda a, b: F.batch_norm(a, None, None, b[0], b[1], training=True) ** 2, 2),
    "batch_norm by running moments": (
        lambda a, b: F.batch_norm(a, torch.zeros(3).double(), torch.ones(3).double(), b[0], b[1]) ** 2,
        2,
    ),
    "group_norm": (lambda a, b: F.group_norm(a[:, :2, None] * b[:, :2], 2, b[0, :2], b[1, :2]) ** 2, 2),
    "instance_norm": (
        lambda a, b: F.instance_norm(a[:, :2, None] * b[:, None, :], None, None, b[0, :2]) ** 2,
        2,
    ),
    "pairwise_distance": (lambda a, b: F.pairwise_distance(a, b, keepdim=True) ** 2, 2),
    "margin_ranking_loss": (lambda a, b: F.margin_ranking_loss(a, b, torch.ones(2, 3), margin=2.0), 2),
    "hinge_embedding_loss": (lambda a: F.hinge_embedding_loss(a, torch.tensor([1.0, -1.0, 1.0])), 1),
    "cosine_embedding_loss": (lambda a, b: F.cosine_embedding_loss(a, b, torch.tensor([1.0, -1.0])), 2),
    "triplet_margin_loss": (lambda a, b: F.triplet_margin_loss(a, b, 2 * b, margin=3.0), 2),
    "poisson_nll_loss": (lambda a, b: F.poisson_nll_loss(a, b, log_input=False), 2),
    "gaussian_nll_loss": (lambda a, b: F.gaussian_nll_loss(a, b, torch.full((2, 3), 0.5)), 2),
    "put": (lambda a, b: a.put(torch.tensor([0, 4]), b[0, :2]) ** 2, 2),
    "put, added": (lambda a, b: a.put(torch.tensor([0, 4, 0]), b[0], accumulate=True) ** 2, 2),
    **{
        f"scatter_reduce {reduce} {own}": (
            lambda a, b, reduce=reduce, own=own: a.scatter_reduce(1, index, b, reduce, include_self=own) ** 2,
            2,
        )
        for reduce in ("sum", "mean", "prod", "amax", "amin")
        for own in (True, False)
    },
    "scatter_reduce with zeros": (
        lambda a, b: a.scatter_reduce(1, index, b * torch.tensor([1.0, 0.0, 1.0]), "prod") ** 2,
        2,
    ),
    "select_scatter": (lambda a, b: a.select_scatter(b[0], 0, -1) ** 2, 2),
    "slice_scatter": (lambda a, b: a.slice_scatter(b[:, :2], 1, 0, 3, 2) ** 2, 2),
    "diagonal_scatter": (lambda a, b: a.diagonal_scatter(b[0, :2], 1) ** 2, 2),
    "nanmedian": (lambda a: a.nanmedian() ** 2 + a.nanmedian(1)[0].sum() ** 2, 1),
    "fmin": (torch.fmin, 2),
    "cov": (lambda a: a.cov() ** 2, 1),
    "weighted cov": (
        lambda a, b: a.cov(aweights=torch.tensor([0.2, 0.5, 0.3]).double()) * b.cov(correction=0),
        2,
    ),
    "corrcoef": (lambda a: a.T.matmul(a).corrcoef()[0, 1], 1),
    "diagflat": (lambda a: a.diagflat(1) ** 2, 1),
    "gradient": (lambda a: torch.gradient(a, dim=1)[0] ** 2, 1),
    "erfc": (torch.erfc, 1),
    "erfinv": (torch.erfinv, 1),
    "sinc": (torch.sinc, 1),
    "degrees": (lambda a: (a.deg2rad() * a.rad2deg()) ** 2, 1),
    "logaddexp2": (torch.logaddexp2, 2),
    "ldexp": (torch.ldexp, 2),
    "logcumsumexp": (lambda a: a.logcumsumexp(1) ** 2, 1),
    "addmv": (lambda a, b: torch.addmv(a[:, 0], b, a[1], beta=0.5, alpha=2) ** 2, 2),
    "addr": (lambda a, b: torch.addr(a, b[:, 0], a[0], alpha=2) ** 2, 2),
    "baddbmm": (lambda a, b: torch.baddbmm(a, b[:, None].expand(2, 2, 3), a.expand(2, 2, 3).mT @ b) ** 2, 2),
    "addbmm": (
        lambda a, b: torch.addbmm(a, b[:, None].expand(2, 2, 3), a.expand(2, 2, 3).mT @ b, alpha=2) ** 2,
        2,
    ),
    "vdot": (lambda a, b: torch.vdot(a[0], b[0]) ** 2, 2),
    "inner": (lambda a, b: torch.inner(a, b) ** 2, 2),
    "multi_dot": (lambda a, b: torch.linalg.multi_dot([a[0], b.T, a, b[1]]) ** 2, 2),
    "matrix_power": (lambda a, b: (a @ b.T).matrix_power(5), 2),
    **{
        f"interpolate {mode} {len(size)}d": (
            lambda a, mode=mode, size=size: F.interpolate(a[(None,) * len(size)], size=size, mode=mode) ** 2,
            1,
        )
        for mode, size in (
            ("nearest", (5,)),
            ("nearest-exact", (3, 5)),
            ("nearest", (2, 3, 5)),
            ("linear", (5,)),
            ("bilinear", (3, 5)),
            ("bicubic", (4, 2)),
            ("trilinear", (2, 3, 2)),
            ("nearest-exact", (5,)),
            ("nearest", (3, 2)),
            ("nearest-exact", (2, 2, 2)),
        )
    },
    "mse": (lambda a, b: F.mse_loss(a, b), 2),
    "bce": (lambda a, b: F.binary_cross_entropy(a, b), 2),
    "bce with logits": (lambda a, b: F.binary_cross_entropy_with_logits(a, b), 2),
    "cross entropy": (lambda a: F.cross_entropy(a, torch.tensor([2, 0])), 1),
    "huber": (lambda a, b: F.huber_loss(a, b, delta=0.2), 2),
    "smooth l1": (lambda a, b: F.smooth_l1_loss(a, b, beta=0.2), 2),
    "kl": (lambda a, b: F.kl_div(a, b, reduction="sum"), 2),
    "acosh": (lambda a: (a + 1).acosh() * a.logit(), 1),
    "extremes": (lambda a: a.amax(1) * a.min() * a.min(1)[0] * a.kthvalue(2)[0], 1),
    "one limit": (
        lambda a, b: a.clamp_min(0.4) * a.clamp_max(b + 0.1) * a.clamp_min(b) * a.clamp_max(0.6),
        2,
    ),
    "kept parts": (lambda a: a[...] * torch.rsub(a, a, alpha=2) * torch.rot90(a, 2), 1),
    "to complex": (lambda a: (a.to(torch.complex128) * 1j).conj_physical().imag ** 2, 1),
    "diagonal of a matrix": (lambda a: torch.diag(a[:, :2]) ** 2, 1),
    "nan_to_num": (lambda a: a.nan_to_num() ** 2, 1),
    "glu": (lambda a: F.glu(a[:, :2]) ** 2, 1),
    "prelu": (lambda a, b: F.prelu(a - 0.5, b[0, :1]) ** 2, 2),
    "threshold": (lambda a: F.threshold(a, 0.5, 2.0) ** 2, 1),
    "max_pool1d": (lambda a: F.max_pool1d(a[None], 2, stride=1) ** 2, 1),
    "cross entropy of positions": (lambda a: F.cross_entropy(a[None], torch.tensor([[1, 0, 1]])), 1),
    "equal parts": (
        lambda a: a.split(1)[1] * a.view(1, 2, 1, 3).squeeze() * a[None, None].squeeze((0, 1)),
        1,
    ),
    "copies in place": (lambda a, b: (a * 2).copy_(b) * (a * 2).fill_(b[0, 0]), 2),
    "set in place": (lambda a, b: _set_in_place(a, b), 2),
    "masked by a tensor": (lambda a, b: a.masked_fill(a > 0.5, b[0, 0]) ** 2, 2),
    "shapes in place": (lambda a: (a * 1).unsqueeze_(0).squeeze_().t_().transpose_(0, 1) ** 2, 1),
    "several dimensions dropped in place": (lambda a: (a * 1).unsqueeze_(0).squeeze_((0,)) ** 2, 1),
    "fmod": (lambda a, b: torch.fmod(a, 0.35) + a.fmod(b) + a % 0.35 + a.remainder(b) + a.frac(), 2),
    "fmax": (lambda a, b: torch.fmax(a, b) * a, 2),
    "copysign": (torch.copysign, 2),
    "copysign with a number": (lambda x: torch.copysign(x, 2), 1),
    "outer": (lambda a, b: torch.outer(a[0], b[1]), 2),
    "clamp tensors": (lambda a, b: a.clamp(b - 0.1, b + 0.1) * b, 2),
    "bilinear": (lambda a, b: F.bilinear(a, b, torch.ones(2, 3, 3, dtype=a.dtype).cumsum(1)), 2),
    "cdist": (torch.cdist, 2),
    "index_fill with a tensor": (lambda a, b: a.index_fill(1, torch.tensor([0, 2]), b[0, 0]) * a, 2),
    "nextafter": (torch.nextafter, 2),
    "cdist of other orders": (lambda a, b: torch.cdist(a, b, 3.0) + torch.cdist(a, b, 1.0), 2),
    "dist": (lambda a, b: torch.dist(a, b, 3.0), 2),
    "renorm": (lambda a: torch.renorm(a, 2, 0, 0.5), 1),
    "cross": (lambda a, b: torch.linalg.cross(a, b), 2),
    "trapezoid": (lambda a, b: torch.trapezoid(a) + torch.trapezoid(a, b.cumsum(1)), 2),
    "quantile": (lambda a: a.quantile(0.3, dim=1) * a.quantile(0.7), 1),
    "mode": (lambda a: a.mode(1)[0] ** 2, 1),
    "block_diag": (lambda a, b: torch.block_diag(a, b) ** 2, 2),
    "cummax": (lambda a: a.cummax(1)[0] * a.cummin(0)[0], 1),
    "std_mean": (lambda a: torch.std_mean(a, 1)[0] * torch.var_mean(a, 1)[1], 1),
    "aminmax": (lambda a: torch.aminmax(a, dim=1).min * torch.aminmax(a, dim=1).max, 1),
    "nansum": (lambda a: a.nansum(1) ** 2, 1),
    "trace": (lambda a: a[:, :2].trace() ** 2, 1),
    "index_copy": (lambda a, b: a.index_copy(0, torch.tensor([1, 0]), b) ** 2, 2),
    "index_reduce, products": (
        lambda a, b: a.index_reduce(0, torch.tensor([1, 0]), b, "prod", include_self=False) ** 2,
        2,
    ),
    "index_reduce, means": (lambda a, b: a.index_reduce(0, torch.tensor([1, 1]), b, "mean") ** 2, 2),
    "index_reduce, largest": (lambda a, b: a.index_reduce(0, torch.tensor([1, 1]), b, "amax") ** 2, 2),
    "narrow_copy": (lambda a: a.narrow_copy(1, 1, 2) ** 2, 1),
    "affine_grid": (lambda a: torch.affine_grid_generator(a[None], (1, 1, 2, 3), True) ** 2, 1),
    "index_fill": (lambda a: a.index_fill(1, torch.tensor([1]), 2.0) ** 2, 1),
    "masked_scatter": (lambda a, b: a.masked_scatter(a > 0.5, b) ** 2, 2),
    "scatter": (lambda a, b: a.scatter(1, index[:, :1], b[:, :1]) ** 2 + a.scatter(1, index[:, :1], 2.0), 2),
    "parts of complex numbers": (lambda a, b: (torch.complex(a, b) ** 2).real * torch.complex(b, a).imag, 2),
    "complex products": (lambda a, b: (torch.complex(a, b) @ torch.complex(b, a).mH).abs(), 2),
    "complex functions": (lambda a, b: torch.complex(a, b).exp().angle() + torch.polar(a, b).sqrt().real, 2),
    "conjugates": (lambda a, b: (torch.complex(a, b).conj() / torch.complex(b, a)).sgn().imag, 2),
    "conjugates in place": (
        lambda a, b: (torch.complex(a, b) * 2).conj_physical_().conj().mul_(torch.complex(b, a)).imag,
        2,
    ),
    "view_as_complex": (
        lambda a: torch.view_as_complex(a.t().contiguous()[:2].t().contiguous()).real ** 2,
        1,
    ),
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
for _file, _table in (
    ("layer_derivatives.py", "LAYERS"),
    ("matrix_derivatives.py", "MATRICES"),
    ("special_derivatives.py", "SPECIAL"),
):
    OPERATIONS |= runpy.run_path(str(Path(__file__).with_name(_file)))[_table]
# Second derivatives that finite differences cannot confirm: kinks, or none that differ from 0.
FLAT = {"max_pool2d", "median", "cumprod", "hardsigmoid"}

LAYOUTS: dict[str, Function] = {
    "row-major": lambda t: t,
    "transposed": lambda t: t.t().contiguous().t(),
    "strided": lambda t: torch.stack([t, t], 2)[..., 0],
}


# Kinds of nodes that no entry above makes, and why.
WITHOUT_DIFFERENCES = {
    "Error": "refuses to be differentiated, as torch does where a product has several factors of 0",
    "AsStridedScatterBackward0": "torch's own derivative is another",
    "MkldnnRnnLayerBackward0": "is of float32 only; the differential tests compare it",
    **dict.fromkeys(
        ("AcoshBackward1", "AsinhBackward1", "AtanhBackward1"), "torch has no derivative of it in place"
    ),
    "Unique2Backward0": "has no derivative in torch either",
    "UniqueDimBackward0": "has no derivative in torch either",
    "UniqueConsecutiveBackward0": "has no derivative in torch either",
    "SpecialZetaBackward2": "has no derivative in torch either",
    **dict.fromkeys(
        (
            "CeilBackward0",
            "FloorBackward0",
            "RoundBackward0",
            "RoundBackward1",
            "TruncBackward0",
        ),
        "0 wherever there is a derivative; the differential tests compare it",
    ),
    **dict.fromkeys(
        ("FillBackward0", "FillBackward2", "ZeroBackward0"), "0, for the result does not depend on it"
    ),
    **{
        f"{name}Backward{at}": "0: a truth value or random number, written in place"
        for name, count in (
            *(("Eq", 2), ("Ne", 2), ("Lt", 2), ("Le", 2), ("Gt", 2), ("Ge", 2), ("Bernoulli", 3)),
            *(("Exponential", 1), ("Normal", 4), ("Random", 3), ("Uniform", 1)),
            *(("Cauchy", 1), ("Geometric", 1), ("LogNormal", 1), ("Poisson", 1)),
        )
        for at in range(count)
    },
}


def _kinds(kind: type[Node]) -> set[str]:
    """Return the names of a kind of node and of all kinds made from it."""
    below = {name for each in kind.__subclasses__() for name in _kinds(each)}
    return below | ({kind.__name__} if kind.rules else set())


def _recorded(output: torch.Tensor) -> set[str]:
    """Return the names of all nodes behind an output."""
    seen: set[Any] = set()
    left = [output.grad_fn]
    while left:
        node = left.pop()
        if node is not None and node not in seen:
            seen.add(node)
            left += node.edges
    return {type(node).__name__ for node in seen}


def operands(count: int, layout: str) -> tuple[torch.Tensor, ...]:
    drawn = np.random.default_rng(7)
    made = []
    for number in range(count):  # no two elements are equal: maxima and comparisons have no derivative there
        values = drawn.permutation(np.linspace(0.2, 0.9, 6)).reshape(2, 3) + 0.01 * number
        made.append(LAYOUTS[layout](torch.tensor(values)).detach().requires_grad_())
    return tuple(made)


@pytest.mark.filterwarnings("ignore:torch.triangular_solve is deprecated")  # backward says so, too
@pytest.mark.filterwarnings("ignore:index_reduce")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_first_derivative_is_the_limit_of_differences(name: str, layout: str) -> None:
    function, count = OPERATIONS[name]
    assert gradcheck(function, operands(count, layout))


# torch refuses the second derivatives of distances, of margins and of its kernel for attention, too.
@pytest.mark.filterwarnings("ignore:torch.triangular_solve is deprecated")  # backward says so, too
@pytest.mark.filterwarnings("ignore:index_reduce")
@pytest.mark.parametrize(
    "name",
    sorted(
        OPERATIONS.keys()
        - FLAT
        - {"cdist", "cdist of other orders", "attention in one node", "label sequences"}
        - {"margins between classes", "margins of labels"}
    ),
)
def test_the_second_derivative_is_the_limit_of_differences_of_the_first(name: str) -> None:
    function, count = OPERATIONS[name]
    assert gradgradcheck(function, operands(count, "row-major"), atol=1e-4)


def test_the_second_derivative_of_hardsigmoid_is_refused_as_in_torch() -> None:
    x = torch.tensor([0.5], requires_grad=True)
    (slope,) = torch.autograd.grad(F.hardsigmoid(x), x, create_graph=True)
    with pytest.raises(RuntimeError, match="derivative for aten::hardsigmoid_backward is not implemented"):
        slope.backward()


def test_the_second_derivative_of_cdist_is_refused_as_in_torch() -> None:
    x = torch.tensor([[0.5, 1.0], [2.0, 0.0]], requires_grad=True)
    (slope,) = torch.autograd.grad(torch.cdist(x, x.detach() * 2).sum(), x, create_graph=True)
    with pytest.raises(NotImplementedError, match="the derivative for '_cdist_backward' is not implemented"):
        slope.sum().backward()


def test_the_determinant_of_a_singular_matrix_has_a_derivative_where_it_is_recorded() -> None:
    assert gradcheck(torch.det, (torch.ones(3, 3, dtype=torch.float64, requires_grad=True),))
    a = torch.tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    (recorded,) = torch.autograd.grad(torch.det(a), a, create_graph=True)
    assert torch.allclose(recorded, torch.tensor([[4.0, -2.0], [-2.0, 1.0]]), atol=1e-5)
    torch.det(a).backward()  # which torch solves with the decomposition, and so loses
    assert a.grad.tolist() == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.filterwarnings("ignore:torch.triangular_solve is deprecated")  # backward says so, too
@pytest.mark.filterwarnings("ignore:index_reduce")
def test_every_rule_of_the_engine_is_checked_or_excluded_for_a_reason() -> None:
    late.load_all()
    import_module("refgrad.ops.lstm_layer")  # what not even a name of torch's stands for
    checked: set[str] = set()
    for function, count in OPERATIONS.values():
        given = operands(count, "row-major")
        made = function(*given)
        slopes = torch.autograd.grad(made.sum(), given, create_graph=True, allow_unused=True)
        checked = checked.union(*[_recorded(each) for each in (made, *slopes) if each is not None])
    unchecked = {
        name for name in _kinds(Node) if name.removesuffix("_copy") not in checked
    }  # which share a rule
    assert unchecked == WITHOUT_DIFFERENCES.keys()

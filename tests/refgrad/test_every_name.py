"""Every public name that is differentiable agrees with central differences, on every layout: none can be forgotten.

A function or method is called with each of `ARGUMENTS` in turn until something with a gradient comes out; names that
need others stand in `CALLS`, and those without a derivative to compare in `WITHOUT`, with the reason.
"""

from __future__ import annotations

import dis
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import refgrad as torch
from refgrad import _signatures, late
from refgrad.autograd import gradcheck, gradgradcheck
from refgrad.nn import functional as F  # noqa: N812 - the name everybody uses
from refgrad.ops.registry import FUNCTIONS

late.load_all()
Call = Callable[..., Any]

index = torch.tensor([[0, 1, 1], [1, 0, 2]])
rows = torch.tensor([1, 0])

# What to call with, after a (2, 3) tensor; `y` is another.
ARGUMENTS: list[Callable[[Any], tuple[Any, ...]]] = [
    lambda y: (),
    lambda y: (y,),
    lambda y: (0,),
    lambda y: (2,),
    lambda y: (y, y),
    lambda y: (y, 0.25),
    lambda y: (-1, 0),
    lambda y: (0, 0),
    lambda y: ((-1,),),
    lambda y: (y > 0.5, y),
    lambda y: (y > 0.5, 2.0),
]
_joined: Call = lambda call, x, y: call([x, y])  # noqa: E731 - used several times
_vectors: Call = lambda call, x, y: call(x[0], y[0])  # noqa: E731
_placed: Call = lambda call, x, y: call(x, 0, rows, y)  # noqa: E731
_scattered: Call = lambda call, x, y: call(x, 1, index, y)  # noqa: E731

_definite: Call = lambda x: x @ x.mT + torch.eye(2, dtype=x.dtype)  # noqa: E731 - used several times
_of_definite: Call = lambda call, x, y: call(_definite(x))  # noqa: E731
_squares: Call = lambda vectors: vectors * vectors  # noqa: E731 - for vectors whose sign is open
_decomposed: Call = lambda x: torch.linalg.lu_factor(_definite(x))  # noqa: E731


def _square(tensor: Any, rows: int) -> Any:
    """Return a weight with so many rows, made of the rows of a (2, 3) tensor."""
    return tensor.repeat((rows + 1) // 2, 1)[:rows]


def _network(x: Any, y: Any, gates: int) -> tuple[Any, ...]:
    """Return input, first state and weights of a recurrent layer."""
    weights = [_square(x, 3 * gates), _square(y, 3 * gates), *[y[0, :1].expand(3 * gates)] * 2]
    state = y[None]
    return x[None], (state, state) if gates == 4 else state, weights


# By the name without "torch.", "Tensor." and a final "_".
CALLS: dict[str, Call] = {
    "Tensor.polygamma": lambda call, x, y: call(x, 2),
    "Tensor.polygamma_": lambda call, x, y: call(x, 2),
    "polygamma": lambda call, x, y: call(2, x),
    **dict.fromkeys(("mvlgamma", "multigammaln"), lambda call, x, y: call(x + 1, 2)),
    **dict.fromkeys(
        ("igamma", "igammac", "gammainc", "gammaincc"), lambda call, x, y: call(torch.full_like(x, 0.7), x)
    ),
    "zeta": lambda call, x, y: call(torch.full_like(x, 2.5), x),
    **dict.fromkeys(
        (
            *(
                "cholesky",
                "cholesky_ex",
                "cholesky_inverse",
                "cond",
                "eigvals",
                "eigvalsh",
                "inv_ex",
                "inverse",
            ),
            *("logdet", "lu", "lu_factor", "lu_factor_ex", "matrix_exp", "qr", "slogdet"),
        ),
        _of_definite,
    ),
    "cholesky_inverse": lambda call, x, y: call(torch.linalg.cholesky(_definite(x))),
    "cholesky_solve": lambda call, x, y: call(y, torch.linalg.cholesky(_definite(x))),
    "eig": lambda call, x, y: _squares(call(_definite(x))[1].real),
    "eigh": lambda call, x, y: _squares(call(_definite(x))[1]),
    "ger": _vectors,
    "lstsq": lambda call, x, y: call(_definite(x), y)[0],
    "lu_solve": lambda call, x, y: call(y, *_decomposed(x)),
    "linalg.lu_solve": lambda call, x, y: call(*_decomposed(x), y),
    "lu_unpack": lambda call, x, y: call(*_decomposed(x)),
    "matrix_norm": lambda call, x, y: call(_definite(x), "nuc"),
    "pinv": _of_definite,
    "pinverse": _of_definite,
    "solve_ex": lambda call, x, y: call(_definite(x), y),
    "solve_triangular": lambda call, x, y: call(_definite(x), y, upper=True),
    "svd": lambda call, x, y: [_squares(each) for each in call(_definite(x))],
    "svdvals": _of_definite,
    "tensorinv": lambda call, x, y: call(_definite(x), 1),
    "tensorsolve": lambda call, x, y: call(_definite(x), y[:, 0]),
    "triangular_solve": lambda call, x, y: call(y, _definite(x)),
    "vecdot": lambda call, x, y: call(x, y),
    "linalg.vander": lambda call, x, y: call(x[0]),
    "acosh": lambda call, x, y: call(x + 1),
    "arccosh": lambda call, x, y: call(x + 1),
    "addbmm": lambda call, x, y: call(x[:, :2], x[None], y.mT[None]),
    "addmm": lambda call, x, y: call(x[:, :2], x, y.mT),
    "addmv": lambda call, x, y: call(x[:, 0], y, x[0]),
    "addr": lambda call, x, y: call(x, y[:, 0], x[0]),
    "as_strided": lambda call, x, y: call(x * 1, (2, 2), (1, 2), 1),
    "avg_pool1d": lambda call, x, y: call(x, 2),
    "avg_pool2d": lambda call, x, y: call(x[None], 2),
    "adaptive_avg_pool1d": lambda call, x, y: call(x, 2),
    "adaptive_avg_pool2d": lambda call, x, y: call(x[None], 2),
    "baddbmm": lambda call, x, y: call(x[None, :, :2], x[None], y.mT[None]),
    "batch_norm": lambda call, x, y: call(x, None, None, y[0], training=True),
    "bilinear": lambda call, x, y: call(x, y, torch.ones(2, 3, 3, dtype=torch.float64)),
    "bmm": lambda call, x, y: call(x[None], y.mT[None]),
    "broadcast_to": lambda call, x, y: call(x, (2, 2, 3)),
    "cartesian_prod": _vectors,
    "cat": _joined,
    "column_stack": _joined,
    "channel_shuffle": lambda call, x, y: call(x[..., None], 1),
    "combinations": lambda call, x, y: call(x[0]),
    "complex": lambda call, x, y: call(x, y),
    "concat": _joined,
    "concatenate": _joined,
    "conv1d": lambda call, x, y: call(x[None], y[None, :, :2]),
    "conv2d": lambda call, x, y: call(x[None, None], y[None, None, :, :2]),
    "conv3d": lambda call, x, y: call(x[None, None, None], y[None, None, None, :, :2]),
    "cosine_embedding_loss": lambda call, x, y: call(x, y, torch.tensor([1.0, -1.0])),
    "cross_entropy": lambda call, x, y: call(x, torch.tensor([2, 0])),
    "det": lambda call, x, y: call(x[:, :2]),
    "diagonal_scatter": lambda call, x, y: call(x, y[0, :2]),
    "dot": _vectors,
    "dsplit": lambda call, x, y: call(x[None], 3),
    "dstack": _joined,
    "embedding": lambda call, x, y: call(rows, x),
    "expand": lambda call, x, y: call(x, 2, 2, 3),
    "gru": lambda call, x, y: call(*_network(x, y, 3), True, 1, 0.0, True, False, False),
    "gru_cell": lambda call, x, y: call(x, y, _square(x, 9), _square(y, 9)),
    "lstm": lambda call, x, y: call(*_network(x, y, 4), True, 1, 0.0, True, False, False),
    "lstm_cell": lambda call, x, y: call(x, (y, x), _square(x, 12), _square(y, 12)),
    "multi_head_attention_forward": lambda call, x, y: call(
        *(x, y, y, 3, 1, _square(x, 9), y.repeat(2, 2)[0, :1].expand(9), None, None, False, 0.0),
        *(_square(y, 3), None),
    ),
    "rnn_relu": lambda call, x, y: call(*_network(x, y, 1), True, 1, 0.0, True, False, False),
    "rnn_relu_cell": lambda call, x, y: call(x, y, _square(x, 3), _square(y, 3)),
    "rnn_tanh": lambda call, x, y: call(*_network(x, y, 1), True, 1, 0.0, True, False, False),
    "rnn_tanh_cell": lambda call, x, y: call(x, y, _square(x, 3), _square(y, 3)),
    "scaled_dot_product_attention": lambda call, x, y: call(x, y, x),
    "adaptive_avg_pool3d": lambda call, x, y: call(x[None, None], 2),
    "adaptive_max_pool1d": lambda call, x, y: call(x, 2),
    "adaptive_max_pool2d": lambda call, x, y: call(x[None], 2),
    "adaptive_max_pool3d": lambda call, x, y: call(x[None, None], (1, 1, 2)),
    "avg_pool3d": lambda call, x, y: call(x[None, None], (1, 2, 2)),
    "conv_transpose1d": lambda call, x, y: call(x[None], y[:, None, :2]),
    "conv_transpose2d": lambda call, x, y: call(x[None], y[:1, None, :2, None]),
    "conv_transpose3d": lambda call, x, y: call(x[None, None], y[:1, None, :2, None, None]),
    "fold": lambda call, x, y: call(x, (2, 3), (1, 2)) if x.shape[1] == 4 else call(x, (1, 4), (1, 2)),
    "local_response_norm": lambda call, x, y: call(x[None], 2),
    "lp_pool1d": lambda call, x, y: call(x, 2, 2),
    "lp_pool2d": lambda call, x, y: call(x[None], 2, 2),
    "lp_pool3d": lambda call, x, y: call(x[None, None], 2, (1, 2, 2)),
    "max_pool3d": lambda call, x, y: call(x[None, None], (1, 1, 2)),
    "max_unpool1d": lambda call, x, y: call(x, torch.tensor([[0, 2, 5], [1, 3, 4]]), 2),
    "max_unpool2d": lambda call, x, y: call(x[None], torch.arange(6).view(1, 2, 3) * 2, 2),
    "max_unpool3d": lambda call, x, y: call(x[None, None], torch.arange(6).view(1, 1, 2, 3) * 2, 2),
    "multi_margin_loss": lambda call, x, y: call(x, torch.tensor([2, 0])),
    "multilabel_margin_loss": lambda call, x, y: call(x, torch.tensor([[1, -1, 0], [0, 2, -1]])),
    "rms_norm": lambda call, x, y: call(x, (3,), y[0]),
    "soft_margin_loss": lambda call, x, y: call(x, torch.tensor([1.0, -1.0, 1.0]).expand(2, 3)),
    "triplet_margin_with_distance_loss": lambda call, x, y: call(x, y, 2 * y, margin=3.0),
    "ctc_loss": lambda call, x, y: call(
        torch.stack([x, y, x * y], 1).log_softmax(2), torch.tensor([[1], [2], [1]]), (2, 2, 2), (1, 1, 1)
    ),
    "gather": lambda call, x, y: call(x, 1, index),
    "gaussian_nll_loss": lambda call, x, y: call(x, y, torch.full((2, 3), 0.5)),
    "group_norm": lambda call, x, y: call(x[:, :2], 2, y[0, :2]),
    "hinge_embedding_loss": lambda call, x, y: call(x, torch.tensor([1.0, -1.0, 1.0])),
    "hstack": _joined,
    "imag": lambda call, x, y: call(torch.complex(x, y)),
    "index_add": _placed,
    "index_copy": _placed,
    "index_fill": lambda call, x, y: call(x, 1, torch.tensor([1]), 2.0),
    **dict.fromkeys(
        ("affine_grid", "affine_grid_generator"), lambda call, x, y: call(x[None], (1, 2, 2, 3), False)
    ),
    "index_reduce": lambda call, x, y: call(x, 1, torch.tensor([2, 0, 0]), y, "prod"),
    "as_strided_copy": lambda call, x, y: call(x * 1, (2, 2), (1, 2), 1),
    "expand_copy": lambda call, x, y: call(x, (2, 2, 3)),
    "narrow_copy": lambda call, x, y: call(x, 1, 0, 2),
    "permute_copy": lambda call, x, y: call(x, (1, 0)),
    "split_with_sizes_copy": lambda call, x, y: call(x, (1, 1)),
    "unfold_copy": lambda call, x, y: call(x, 1, 2, 1),
    "view_as_real_copy": lambda call, x, y: call(torch.complex(x, y)),
    "view_copy": lambda call, x, y: call(x, (3, 2)),
    "index_put": lambda call, x, y: call(x, (torch.tensor([1]),), y[:1]),
    "index_select": lambda call, x, y: call(x, 0, rows),
    "instance_norm": lambda call, x, y: call(x[None], None, None, y[0, :2]),
    "interpolate": lambda call, x, y: call(x[None], size=5),
    "inv": lambda call, x, y: call(x[:, :2]),
    "layer_norm": lambda call, x, y: call(x, (3,), y[0]),
    "margin_ranking_loss": lambda call, x, y: call(x, y, torch.ones(2, 3), margin=2.0),
    "masked_select": lambda call, x, y: call(x, y > 0.5),
    "matmul": lambda call, x, y: call(x, y.mT),
    "matrix_power": lambda call, x, y: call(x[:, :2], 3),
    "max_pool1d_with_indices": lambda call, x, y: call(x, 2),
    "torch.ctc_loss": lambda call, x, y: call(
        torch.stack([x, y, x * y], 1).log_softmax(2), torch.tensor([[1], [2], [1]]), (2, 2, 2), (1, 1, 1)
    ),
    "max_pool1d": lambda call, x, y: call(x, 2),
    "max_pool2d": lambda call, x, y: call(x[None], 2),
    "meshgrid": lambda call, x, y: call(x[0], y[0], indexing="ij"),
    "mm": lambda call, x, y: call(x, y.mT),
    "multi_dot": lambda call, x, y: call([x, y.mT, x]),
    "mv": lambda call, x, y: call(x, y[0]),
    "narrow": lambda call, x, y: call(x, 1, 0, 2),
    "nll_loss": lambda call, x, y: call(x, torch.tensor([2, 0])),
    "outer": _vectors,
    "pad": lambda call, x, y: call(x, (1, 2)),
    "permute": lambda call, x, y: call(x, (1, 0)),
    "pixel_shuffle": lambda call, x, y: call(torch.stack([x, y, x * y, x], -3), 2),
    "pixel_unshuffle": lambda call, x, y: call(x[None, :, :2], 2),
    "polar": lambda call, x, y: call(x, y),
    "prelu": lambda call, x, y: call(x - 0.5, y[0, :1]),
    "put": lambda call, x, y: call(x, torch.tensor([0, 4]), y[0, :2]),
    "renorm": lambda call, x, y: call(x, 2, 0, 0.5),
    "repeat": lambda call, x, y: call(x, (2, 1)),
    "repeat_interleave": lambda call, x, y: call(x, 2),
    "row_stack": _joined,
    "scatter": lambda call, x, y: call(x, 1, index[:, :1], y[:, :1]),
    "scatter_add": _scattered,
    "scatter_reduce": lambda call, x, y: call(x, 1, index, y, "sum"),
    "select_scatter": lambda call, x, y: call(x, y[0], 0, -1),
    "solve": lambda call, x, y: call(x[:, :2], y),
    "stack": _joined,
    "take": lambda call, x, y: call(x, rows),
    "take_along_dim": lambda call, x, y: call(x, index, 1),
    "threshold": lambda call, x, y: call(x, 0.5, 0.1),
    "tile": lambda call, x, y: call(x, (2, 1)),
    "topk": lambda call, x, y: call(x, 2),
    "triplet_margin_loss": lambda call, x, y: call(x, y, 2 * y, margin=3.0),
    "constant_pad_nd": lambda call, x, y: call(x, (1, 2)),
    "split_with_sizes": lambda call, x, y: call(x, (1, 1)),
    "unsafe_split_with_sizes": lambda call, x, y: call(x, (1, 1)),
    "torch.batch_norm": lambda call, x, y: call(x, y[0], y[1], None, None, True, 0.1, 1e-5, False),
    "torch.embedding": lambda call, x, y: call(x, index % 2),
    "torch.instance_norm": lambda call, x, y: call(x[None], None, None, None, None, True, 0.1, 1e-5, False),
    "torch.poisson_nll_loss": lambda call, x, y: call(x, y, True, False, 1e-8, 1),
    "unflatten": lambda call, x, y: call(x, 1, (3, 1)),
    "unfold": lambda call, x, y: call(x, 1, 2, 1),
    "F.unfold": lambda call, x, y: call(x[None], 2),
    "upsample": lambda call, x, y: call(x[None], size=5),
    "vander": lambda call, x, y: call(x[0]),
    "vdot": _vectors,
    "view": lambda call, x, y: call(x.contiguous(), (3, 2)),
    "view_as_complex": lambda call, x, y: call(x.contiguous()[:1, :2]),
    "view_as_real": lambda call, x, y: call(torch.complex(x, y)),
    "vstack": _joined,
    "where": lambda call, x, y: call(y > 0.5, x, y),
    "sum_to_size": lambda call, x, y: call(x, [1] * x.ndim),
    "Tensor.where": lambda call, x, y: call(x, y > 0.5, y),
}

_TRUTH = "gives truth values or integers"
_CONSTANT = "gives numbers that depend on nothing, or on the shape alone"
_RANDOM = "gives other numbers each time"
_NO_TENSOR = "gives no tensor"
_CUT = "cuts the graph"


def _for(reason: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


WITHOUT: dict[str, str] = {
    **_for(
        _TRUTH,
        (
            "all allclose any argmax argmin argsort argwhere bincount bitwise_and bitwise_left_shift bitwise_not "
            "bitwise_or bitwise_right_shift bitwise_xor bool bucketize byte char count_nonzero eq equal gcd ge greater greater_equal gt "
            "histc int isclose isin nonzero_static unravel_index isfinite isinf isnan isneginf isposinf isreal lcm le less less_equal "
            "logical_and logical_not logical_or logical_xor long lt matrix_rank ne nonzero not_equal one_hot "
            "searchsorted short signbit"
        ),
    ),
    **_for(
        _CONSTANT,
        (
            "BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor HalfTensor IntTensor LongTensor "
            "ShortTensor arange bartlett_window blackman_window empty empty_like empty_strided eye from_numpy full full_like hamming_window hann_window linspace "
            "logspace new new_empty new_empty_strided new_full new_ones new_tensor new_zeros ones ones_like randperm range "
            "scalar_tensor tensor tril_indices triu_indices zeros zeros_like"
        ),
    ),
    **_for(
        _RANDOM,
        (
            "alpha_dropout bernoulli cauchy dropout dropout1d dropout2d dropout3d exponential feature_alpha_dropout feature_dropout "
            "geometric gumbel_softmax log_normal multinomial normal poisson rand rand_like randint randint_like randn "
            "randn_like random uniform"
        ),
    ),
    **_for(
        _NO_TENSOR,
        (
            "backward broadcast_shapes const_data_ptr data_ptr dim dim_order element_size get_device is_complex is_conj is_neg "
            "is_contiguous is_distributed is_floating_point is_inference is_nonzero is_pinned is_same_size is_set_to is_signed is_tensor item ndimension nelement numel numpy register_hook "
            "register_post_accumulate_grad_hook retain_grad size storage_offset stride tolist type "
            "storage untyped_storage"
        ),
    ),
    **dict.fromkeys(["apply", "cuda", "map", "map2", "resize", "resize_as", "detach", "set"], _CUT),
    "as_strided_scatter": "torch's own derivative is another",
    **_for(
        "has no derivative in torch either",
        (
            "bessel_j0 bessel_j1 bessel_y0 bessel_y1 chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v "
            "chebyshev_polynomial_w hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l "
            "legendre_polynomial_p modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 "
            "scaled_modified_bessel_k0 scaled_modified_bessel_k1 shifted_chebyshev_polynomial_t "
            "shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w "
            "spherical_bessel_j0"
        ),
    ),
    **dict.fromkeys(
        ["detach_copy", "floor_divide", "heaviside", "unique", "unique_consecutive"],
        "has no derivative in torch either",
    ),
    **dict.fromkeys(["cfloat", "float", "half"], "rounds, so that differences show nothing"),
    "vander": "backward fails in torch, too: what cumprod saved is changed in place",
    "view_as_complex_copy": "torch refuses to record it",
    "requires_grad": "makes a leaf of what it is given",
}
# Changes in place of which torch has no derivative, in full.
REFUSED = frozenset(
    f"{place}.{name}_"
    for place in ("Tensor", "torch")
    for name in ("acosh", "arccosh", "arcsinh", "arctanh", "asinh", "atanh")
)
# Not differentiable twice by differences: kinks, 0, or refused as in torch.
ONCE = {
    "ctc_loss": "torch has no second derivative of it",
    **dict.fromkeys(("multi_margin_loss", "multilabel_margin_loss"), "torch has no second derivative of it"),
    "hardsigmoid": "torch has no second derivative of it",
    "cdist": "torch has no second derivative of it",
}
# Whose derivative does not exist where two rows are equal.
SINGULAR = {"det", "inv", "solve", "corrcoef"}

# What one element has no spread of: nan, and so is the derivative.
OF_SEVERAL = {"corrcoef", "cov", "std", "std_mean", "var", "var_mean"}

LAYOUTS: dict[str, tuple[tuple[int, ...], Callable[[Any], Any]]] = {
    "row-major": ((2, 3), lambda leaf: leaf),
    "transposed": ((3, 2), lambda leaf: leaf.t()),
    "strided": ((2, 6), lambda leaf: leaf[:, ::2]),
    "expanded": ((1, 3), lambda leaf: leaf.expand(2, 3)),
    "0-dim": ((), lambda leaf: leaf),
    "empty": ((2, 0), lambda leaf: leaf),
}


def _public() -> dict[str, Call]:
    """Return every public function and method by name."""
    found = {f"torch.{name}": call for name, call in FUNCTIONS.items()}
    for name in dir(torch.Tensor):
        if not name.startswith("_") and callable(getattr(torch.Tensor, name)):
            found[f"Tensor.{name}"] = getattr(torch.Tensor, name)
    for name in [*F.__all__, *F.LATE]:
        found[f"F.{name}"] = getattr(F, name)
    for name in _signatures._lines():
        if name.startswith("linalg_") and hasattr(torch.linalg, name.removeprefix("linalg_")):
            found[f"linalg.{name.removeprefix('linalg_')}"] = getattr(
                torch.linalg, name.removeprefix("linalg_")
            )
    for name in dir(torch.special):
        found[f"special.{name}"] = getattr(torch.special, name)
    return found


PUBLIC = _public()


def short(name: str) -> str:
    """Return the name of the operation, also of its variant in place."""
    return name.partition(".")[2].rstrip("_")


def tensors(value: Any) -> list[Any]:
    """Return the tensors of real numbers in what came out; complex ones as pairs."""
    if isinstance(value, torch.Tensor):
        if value.is_complex():
            return [torch.view_as_real(value.resolve_conj())]
        return [value] if value.is_floating_point() else []
    return [each for part in value for each in tensors(part)] if isinstance(value, tuple | list) else []


def operands(shape: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two leaves of numbers from 0.2 to 0.9, no two of them equal."""
    drawn, count = np.random.default_rng(7), int(np.prod(shape))
    values = [drawn.permutation(np.linspace(0.2, 0.9, count)).reshape(shape) + shift for shift in (0, 0.013)]
    x, y = [torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in values]
    return x, y


def applied(name: str) -> Call:
    """Return the call as a function of a tensor that it does not change."""
    call = PUBLIC[name]
    if not name.endswith("_"):
        return call
    return lambda first, *rest, **options: call(first * 1, *rest, **options)


@functools.cache
def arranged(name: str) -> Call | None:
    """Return the call as a function of two tensors, with arguments that give something with a gradient."""
    chosen = CALLS.get(name) or CALLS.get(short(name))
    call = applied(name)
    if chosen is not None:
        return lambda x, y: chosen(call, x, y)
    for arguments in ARGUMENTS:
        x, y = operands((2, 3))
        try:
            made = tensors(call(x * 1, *arguments(y * 1)))
        except Exception:
            continue
        if any(each.requires_grad for each in made):
            return lambda x, y, arguments=arguments: call(x, *arguments(y))
    return None


def _once_each(names: list[str]) -> list[str]:
    """Return one name of each function that stands under several."""
    found = {getattr(PUBLIC[name], "__wrapped__", PUBLIC[name]): name for name in reversed(names)}
    return sorted(found.values())


NAMES = _once_each(sorted(name for name in PUBLIC if short(name) not in WITHOUT and name not in REFUSED))


def on(name: str, layout: str) -> tuple[Call, tuple[torch.Tensor, torch.Tensor]]:
    shape, laid_out = LAYOUTS[layout]
    call = arranged(name)
    assert call is not None, f"{name}: add its arguments to CALLS, or the reason to WITHOUT"

    def function(x: Any, y: Any) -> Any:
        return tuple(tensors(call(laid_out(x), laid_out(y))))

    return function, operands(shape)


def on_purpose(error: BaseException) -> bool:
    """Return whether the engine raised an error itself: whether its last line is a `raise`."""
    at: Any = error.__traceback__
    while at.tb_next is not None:
        at = at.tb_next
    code = at.tb_frame.f_code
    return "refgrad" in code.co_filename and dis.opname[code.co_code[at.tb_lasti]] == "RAISE_VARARGS"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_the_derivatives_are_the_limits_of_differences(name: str) -> None:
    for layout in ("row-major", "transposed", "strided", "expanded"):
        if layout == "expanded" and short(name) in SINGULAR:
            continue
        function, given = on(name, layout)
        assert gradcheck(function, given), layout
        if short(name) not in ONCE:
            assert gradgradcheck(function, given, atol=1e-4), layout


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in NAMES if short(name) not in CALLS and name not in CALLS])
def test_tensors_of_one_or_no_element_are_differentiated_or_refused_on_purpose(name: str) -> None:
    for layout in ("empty",) if short(name) in OF_SEVERAL else ("0-dim", "empty"):
        function, given = on(name, layout)
        refusal = refusal_of(function, given)
        assert on_purpose(refusal) if refusal else gradcheck(function, given), (layout, refusal)


def refusal_of(function: Call, given: tuple[torch.Tensor, ...]) -> Exception | None:
    try:
        function(*given)
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_torch_cannot_differentiate_in_place_is_refused_in_its_words(name: str) -> None:
    x = torch.full((2, 3), 1.5, dtype=torch.float64, requires_grad=True)
    made = applied(name)(x)
    with pytest.raises(
        NotImplementedError, match=r"^the derivative for 'inplace version of a.{3}h' is not implemented"
    ):
        made.sum().backward()


def test_no_entry_is_about_a_name_that_is_not_there() -> None:
    there = {short(name) for name in PUBLIC} | set(PUBLIC)
    assert (
        sorted((CALLS.keys() | WITHOUT.keys() | REFUSED | ONCE.keys() | SINGULAR | OF_SEVERAL) - there) == []
    )


@pytest.mark.filterwarnings("ignore")
def test_what_is_said_to_give_no_real_numbers_gives_none() -> None:
    listed = [name for name in PUBLIC if WITHOUT.get(short(name)) == _TRUTH and not name.endswith("_")]
    assert [name for name in listed if arranged(name) is not None] == []

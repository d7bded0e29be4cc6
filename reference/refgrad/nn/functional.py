"""`torch.nn.functional`: layers, activations and losses as functions."""

from __future__ import annotations

import importlib
from typing import Any

from .. import backend, both, dtypes
from ..backend import xp
from ..graph import derivative
from ..ops import activations, classification, losses
from ..ops.activations import *  # noqa: F403
from ..ops.backward_kernels import moving_kernel
from ..ops.broadcasting import check_broadcast, row_major
from ..ops.classification import *  # noqa: F403
from ..ops.gathering import selected
from ..ops.holomorphic import refuse_complex_gradient
from ..ops.inplace import bump
from ..ops.linear_algebra import linear
from ..ops.losses import *  # noqa: F403
from ..ops.registry import FUNCTIONS as _FUNCTIONS
from ..ops.shape import type_in_messages
from ..ops.statistics import vector_norm
from ..recording import record, requires_recording
from ..tensor import Tensor, wrap
from .refusals import DIRECT, worded

__all__ = [
    *activations.__all__,
    *classification.__all__,
    *losses.__all__,
    "bilinear",
    "cosine_similarity",
    "embedding",
    "linear",
    "normalize",
    "one_hot",
]


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x1' A x2 + b for each output's matrix A."""
    _check_bilinear(input1, input2, weight, bias)
    shape = (*input1._array.shape[:-1], weight._array.shape[0])
    one, two = [each.reshape((-1, each._array.shape[-1])) for each in (input1, input2)]
    a, w = one._array, weight._array
    if w.ndim != 3:
        raise RuntimeError("number of dimensions must match")
    if w.dtype.kind == "b" and a.size and w.size:
        raise NotImplementedError("\"bmm\" not implemented for 'Bool'")
    result: Tensor = _trilinear(one, weight, two, _BILINEAR).reshape(shape)
    return result if bias is None else result + bias


def _check_bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Refuse operands that do not go together, in torch's order."""
    given = {"input1": input1, "input2": input2, "weight": weight}
    if bias is not None:
        given["bias"] = bias
    if len({each.dtype for each in given.values()}) > 1:
        names = ", ".join(f"{name}: {dtypes.c_name(each.dtype)}" for name, each in given.items())
        raise RuntimeError(f"All tensors must have the same dtype, got {names}")
    x, y = input1._array.shape, input2._array.shape
    if len(x) != len(y):
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {len(x)} and {len(y)}")
    for at, (one, two) in enumerate(zip(x[:-1], y[:-1], strict=True)):
        if one != two:
            raise RuntimeError(
                f"bilinear(): input batch dimensions do not match at dim {at}: got {one} and {two}"
            )
    for axis, each in enumerate((input1, input2), start=1):
        want, have = weight.size(axis), each.size(-1)
        if have != want:
            raise RuntimeError(
                f"bilinear(): input{axis} size does not match weight size: got {have} but expected {want}"
            )
    if bias is not None and bias.size(0) != weight.size(0):
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias.size(0)} but expected {weight.size(0)}"
        )


# Where each of three operands is repeated, of four dimensions, and over which the products are summed: the rows of a
# batch, outputs, features of the first input, features of the second.
Spread = tuple[str, str, str, str]
_BILINEAR: Spread = ("bd", "a", "bc", "cd")


def _trilinear(i1: Any, i2: Any, i3: Any, spread: Spread) -> Any:
    """Return sums of products of three operands, as tensors or arrays: torch's one function for all of its derivatives."""
    *repeated, summed = spread
    operands = ["".join(sorted(set("abcd") - set(each))) for each in repeated]
    kept = "".join(sorted(set("abcd") - set(summed)))
    arrays = [both.plain(each) for each in (i1, i2, i3)]
    found = row_major(xp.einsum(f"{','.join(operands)}->{kept}", *arrays, optimize=True))
    if not any(isinstance(each, Tensor) for each in (i1, i2, i3)):
        return found
    inputs = tuple([each if isinstance(each, Tensor) else wrap(each) for each in (i1, i2, i3)])
    return record(TrilinearBackward0, found, inputs, (spread,))


TrilinearBackward0 = derivative(
    "TrilinearBackward0",
    args="spread",
    i1=lambda g, i2, i3, spread: _trilinear(g, i2, i3, (spread[3], spread[1], spread[2], spread[0])),
    i2=lambda g, i1, i3, spread: _trilinear(i1, g, i3, (spread[0], spread[3], spread[2], spread[1])),
    i3=lambda g, i1, i2, spread: _trilinear(i1, i2, g, (spread[0], spread[1], spread[3], spread[2])),
)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """Return the tensor divided by its norm along a dimension."""
    result: Tensor = input / input.norm(p, dim, True).clamp_min(eps).expand_as(input)
    return result


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """Return the cosine of the angle between vectors along a dimension."""
    joint = dtypes.result_of((x1, x2))
    if not joint.is_floating_point:
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {joint._scalar}")
    check_broadcast(x1._array.shape, x2._array.shape)
    shape = backend.broadcast_shapes(x1._array.shape, x2._array.shape)
    scaled = []
    for each in (x1, x2):
        each = each.to(joint) if each.dtype._is_integral else each
        if x1._array.shape != x2._array.shape:  # torch expands both
            each = each.expand(tuple(shape))
        norm = vector_norm(each, 2, dim, True).clone()
        norm.data.clamp_(min=eps)
        scaled.append(each / norm)
    result: Tensor = (scaled[0] * scaled[1]).sum(dim)
    return result


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Return 1 at the place of each class and 0 elsewhere, along a new last dimension."""
    classes = tensor._array
    if classes.dtype != xp.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not classes.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    count = int(classes.max()) + 1 if num_classes == -1 else num_classes
    if classes.size and classes.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if classes.size and classes.max() >= count:
        raise RuntimeError("Class values must be smaller than num_classes.")
    made = wrap((row_major(classes)[..., None] == xp.arange(count)).astype(xp.int64))
    if classes.size:
        made._counter = [2]  # torch fills zeros, then sets the ones
    return made


EmbeddingBackward0 = derivative(
    "EmbeddingBackward0",
    saves="indices",
    args="shape padding scale_grad_by_freq sparse",
    weight=lambda g, indices, shape, padding, scale_grad_by_freq: _embedding_slope(
        g, both.plain(indices), shape, padding, scale_grad_by_freq
    ),
)


def _embedded_back(g: Any, rows: Any, shape: tuple[int, ...], padding: int | None, by_frequency: bool) -> Any:
    """Add the gradient of each row that was looked up to that of the row of the matrix."""
    places = rows[..., None] * shape[1] + xp.arange(shape[1])
    if by_frequency:
        counts = xp.bincount(rows.reshape(-1), minlength=shape[0])[rows]
        g = g / both.like(counts[..., None].astype(both.plain(g).dtype), g)
    if padding is not None:
        g = both.keep(g, xp.broadcast_to((rows != padding)[..., None], places.shape))
    return both.put_flat(g, places, shape)


def _looked_up(grad: Any, rows: Any, shape: tuple[int, ...], padding: int | None, by_frequency: bool) -> Any:
    """Return what is looked up in the gradient of a gradient; torch does not count rows here."""
    found = (grad if isinstance(grad, Tensor) else wrap(grad)).index_select(0, wrap(rows.reshape(-1)))
    if padding is not None:
        found.masked_fill_(wrap((rows == padding).reshape(-1, 1)), 0.0)
    found = found.view([*rows.shape, -1])
    return found if isinstance(grad, Tensor) else found._array


_embedding_slope: Any = moving_kernel(
    "EmbeddingDenseBackwardBackward0", _embedded_back, _looked_up, "indices shape padding by_frequency"
)


def row_of_padding(index: int, count: int) -> int:
    """Return which of `count` rows is meant, counted from the end where the index is negative."""
    if index > 0:
        if index >= count:
            raise AssertionError("Padding_idx must be within num_embeddings")
    elif index < 0:
        if index < -count:
            raise AssertionError("Padding_idx must be within num_embeddings")
        index += count
    return index


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Return the row of `weight` for each index; with `max_norm`, first scale down the rows that are longer."""
    if padding_idx:
        padding_idx = row_of_padding(padding_idx, weight.size(0))
    if max_norm is not None:
        _scale_down(weight, input, max_norm, norm_type)
    if sparse:
        raise NotImplementedError("refgrad has no sparse gradients: use sparse=False")
    places, shape = input._array, weight._array.shape
    if requires_recording(weight) and not shape:  # what is saved for the gradient comes first
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if len(shape) != 2:
        raise RuntimeError("'weight' must be 2-D")
    if places.dtype not in (xp.int64, xp.int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{type_in_messages(input)} instead (while checking arguments for embedding)"
        )
    rows = selected(weight, 0, input).reshape(*places.shape, shape[1])
    refuse_complex_gradient("embedding", weight)
    saved = (shape, padding_idx, scale_grad_by_freq, sparse)
    return record(EmbeddingBackward0, rows, (weight,), saved, (input,))


def _scale_down(weight: Tensor, input: Tensor, max_norm: float, norm_type: float) -> None:
    """Scale the rows that are looked up and longer than `max_norm` down to it, in place."""
    where = "(while checking arguments for embedding_renorm_)"
    if weight._array.ndim != 2:
        raise RuntimeError(
            f"Expected 2-dimensional tensor, but got {weight._array.ndim}-dimensional tensor for argument #1 'self' {where}"
        )
    if input._array.dtype not in (xp.int64, xp.int32):
        raise RuntimeError(
            "Expected tensor for argument #2 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{type_in_messages(input)} instead {where}"
        )
    rows = xp.unique(input._array)
    for row in rows:
        if not -len(weight._array) <= row < len(weight._array):
            raise IndexError(
                f"select(): index {row} out of range for tensor of size {list(weight._array.shape)} at dimension 0"
            )
        if weight._array.dtype.kind not in "fc":
            raise RuntimeError(
                "norm(): input dtype should be either floating point or complex. Got "
                f"{weight.dtype._scalar} instead."
            )
    if rows.size:
        norms = vector_norm(weight.detach()[wrap(rows)], norm_type, 1)._array
        long = norms > max_norm
        weight.detach()._array[rows[long]] *= (max_norm / (norms[long] + 1e-7))[:, None].astype(
            weight._array.dtype
        )
    bump(weight)


for _name in __all__:
    globals()[_name] = worded(_name, globals()[_name])


# Functions that are imported when one of them is first used, by module of `ops`.
_LATER = {
    "attention": "scaled_dot_product_attention",
    "convolution": "conv1d conv2d conv3d",
    "ctc": "ctc_loss",
    "drawing": (
        "alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout gumbel_softmax rrelu rrelu_"
    ),
    "grids": "affine_grid",
    "margin_losses": (
        "multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss soft_margin_loss "
        "triplet_margin_with_distance_loss"
    ),
    "multihead": "multi_head_attention_forward",
    "normalization": "batch_norm group_norm instance_norm layer_norm",
    "padding": "pad",
    "pooling": "adaptive_avg_pool1d adaptive_avg_pool2d avg_pool1d avg_pool2d max_pool1d max_pool2d",
    "ranking_losses": (
        "cosine_embedding_loss gaussian_nll_loss hinge_embedding_loss margin_ranking_loss pairwise_distance "
        "poisson_nll_loss triplet_margin_loss"
    ),
    "shrinking": "celu_ elu_ hardshrink hardtanh_ leaky_relu_ relu_ selu_ softshrink threshold_",
    "shuffling": "channel_shuffle pixel_shuffle pixel_unshuffle",
    "patches": "fold unfold",
    "scale_norms": "local_response_norm lp_pool1d lp_pool2d lp_pool3d rms_norm",
    "transposed_convolution": "conv_transpose1d conv_transpose2d conv_transpose3d",
    "unpooling": "max_unpool1d max_unpool2d max_unpool3d",
    "volumes": "adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d avg_pool3d max_pool3d",
    "upsampling": "interpolate upsample",
}
LATE = {name: module for module, names in _LATER.items() for name in names.split()}


def __dir__() -> list[str]:
    return sorted({*globals(), *LATE})


def __getattr__(name: str) -> Any:
    """Find the rest: convolution and its like on first use."""
    if name not in LATE:
        from ..absent import missing

        raise missing("torch.nn.functional", name)
    module = importlib.import_module(f"..ops.{LATE[name]}", __package__)
    same = _FUNCTIONS.get(name) if DIRECT.get(name) == name else None  # what torch has in both places
    found = globals()[name] = same or worded(name, getattr(module, name))
    return found

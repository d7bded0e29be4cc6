"""Functions of layers and losses as `torch` itself has them, beside `torch.nn.functional`.

C++ declares their arguments: no `inplace`, `reduction` as a number (0 none, 1 mean, 2 sum). The default that C++ declares
for it is the mean, but torch reads its name as 0.
"""

from __future__ import annotations

from typing import Any

from ..ops import activations, ctc, drawing, losses, normalization, ranking_losses, volumes
from ..ops.pooling import max_pool1d, max_pool2d
from ..ops.rearranging import pad_constant
from ..ops.registry import FUNCTIONS, explained, function, method
from ..ops.volumes import max_pool3d
from ..tensor import Tensor
from . import functional

__all__: list[str] = []

_REDUCTIONS = ("none", "mean", "sum")


def _reduction(number: int) -> str:
    return _REDUCTIONS[number] if 0 <= number < len(_REDUCTIONS) else "none"


# ---- layers --------------------------------------------------------------------------------------------------

for _pool in (max_pool1d, max_pool2d, max_pool3d):
    FUNCTIONS[_pool.__name__] = explained(_pool, _pool.__name__)


@function
def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Any:
    """Return the largest element of each window, and where it stands in its row."""
    return max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


@function
def adaptive_max_pool1d(input: Tensor, output_size: Any) -> Any:
    """Return the largest elements of as many windows of signals as asked for, and where they stand."""
    return volumes.adaptive_max_pool1d(input, output_size, True)


@function
def batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """Return the input with mean 0 and variance 1 in each channel, times `weight`, plus `bias`."""
    return normalization.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


@function
def instance_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """Return the input with mean 0 and variance 1 in each channel of each example."""
    return normalization.instance_norm(
        input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps
    )


@function
def layer_norm(
    input: Tensor,
    normalized_shape: Any,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
    cudnn_enable: bool = True,
) -> Tensor:
    """Return the input with mean 0 and variance 1 over its last dimensions, times `weight`, plus `bias`."""
    return normalization.layer_norm(input, normalized_shape, weight, bias, eps)


@function
def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-05,
    cudnn_enabled: bool = True,
) -> Tensor:
    """Return the input with mean 0 and variance 1 in each group of channels, times `weight`, plus `bias`."""
    return normalization.group_norm(input, num_groups, weight, bias, eps)


@function
def embedding(
    weight: Tensor,
    indices: Tensor,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Return the row of `weight` for each index; rows of `padding_idx` get no gradient."""
    ignored = None if padding_idx < 0 else padding_idx
    return functional.embedding(
        indices, weight, ignored, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse
    )


@function
def constant_pad_nd(input: Tensor, pad: Any, value: Any = 0) -> Tensor:
    """Return a copy with a border of a constant; `pad` begins with the last dimension."""
    ndim = input._array.ndim
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * ndim:
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. Pad length is "
            f"{len(pad)}while the input has {ndim}dimensions."
        )
    return pad_constant(input, tuple(pad), value)


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")


def _dropout(name: str, features: bool, alpha: bool) -> None:
    """Publish a dropout and its form in place."""

    def apply(input: Tensor, p: float, train: bool) -> Tensor:
        _check_probability(p)
        return drawing.dropped(input, p, train, False, features=features, alpha=alpha)

    def in_place(input: Tensor, p: float, train: bool) -> Tensor:
        _check_probability(p)
        return drawing.dropped(input, p, train, True, features=features, alpha=alpha)

    apply.__name__, in_place.__name__ = name, f"{name}_"
    what = "each channel" if features else "each element"
    apply.__doc__ = (
        f"Drop {what} with chance `p`, if `train`: `torch.nn.functional` has it with other arguments."
    )
    in_place.__doc__ = f"Do `{name}` in place."
    function(apply)
    function(in_place)


_dropout("dropout", features=False, alpha=False)
_dropout("feature_dropout", features=True, alpha=False)
_dropout("alpha_dropout", features=False, alpha=True)
_dropout("feature_alpha_dropout", features=True, alpha=True)


@function
def rrelu(
    input: Tensor,
    lower: float = 0.125,
    upper: float = 0.3333333333333333,
    training: bool = False,
    generator: Any = None,
) -> Tensor:
    """Return x where positive and x times a slope elsewhere: one drawn for each, or the mean one."""
    return drawing.leaking_at_random(input, lower, upper, training, generator, False)


# ---- activations ---------------------------------------------------------------------------------------------


@function
def celu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """Return x where positive, else alpha * (exp(x / alpha) - 1)."""
    return activations.celu(input, alpha)


@function
def selu(input: Tensor) -> Tensor:
    """Return the scaled exponential linear unit, which keeps mean 0 and variance 1."""
    return activations.selu(input)


@method
def prelu(self: Tensor, weight: Tensor) -> Tensor:
    """Return x where positive, else x times the weight of its channel."""
    return activations.prelu(self, weight)


@function
def threshold(input: Tensor, threshold: float, value: float) -> Tensor:
    """Return x where it is above the threshold, else `value`."""
    return activations.threshold(input, threshold, value)


# ---- losses --------------------------------------------------------------------------------------------------


@function
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    reduction: int = 0,
) -> Tensor:
    """Return the binary cross entropy between targets and the sigmoid of the input."""
    return losses.binary_cross_entropy_with_logits(
        input, target, weight, reduction=_reduction(reduction), pos_weight=pos_weight
    )


@function
def kl_div(input: Tensor, target: Tensor, reduction: int = 0, *, log_target: bool = False) -> Tensor:
    """Return the Kullback-Leibler divergence of logarithms of probabilities from the target."""
    return losses.divergence(input, target, _reduction(reduction), log_target)


@function
def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """Return how far pairs are from equal (target 1) or from different (target -1) directions."""
    return ranking_losses.cosine_embedding_loss(
        input1, input2, target, margin, reduction=_reduction(reduction)
    )


@function
def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, reduction: int = 0) -> Tensor:
    """Return the distances of pairs that belong together, and the margin less those that do not."""
    return ranking_losses.hinge_embedding_loss(input, target, margin, reduction=_reduction(reduction))


@function
def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """Return by how much pairs miss the order that the target asks for."""
    return ranking_losses.margin_ranking_loss(input1, input2, target, margin, reduction=_reduction(reduction))


@function
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-06,
    swap: bool = False,
    reduction: int = 0,
) -> Tensor:
    """Return by how much the negative is not farther from the anchor than the positive and the margin."""
    return ranking_losses.triplet_margin_loss(
        anchor, positive, negative, margin, p, eps, swap, reduction=_reduction(reduction)
    )


@function
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: int = 0,
    zero_infinity: bool = False,
) -> Tensor:
    """Return the loss of label sequences for logarithms of chances (steps, batch, labels)."""
    return ctc.ctc_loss(
        log_probs, targets, input_lengths, target_lengths, blank, _reduction(reduction), zero_infinity
    )


@function
def poisson_nll_loss(
    input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int
) -> Tensor:
    """Return the negative logarithm of the likelihood of counts under Poisson distributions."""
    return ranking_losses.poisson_nll_loss(
        input, target, log_input, full, eps=eps, reduction=_reduction(reduction)
    )

"""Functions of `nn.functional` that draw random numbers: the dropouts, `rrelu`, `gumbel_softmax`."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .. import dtypes, scalars, storage
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .activation_kernels import leaky_relu_backward, leaky_relu_slope_of_result
from .activations import leaky_relu
from .broadcasting import row_major
from .inplace import update
from .registry import function

__all__ = [
    "alpha_dropout",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
    "gumbel_softmax",
    "rrelu",
    "rrelu_",
]

ALPHA = 1.7580993408473766  # minus the least value of SELU


# ---- dropout -------------------------------------------------------------------------------------------------------


def _check_chance(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropped(
    input: Tensor, p: float, training: bool, inplace: bool, *, features: bool = False, alpha: bool = False
) -> Tensor:
    """Set elements (or whole features, which lie along dimension 1) to 0, or to the least value of SELU."""
    if p == 0 or not training or not input._array.size:
        return input
    if p == 1:
        return _times(input, input._zeros(()), inplace)
    shape = input._array.shape
    if features and len(shape) < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    x = input._array
    made = (
        xp.empty((*shape[:2], *[1] * (len(shape) - 2)), x.dtype)
        if features
        else storage.empty_like(x, x.dtype)
    )
    noise = wrap(made)
    noise.bernoulli_(1 - p)
    if not alpha:
        return _times(input, noise.div_(1 - p), inplace)
    scale = 1.0 / math.sqrt((ALPHA * ALPHA * p + 1) * (1 - p))
    shift = noise.add(-1).mul_(ALPHA * scale).add_(ALPHA * scale * p)
    found: Tensor = _times(input, noise.mul_(scale), inplace).add_(shift)
    return found


def _times(input: Tensor, factor: Tensor, inplace: bool) -> Tensor:
    found: Tensor = input.mul_(factor) if inplace else input * factor
    return found


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set each element to 0 with chance `p` and scale up the others."""
    if not isinstance(input, Tensor):
        raise TypeError("dropout")
    _check_chance(p)
    return dropped(input, p, training, inplace)


_SHOULD = (
    "Note that {name} exists to provide channel-wise dropout on inputs with {spatial} spatial dimension{s}, a channel "
    "dimension, and an optional batch dimension (i.e. {least}D or {most}D inputs)."
)


def _purpose(name: str, spatial: int) -> str:
    """Return the sentence with which torch explains what inputs a dropout of channels is meant for."""
    s = "s" if spatial > 1 else ""
    return _SHOULD.format(name=name, spatial=spatial, s=s, least=spatial + 1, most=spatial + 2)


def _warn_of_rank(name: str, spatial: int, ndim: int) -> None:
    if ndim not in (spatial + 1, spatial + 2):
        warnings.warn(
            f"{name}: Received a {ndim}-D input to {name}, which is deprecated and will result in an error in a future "
            "release. To retain the behavior and silence this warning, please use dropout instead. "
            + _purpose(name, spatial),
            UserWarning,
            stacklevel=4,
        )


def _dropped_of_one(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    """Drop features of an input without a batch dimension."""
    batch = input.unsqueeze_(0) if inplace else input.unsqueeze(0)
    result = dropped(batch, p, training, inplace, features=True)
    found: Tensor = result.squeeze_(0) if inplace else result.squeeze(0)
    return found


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set whole channels of signals to 0, each with chance `p`, and scale up the others."""
    _check_chance(p)
    ndim = input.dim()
    if ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {ndim}D input. " + _purpose("dropout1d", 1)
        )
    if ndim == 2:
        return _dropped_of_one(input, p, training, inplace)
    return dropped(input, p, training, inplace, features=True)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set whole channels of images to 0, each with chance `p`, and scale up the others."""
    _check_chance(p)
    ndim = input.dim()
    _warn_of_rank("dropout2d", 2, ndim)
    if ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - "
            "input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future "
            "release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D "
            "channel-wise dropout behavior, please switch to using dropout1d instead.",
            UserWarning,
            stacklevel=3,
        )
    return dropped(input, p, training, inplace, features=True)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set whole channels of volumes to 0, each with chance `p`, and scale up the others."""
    _check_chance(p)
    ndim = input.dim()
    _warn_of_rank("dropout3d", 3, ndim)
    if ndim != 5:
        return _dropped_of_one(input, p, training, inplace)
    return dropped(input, p, training, inplace, features=True)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Set elements to the least value of SELU with chance `p`; mean and variance stay."""
    _check_chance(p)
    return dropped(input, p, training, inplace, alpha=True)


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Set whole channels to the least value of SELU, each with chance `p`; mean and variance stay."""
    _check_chance(p)
    return dropped(input, p, training, inplace, features=True, alpha=True)


# ---- rrelu ---------------------------------------------------------------------------------------------------------


def _noisy_slope(
    leaky_slope: Any, g: Any, x: Any, noise: Any, lower: float, upper: float, training: bool
) -> Any:
    return g * noise if training and upper - lower > 1e-6 else leaky_slope(g, x, (lower + upper) / 2)


RreluWithNoiseBackward0 = derivative(
    "RreluWithNoiseBackward0",
    saves="noise",
    args="lower upper training",
    self=lambda g, self, noise, lower, upper, training: _noisy_slope(
        leaky_relu_backward, g, self, noise, lower, upper, training
    ),
)
RreluWithNoiseBackward1 = derivative(
    "RreluWithNoiseBackward1",
    saves="noise",
    args="lower upper training",
    self=lambda g, result, noise, lower, upper, training: _noisy_slope(
        leaky_relu_slope_of_result, g, result, noise, lower, upper, training
    ),
)


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """Return x where positive and x times a slope elsewhere: one drawn for each, or the mean one."""
    return leaking_at_random(input, lower, upper, training, None, inplace)


def leaking_at_random(
    input: Tensor, lower: float, upper: float, training: bool, generator: Any, inplace: bool
) -> Tensor:
    """Do `rrelu`, with a generator."""
    for name, bound in (("lower", lower), ("upper", upper)):
        scalars.check(bound, dtypes.float64)
        if not math.isfinite(bound):
            raise RuntimeError(f"rrelu: {name} bound must be finite, got {bound:g}")
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    kind = RreluWithNoiseBackward1 if inplace else RreluWithNoiseBackward0

    def apply(tensor: Tensor) -> Tensor:
        x = tensor._array
        if not training:
            noise, array = xp.zeros_like(x), leaky_relu(tensor.detach(), (lower + upper) / 2)._array
        else:
            if x.dtype.kind != "f":
                raise NotImplementedError(
                    f"\"rrelu_with_noise_out_cpu\" not implemented for '{tensor.dtype._scalar}'"
                )
            noise = _slopes(row_major(x), lower, upper, generator)
            array = row_major(x) * noise
        return record(kind, array, (tensor,), (lower, upper, training), (wrap(noise),))

    return update("", input, apply) if inplace else apply(input)


def _slopes(x: Any, lower: float, upper: float, generator: Any) -> Any:
    """Draw a slope for each element that is not positive; 1 for the others."""
    falling = x <= 0
    drawn = wrap(xp.empty(int(falling.sum()), xp.float64)).uniform_(lower, upper, generator=generator)
    noise = xp.ones_like(x)
    noise[falling] = drawn._array
    return noise


@function
def rrelu_(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    generator: Any = None,
) -> Tensor:
    """Do `rrelu` in place."""
    return leaking_at_random(input, lower, upper, training, generator, True)


# ---- gumbel_softmax ------------------------------------------------------------------------------------------------


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """Return a sample of one of several classes, softened by a temperature `tau`; one-hot where `hard`."""
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", UserWarning, stacklevel=2)
    noise = -wrap(xp.empty(logits._array.shape, logits._array.dtype)).exponential_().log()
    soft: Tensor = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    chosen = soft.max(dim, keepdim=True)[1]
    made = wrap(xp.zeros(logits._array.shape, logits._array.dtype)).scatter_(dim, chosen, 1.0)
    straight_through: Tensor = made - soft.detach() + soft
    return straight_through

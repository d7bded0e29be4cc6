"""Rarer activation functions: the shrinking ones, and the forms in place that `nn.functional` has under own names."""

from __future__ import annotations

from typing import Any

from .. import both, limits
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from . import activations
from .backward_kernels import backward_kernel
from .broadcasting import keep_layout
from .registry import function, public

__all__ = [
    "celu_",
    "elu_",
    "hardshrink",
    "hardtanh_",
    "leaky_relu_",
    "relu_",
    "selu_",
    "softshrink",
    "threshold_",
]


def _outside(x: Any, lambd: float) -> Any:
    """Return where a number is not within `lambd` of 0 (nan is not)."""
    return xp.logical_not(xp.abs(both.plain(x)) <= lambd)


def _shrinking(name: str) -> Any:
    slope = backward_kernel(
        f"{name}BackwardBackward0", lambda g, x, lambd: both.keep(g, _outside(x, lambd)), args="lambd"
    )
    return derivative(f"{name}Backward0", args="lambd", self=lambda g, self, lambd: slope(g, self, lambd))


HardshrinkBackward0 = _shrinking("Hardshrink")
SoftshrinkBackward0 = _shrinking("Softshrink")


def _refuse_others(kernel: str, input: Tensor) -> None:
    if input._array.dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype._scalar}'")


@public
def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return x, and 0 where |x| is at most `lambd`."""
    _refuse_others("hardshrink_cpu", input)
    x = input._array
    array = xp.where(_outside(x, lambd), x, x.dtype.type(0))
    return record(HardshrinkBackward0, keep_layout(array, x), (input,), (lambd,))


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return x brought nearer to 0 by `lambd`, and 0 where |x| is at most that."""
    _refuse_others("softshrink_check", input)
    x = input._array
    most = limits.finfo(input.dtype).max
    if not 0 <= lambd <= most:
        raise RuntimeError(
            f"lambda must be in range [0, {most:g}] for input dtype {input.dtype._scalar}, but found {lambd:g}"
        )
    shift = x.dtype.type(lambd)
    array = xp.where(_outside(x, lambd), xp.where(x > 0, x - shift, x + shift), x * x.dtype.type(0))
    return record(SoftshrinkBackward0, keep_layout(array, x), (input,), (lambd,))


@function
def relu_(input: Tensor) -> Tensor:
    """Do `relu` in place."""
    return activations.relu(input, True)


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """Do `elu` in place."""
    return activations.elu(input, alpha, True)


@function
def selu_(input: Tensor) -> Tensor:
    """Do `selu` in place."""
    return activations.selu(input, True)


@function
def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """Do `celu` in place."""
    return activations.celu(input, alpha, True)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Do `leaky_relu` in place."""
    return activations.leaky_relu(input, negative_slope, True)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """Do `hardtanh` in place."""
    return activations.hardtanh(input, min_val, max_val, True)


@function
def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """Do `threshold` in place."""
    return activations.threshold(input, threshold, value, True)

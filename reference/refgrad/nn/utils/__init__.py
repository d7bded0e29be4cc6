"""Helpers for parameters and their gradients."""

from __future__ import annotations

import importlib
import inspect
import math
import warnings
from collections.abc import Iterable
from types import GeneratorType
from typing import Any

from ...absent import missing
from ...generator import defaults as _default_generators
from ...grad_mode import no_grad
from ...ops.joining import cat as _cat
from ...ops.registry import FUNCTIONS
from ...tensor import Tensor

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
    "parameters_to_vector",
    "skip_init",
    "vector_to_parameters",
]

_SUBMODULES = ("rnn",)
_REPARAMETRIZED = ("remove_spectral_norm", "remove_weight_norm", "spectral_norm", "weight_norm")


def _listed(parameters: Any) -> list[Tensor]:
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


@no_grad()
def get_total_norm(
    tensors: Any, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: Any = None
) -> Tensor:
    """Return the norm of all elements of all tensors together."""
    given = _listed(tensors)
    if not given:
        return FUNCTIONS["tensor"](0.0)  # type: ignore[no-any-return]
    order = float(norm_type)
    norms = FUNCTIONS["stack"]([each.norm(order) for each in given])
    total: Tensor = norms.norm(order)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {order} for gradients from `parameters` is non-finite, so it cannot be clipped. To "
            "disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


@no_grad()
def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: Any = None,
) -> Tensor:
    """Scale all gradients down so that their common norm is at most `max_norm`; return what it was."""
    given = _listed(parameters)
    if isinstance(parameters, GeneratorType) and not given:
        warnings.warn(
            "`parameters` is an empty generator, no gradient clipping will occur.", UserWarning, stacklevel=3
        )
    grads = [each._grad for each in given if each._grad is not None]
    total = get_total_norm(grads, norm_type, error_if_nonfinite)
    factor = (max_norm / (total + 1e-6)).clamp(max=1.0)
    for each in grads:
        each.mul_(factor)
    return total


@no_grad()
def clip_grads_with_norm_(
    parameters: Any, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale all gradients down so that their common norm, if it is `total_norm`, becomes at most `max_norm`."""
    factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
    for each in _listed(parameters):
        if each._grad is not None:
            each._grad.mul_(factor)


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """Return a module whose parameters and buffers are not initialised."""
    from ..module import Module

    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    states = [(each, each.get_state()) for each in _default_generators()]
    made = module_cls(*args, **kwargs)
    for generator, state in states:
        generator.set_state(state)
    return made


@no_grad()
def clip_grad_value_(parameters: Any, clip_value: float, foreach: Any = None) -> None:
    """Limit each element of each gradient to [-clip_value, clip_value]."""
    grads = [each._grad for each in _listed(parameters) if each._grad is not None]
    if not grads:  # which torch's sorting of tensors by device does not take
        raise RuntimeError(
            "Expected !nested_tensorlist[0].empty() to be true, but got false.  (Could this error message be improved?  If "
            "so, please report an enhancement request to PyTorch.)"
        )
    for each in grads:
        each.clamp_(-clip_value, clip_value)


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return all parameters as one vector."""
    return _cat([each.view(-1) for each in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Set all parameters from one vector."""
    start = 0
    for each in parameters:
        count = each.numel()
        each.data = vec[start : start + count].view_as(each).data
        start += count


def __dir__() -> list[str]:
    return sorted({*globals(), *_REPARAMETRIZED, *_SUBMODULES})


def __getattr__(name: str) -> Any:
    """Import a part on first use."""
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _REPARAMETRIZED:
        return getattr(importlib.import_module(f"{__name__}.reparametrized"), name)
    raise missing("torch.nn.utils", name)

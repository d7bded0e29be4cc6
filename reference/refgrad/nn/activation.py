"""Activation functions as modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tensor import Tensor
from . import functional as F  # noqa: N812 - the name everybody uses
from .module import Module
from .parameter import Parameter

# name: (function, parameters with defaults in order, which of them the repr shows)
_TABLE: dict[str, tuple[Callable[..., Any], dict[str, Any], tuple[str, ...]]] = {
    "ReLU": (F.relu, {"inplace": False}, ()),
    "ReLU6": (F.relu6, {"inplace": False}, ()),
    "Sigmoid": (F.sigmoid, {}, ()),
    "Tanh": (F.tanh, {}, ()),
    "SiLU": (F.silu, {"inplace": False}, ()),
    "Mish": (F.mish, {"inplace": False}, ()),
    "Hardswish": (F.hardswish, {"inplace": False}, ()),
    "Hardsigmoid": (F.hardsigmoid, {"inplace": False}, ()),
    "Hardtanh": (F.hardtanh, {"min_val": -1.0, "max_val": 1.0, "inplace": False}, ("min_val", "max_val")),
    "ELU": (F.elu, {"alpha": 1.0, "inplace": False}, ("alpha",)),
    "CELU": (F.celu, {"alpha": 1.0, "inplace": False}, ("alpha",)),
    "SELU": (F.selu, {"inplace": False}, ()),
    "GLU": (F.glu, {"dim": -1}, ("dim",)),
    "GELU": (F.gelu, {"approximate": "none"}, ("approximate",)),
    "LeakyReLU": (F.leaky_relu, {"negative_slope": 0.01, "inplace": False}, ("negative_slope",)),
    "LogSigmoid": (F.logsigmoid, {}, ()),
    "Softplus": (F.softplus, {"beta": 1.0, "threshold": 20.0}, ("beta", "threshold")),
    "Threshold": (F.threshold, {"threshold": ..., "value": ..., "inplace": False}, ("threshold", "value")),
    "Softsign": (F.softsign, {}, ()),
    "Tanhshrink": (F.tanhshrink, {}, ()),
    "Softmax": (F.softmax, {"dim": None}, ("dim",)),
    "Softmin": (F.softmin, {"dim": None}, ("dim",)),
    "LogSoftmax": (F.log_softmax, {"dim": None}, ("dim",)),
}

__all__ = [*_TABLE, "PReLU"]


class _Activation(Module):
    """Calls one function with the settings that it was made with."""

    _function: Callable[..., Any]
    _defaults: dict[str, Any]
    _shown: tuple[str, ...]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        settings = dict(zip(self._defaults, args, strict=False))
        name = type(self).__name__
        for key, value in kwargs.items():
            if key not in self._defaults:
                raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{key}'")
            settings[key] = value
        if len(args) > len(self._defaults):
            most = len(self._defaults) + 1
            raise TypeError(
                f"{name}.__init__() takes {most} positional arguments but {len(args) + 1} were given"
            )
        for key, value in {**self._defaults, **settings}.items():
            setattr(self, key, value)

    def forward(self, input: Tensor) -> Tensor:
        """Apply the function to each element (or along a dimension)."""
        result: Tensor = type(self)._function(input, **{key: getattr(self, key) for key in self._defaults})
        return result

    def extra_repr(self) -> str:
        """Show the settings."""
        parts = [f"{key}={getattr(self, key)!r}" for key in self._shown]
        return ", ".join(parts + (["inplace=True"] if getattr(self, "inplace", False) else []))


for _name, (_function, _defaults, _shown) in _TABLE.items():
    globals()[_name] = type(
        _name,
        (_Activation,),
        {
            "_function": staticmethod(_function),
            "_defaults": _defaults,
            "_shown": _shown,
            "__module__": "torch.nn.modules.activation",
            "__doc__": _function.__doc__,
        },
    )


class PReLU(Module):
    """A leaky ReLU that learns its slope."""

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        from ..creation import full

        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(full((num_parameters,), init))

    def forward(self, input: Tensor) -> Tensor:
        """Apply the function to each element."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"num_parameters={self.num_parameters}"

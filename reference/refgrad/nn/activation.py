"""Activation functions as modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ops.registry import FUNCTIONS
from ..tensor import Tensor
from . import functional as F  # noqa: N812 - the name everybody uses
from .init import constant_
from .module import Module
from .naming import under_own_name
from .parameter import Parameter

# name: (function, parameters with defaults in order, which of them the repr shows)
_TABLE: dict[str, tuple[Callable[..., Any], dict[str, Any], tuple[str, ...]]] = {
    "ReLU": (F.relu, {"inplace": False}, ()),
    "Sigmoid": (FUNCTIONS["sigmoid"], {}, ()),
    "Tanh": (FUNCTIONS["tanh"], {}, ()),
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

__all__ = [*_TABLE, "PReLU", "ReLU6"]


def _settings(
    name: str, defaults: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Return the settings that were given to a constructor, as Python would bind (or refuse) them."""
    least = 1 + sum(value is ... for value in defaults.values())
    most = 1 + len(defaults)
    for key in kwargs:
        if key not in defaults:
            raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{key}'")
        if key in list(defaults)[: len(args)]:
            raise TypeError(f"{name}.__init__() got multiple values for argument '{key}'")
    if len(args) >= most:
        takes = f"{most}" if least == most else f"from {least} to {most}"
        raise TypeError(
            f"{name}.__init__() takes {takes} positional arguments but {len(args) + 1} were given"
        )
    settings = {**defaults, **dict(zip(defaults, args, strict=False)), **kwargs}
    missing = [f"'{key}'" for key, value in settings.items() if defaults[key] is ... and value is ...]
    if missing:
        plural = "s" if len(missing) > 1 else ""
        raise TypeError(
            f"{name}.__init__() missing {len(missing)} required positional argument{plural}: {' and '.join(missing)}"
        )
    return settings


class _Plain(Module):
    """Calls one function with the settings that it was made with."""

    _function: Callable[..., Any]
    _defaults: dict[str, Any]
    _shown: tuple[str, ...]

    def forward(self, input: Tensor) -> Tensor:
        """Apply the function to each element (or along a dimension)."""
        result: Tensor = type(self)._function(input, **{key: getattr(self, key) for key in self._defaults})
        return result

    def extra_repr(self) -> str:
        """Show the settings."""
        parts = [f"{key}={getattr(self, key)!r}" for key in self._shown]
        return ", ".join(parts + (["inplace=True"] if getattr(self, "inplace", False) else []))


class _Activation(_Plain):
    """Is made with settings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        for key, value in _settings(type(self).__name__, self._defaults, args, kwargs).items():
            setattr(self, key, value)

    forward, extra_repr = _Plain.forward, _Plain.extra_repr


for _name, (_function, _defaults, _shown) in _TABLE.items():
    globals()[_name] = under_own_name(
        type(
            _name,
            (_Activation if _defaults else _Plain,),
            {
                "_function": staticmethod(_function),
                "_defaults": _defaults,
                "_shown": _shown,
                "__module__": "torch.nn.modules.activation",
                "__doc__": _function.__doc__,
            },
        )
    )


_Hardtanh: Any = globals()["Hardtanh"]


class ReLU6(_Hardtanh):  # type: ignore[misc]
    """Brings each element between 0 and 6."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        """Show whether elements are changed in place."""
        return "inplace=True" if self.inplace else ""


class PReLU(Module):
    """A leaky ReLU that learns its slope."""

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        from ..creation import empty

        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the slope to what it was at first."""
        constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        """Apply the function to each element."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"num_parameters={self.num_parameters}"

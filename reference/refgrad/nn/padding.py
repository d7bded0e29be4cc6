"""Layers that add a border: of zeros or another constant, reflected, replicated, circular."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from . import functional as F  # noqa: N812 - the name everybody uses
from .convolution import _each
from .module import Module
from .naming import under_own_name

__all__ = [
    *("CircularPad1d", "CircularPad2d", "CircularPad3d", "ConstantPad1d", "ConstantPad2d", "ConstantPad3d"),
    *("ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d", "ReplicationPad2d"),
    *("ReplicationPad3d", "ZeroPad1d", "ZeroPad2d", "ZeroPad3d"),
]


class _Padding(Module):
    """Adds a border to the last `_ndim` dimensions; `padding` counts from the last: (before, after, ...)."""

    _ndim: int
    _mode: str

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = _each(padding, 2 * self._ndim)

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with a border."""
        self._check(input)
        return F.pad(input, self.padding, self._mode)  # type: ignore[no-any-return]

    def _check(self, input: Tensor) -> None:
        """Refuse an input with another number of dimensions, where torch does so before it looks closer."""

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"{self.padding}"


class _ConstantPadNd(_Padding):
    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with a border."""
        return F.pad(input, self.padding, "constant", self.value)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"padding={self.padding}, value={self.value}"


class _ZeroPadding(_ConstantPadNd):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"{self.padding}"


@under_own_name
class _CircularPadNd(_Padding):
    _mode = "circular"

    def _check(self, input: Tensor) -> None:
        ndim = input.dim()
        if ndim not in (self._ndim + 1, self._ndim + 2):
            raise ValueError(f"expected {self._ndim + 1}D or {self._ndim + 2}D input (got {ndim}D input)")


@under_own_name
class _ReflectionPadNd(_Padding):
    _mode = "reflect"


@under_own_name
class _ReplicationPadNd(_Padding):
    _mode = "replicate"


_KINDS: dict[str, tuple[type[_Padding], str]] = {
    "ConstantPad": (_ConstantPadNd, "Adds a border of a constant."),
    "ZeroPad": (_ZeroPadding, "Adds a border of zeros."),
    "CircularPad": (_CircularPadNd, "Adds a border of elements from the other end."),
    "ReflectionPad": (_ReflectionPadNd, "Adds a border of elements mirrored at the edge."),
    "ReplicationPad": (_ReplicationPadNd, "Adds a border of copies of the edge."),
}
for _kind, (_base, _text) in _KINDS.items():
    for _dims in (1, 2, 3):
        _members = {"_ndim": _dims, "__doc__": _text, "__module__": "torch.nn.modules.padding"}
        globals()[f"{_kind}{_dims}d"] = under_own_name(
            type(f"{_kind}{_dims}d", (_base,), _members), "__init__"
        )

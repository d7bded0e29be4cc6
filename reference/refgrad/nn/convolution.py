"""Layers for signals and images: convolution and pooling."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ..creation import empty
from ..tensor import Tensor
from . import functional as F  # noqa: N812 - the name everybody uses
from . import init
from .module import Module
from .naming import under_own_name
from .parameter import Parameter

__all__ = [
    *(
        "AdaptiveAvgPool1d",
        "AdaptiveAvgPool2d",
        "AvgPool1d",
        "AvgPool2d",
        "Conv1d",
    ),
    *("Conv2d", "Conv3d", "MaxPool1d", "MaxPool2d"),
]


def _each(value: Any, count: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, Iterable) else (value,) * count


class _Conv(Module):
    """A convolution over `_ndim` dimensions with a kernel that is learned."""

    _ndim: int

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = _each(kernel_size, self._ndim), _each(stride, self._ndim)
        self.padding = padding if isinstance(padding, str) else _each(padding, self._ndim)
        self.dilation = _each(dilation, self._ndim)
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string {padding!r}, should be one of {{'same', 'valid'}}")
        if padding == "same" and any(step != 1 for step in self.stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(
                "padding_mode must be one of {'replicate', 'reflect', 'zeros', 'circular'}, but got "
                f"padding_mode={padding_mode!r}"
            )
        self.in_channels, self.out_channels, self.groups, self.padding_mode = (
            in_channels,
            out_channels,
            groups,
            padding_mode,
        )
        self.weight = Parameter(
            empty((out_channels, in_channels // groups, *self.kernel_size), device=device, dtype=dtype)
        )
        if bias:
            self.bias = Parameter(empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, uniformly within 1 / sqrt(fan_in)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = self.in_channels // self.groups * math.prod(self.kernel_size)
            if fan_in:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def forward(self, input: Tensor) -> Tensor:
        """Return the convolution of the input."""
        convolve = getattr(F, f"conv{self._ndim}d")
        padding: Any = self.padding
        if self.padding_mode != "zeros" and not isinstance(padding, str):
            widths = [size for size in reversed(padding) for _ in range(2)]
            input, padding = F.pad(input, widths, mode=self.padding_mode), 0
        result: Tensor = convolve(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )
        return result

    def extra_repr(self) -> str:
        """Show sizes and settings."""
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        )
        if self.padding != (0,) * self._ndim:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self._ndim:
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text if self.padding_mode == "zeros" else f"{text}, padding_mode={self.padding_mode}"


@under_own_name
class Conv1d(_Conv):
    """A convolution of signals."""

    _ndim = 1


@under_own_name
class Conv2d(_Conv):
    """A convolution of images."""

    _ndim = 2


@under_own_name
class Conv3d(_Conv):
    """A convolution of volumes."""

    _ndim = 3


class _MaxPoolNd(Module):
    _function: Any

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation, self.return_indices, self.ceil_mode = (
            padding,
            dilation,
            return_indices,
            ceil_mode,
        )

    def forward(self, input: Tensor) -> Any:
        """Return the largest element of each window."""
        return type(self)._function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )

    def extra_repr(self) -> str:
        """Show the settings."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


@under_own_name
class MaxPool1d(_MaxPoolNd):
    """The largest element of each window of a signal."""

    _function = staticmethod(F.max_pool1d)


@under_own_name
class MaxPool2d(_MaxPoolNd):
    """The largest element of each window of an image."""

    _function = staticmethod(F.max_pool2d)


class _AvgPool(Module):
    _function: Any
    _tuples = False  # whether the settings are kept as tuples

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad
        if self._tuples:
            self.kernel_size, self.stride, self.padding = [
                _each(value, 1) for value in (self.kernel_size, self.stride, self.padding)
            ]

    def forward(self, input: Tensor) -> Any:
        """Return the mean of each window."""
        return type(self)._function(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


@under_own_name
class AvgPool1d(_AvgPool):
    """The mean of each window of a signal."""

    _tuples = True

    _function = staticmethod(F.avg_pool1d)


class AvgPool2d(_AvgPool):
    """The mean of each window of an image; of sums divided by `divisor_override`, if that is given."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Any:
        """Return the mean of each window."""
        settings = (self.stride, self.padding, self.ceil_mode, self.count_include_pad, self.divisor_override)
        return F.avg_pool2d(input, self.kernel_size, *settings)


class _AdaptiveAvgPoolNd(Module):
    """Means over as many windows as asked for."""

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """Means over as many windows of a signal as asked for."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        found: Tensor = F.adaptive_avg_pool1d(input, self.output_size)
        return found


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """Means over as many windows of an image as asked for."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        found: Tensor = F.adaptive_avg_pool2d(input, self.output_size)
        return found

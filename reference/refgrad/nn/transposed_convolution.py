"""Transposed convolutions as layers."""

from __future__ import annotations

import math
from typing import Any

from ..creation import empty
from ..tensor import Tensor
from . import functional as F  # noqa: N812 - the name everybody uses
from . import init
from .convolution import _each
from .module import Module
from .naming import under_own_name
from .parameter import Parameter

__all__ = ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]


class _ConvTranspose(Module):
    """A transposed convolution over `_ndim` dimensions with a kernel that is learned."""

    _ndim: int

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        given = (kernel_size, stride, padding, dilation, output_padding)
        self.kernel_size, self.stride, self.padding, self.dilation, self.output_padding = [
            _each(each, self._ndim) for each in given
        ]
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.transposed, self.padding_mode = True, padding_mode
        self.weight = Parameter(
            empty((in_channels, out_channels // groups, *self.kernel_size), device=device, dtype=dtype)
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
            fan_in = self.weight.size(1) * math.prod(self.kernel_size)
            if fan_in:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def _output_padding(self, input: Tensor, output_size: Any) -> Any:
        """Return what the output must grow by to have a given size."""
        if output_size is None:
            return self.output_padding
        ndim = self._ndim
        lead = 2 if input.dim() == ndim + 2 else 1
        wanted = output_size[lead:] if len(output_size) == lead + ndim else output_size
        if len(wanted) != ndim:
            raise ValueError(
                f"ConvTranspose{ndim}D: for {input.dim()}D input, output_size must have {ndim} or {lead + ndim} elements "
                f"(got {len(wanted)})"
            )
        sizes = [input.size(lead + at) for at in range(ndim)]
        settings = (self.stride, self.padding, self.dilation, self.kernel_size)
        least = [
            (size - 1) * step - 2 * pad + spread * (k - 1) + 1
            for size, step, pad, spread, k in zip(sizes, *settings, strict=True)
        ]
        most = [low + step - 1 for low, step in zip(least, self.stride, strict=True)]
        if any(size < low or size > high for size, low, high in zip(wanted, least, most, strict=True)):
            raise ValueError(
                f"requested an output size of {wanted}, but valid sizes range from {least} to {most} (for an input of "
                f"{input.size()[2:]})"
            )
        return [size - low for size, low in zip(wanted, least, strict=True)]

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """Return the transposed convolution of the input."""
        more = self._output_padding(input, output_size)
        convolve = getattr(F, f"conv_transpose{self._ndim}d")
        settings = (self.stride, self.padding, more, self.groups, self.dilation)
        result: Tensor = convolve(input, self.weight, self.bias, *settings)
        return result

    def extra_repr(self) -> str:
        """Show sizes and settings."""
        usual = {"padding": 0, "dilation": 1, "output_padding": 0}
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        )
        for name, value in usual.items():
            if getattr(self, name) != (value,) * self._ndim:
                text += f", {name}={getattr(self, name)}"
        text += f", groups={self.groups}" if self.groups != 1 else ""
        return text + (", bias=False" if self.bias is None else "")


@under_own_name
class ConvTranspose1d(_ConvTranspose):
    """A transposed convolution of signals."""

    _ndim = 1


@under_own_name
class ConvTranspose2d(_ConvTranspose):
    """A transposed convolution of images."""

    _ndim = 2


@under_own_name
class ConvTranspose3d(_ConvTranspose):
    """A transposed convolution of volumes."""

    _ndim = 3

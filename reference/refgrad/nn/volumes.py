"""Layers that pool volumes, take adaptive or p-norm windows, go back from pools, and cut images into patches."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from . import functional as F  # noqa: N812 - the name everybody uses
from .convolution import _AdaptiveAvgPoolNd, _each, _MaxPoolNd
from .module import Module
from .naming import under_own_name

__all__ = [
    *(
        "AdaptiveAvgPool3d",
        "AdaptiveMaxPool1d",
        "AdaptiveMaxPool2d",
        "AdaptiveMaxPool3d",
        "AvgPool3d",
        "Fold",
    ),
    *("LPPool1d", "LPPool2d", "LPPool3d", "LocalResponseNorm", "MaxPool3d", "MaxUnpool1d", "MaxUnpool2d"),
    *("MaxUnpool3d", "Unfold"),
]


@under_own_name
class MaxPool3d(_MaxPoolNd):
    """The largest element of each window of a volume."""

    _function = staticmethod(F.max_pool3d)


class AvgPool3d(Module):
    """The mean of each window of a volume; of sums divided by `divisor_override`, if that is given."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """Return the mean of each window."""
        settings = (self.stride, self.padding, self.ceil_mode, self.count_include_pad, self.divisor_override)
        return F.avg_pool3d(input, self.kernel_size, *settings)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """Means over as many windows of a volume as asked for."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        return F.adaptive_avg_pool3d(input, self.output_size)  # type: ignore[no-any-return]


class _AdaptiveMaxPoolNd(Module):
    """The largest elements of as many windows as asked for; with `return_indices` also where they stand."""

    _function: Any

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements."""
        return type(self)._function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"output_size={self.output_size}"


@under_own_name
class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The largest elements of as many windows of a signal as asked for."""

    _function = staticmethod(F.adaptive_max_pool1d)


@under_own_name
class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The largest elements of as many windows of an image as asked for."""

    _function = staticmethod(F.adaptive_max_pool2d)


@under_own_name
class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The largest elements of as many windows of a volume as asked for."""

    _function = staticmethod(F.adaptive_max_pool3d)


class _MaxUnpool(Module):
    """Puts elements back to where a max pool took them from."""

    _function: Any
    _ndim: int

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        given = (kernel_size, kernel_size if stride is None else stride, padding)
        self.kernel_size, self.stride, self.padding = [_each(each, self._ndim) for each in given]

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        """Return the elements in their places, and 0 elsewhere."""
        found: Tensor = type(self)._function(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )
        return found

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


@under_own_name
class MaxUnpool1d(_MaxUnpool):
    """Puts elements of signals back to where `MaxPool1d` took them from."""

    _function, _ndim = staticmethod(F.max_unpool1d), 1


@under_own_name
class MaxUnpool2d(_MaxUnpool):
    """Puts elements of images back to where `MaxPool2d` took them from."""

    _function, _ndim = staticmethod(F.max_unpool2d), 2


@under_own_name
class MaxUnpool3d(_MaxUnpool):
    """Puts elements of volumes back to where `MaxPool3d` took them from."""

    _function, _ndim = staticmethod(F.max_unpool3d), 3


class _LPPoolNd(Module):
    """The p-norm of each window."""

    _function: Any

    def __init__(
        self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = (
            norm_type,
            kernel_size,
            stride,
            ceil_mode,
        )

    def forward(self, input: Tensor) -> Tensor:
        """Return the norms."""
        found: Tensor = type(self)._function(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )
        return found

    def extra_repr(self) -> str:
        """Show the settings."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


@under_own_name
class LPPool1d(_LPPoolNd):
    """The p-norm of each window of a signal."""

    _function = staticmethod(F.lp_pool1d)


@under_own_name
class LPPool2d(_LPPoolNd):
    """The p-norm of each window of an image."""

    _function = staticmethod(F.lp_pool2d)


@under_own_name
class LPPool3d(_LPPoolNd):
    """The p-norm of each window of a volume."""

    _function = staticmethod(F.lp_pool3d)


class LocalResponseNorm(Module):
    """Divides by a power of the mean of squares of neighbouring channels."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Tensor:
        """Return the quotient."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class Unfold(Module):
    """Cuts images into patches, as columns."""

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> None:
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input: Tensor) -> Tensor:
        """Return the patches."""
        settings = (self.dilation, self.padding, self.stride)
        return F.unfold(input, self.kernel_size, *settings)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """Show the settings."""
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(Module):
    """Adds up patches, which are columns, to images."""

    def __init__(
        self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
    ) -> None:
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, input: Tensor) -> Tensor:
        """Return the images."""
        settings = (self.kernel_size, self.dilation, self.padding, self.stride)
        return F.fold(input, self.output_size, *settings)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """Show the settings."""
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )

"""Dropouts of whole channels, and those that keep mean and variance."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional as F  # noqa: N812 - the name everybody uses
from .linear import _DropoutNd

__all__ = ["AlphaDropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


class Dropout1d(_DropoutNd):
    """Sets whole channels of signals to 0 with chance `p`, in training only."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some channels set to 0."""
        return F.dropout1d(input, self.p, self.training, self.inplace)  # type: ignore[no-any-return]


class Dropout2d(_DropoutNd):
    """Sets whole channels of images to 0 with chance `p`, in training only."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some channels set to 0."""
        return F.dropout2d(input, self.p, self.training, self.inplace)  # type: ignore[no-any-return]


class Dropout3d(_DropoutNd):
    """Sets whole channels of volumes to 0 with chance `p`, in training only."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some channels set to 0."""
        return F.dropout3d(input, self.p, self.training, self.inplace)  # type: ignore[no-any-return]


class AlphaDropout(_DropoutNd):
    """Sets elements to the least value of SELU with chance `p`, in training only; mean and variance stay."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some elements set."""
        return F.alpha_dropout(input, self.p, self.training)  # type: ignore[no-any-return]


class FeatureAlphaDropout(_DropoutNd):
    """Sets whole channels to the least value of SELU with chance `p`, in training only."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some channels set."""
        return F.feature_alpha_dropout(input, self.p, self.training)  # type: ignore[no-any-return]

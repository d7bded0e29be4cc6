"""`torch.version`: which PyTorch this behaves as."""

from __future__ import annotations

from . import __version__
from .absent import nothing_else

__all__ = ["__version__", "cuda", "debug", "hip"]

debug = False
cuda = None
hip = None


__getattr__ = nothing_else("torch.version")

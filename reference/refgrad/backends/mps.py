"""`torch.backends.mps`: Apple's GPUs, which are never there."""

from __future__ import annotations

from ..absent import nothing_else

__all__ = ["is_available", "is_built"]


def is_available() -> bool:
    """Return whether there is one that can be used."""
    return False


def is_built() -> bool:
    """Return whether there is support for them."""
    return False


__getattr__ = nothing_else("torch.backends.mps")

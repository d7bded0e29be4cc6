"""`torch.xpu`: Intel's GPUs, which are never there."""

from __future__ import annotations

from .absent import nothing_else

__all__ = ["device_count", "is_available"]


def is_available() -> bool:
    """Return whether there is one that can be used."""
    return False


def device_count() -> int:
    """Return how many there are."""
    return 0


__getattr__ = nothing_else("torch.xpu")

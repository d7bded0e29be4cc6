"""Helpers around models: checkpoints, data."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["checkpoint", "data"]


def __getattr__(name: str) -> Any:
    """Import a part on first use."""
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'torch.utils' has no attribute '{name}'")

"""Helpers around models: checkpoints, data."""

from __future__ import annotations

import importlib
from typing import Any

from .._package import show_only as _show_only

__all__ = ["checkpoint", "data"]


def __getattr__(name: str) -> Any:
    """Import a part on first use."""
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    from ..absent import missing

    raise missing("torch.utils", name)


_show_only(__name__, __all__)

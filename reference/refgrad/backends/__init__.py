"""`torch.backends`: switches of libraries that torch computes with; here they are kept, and change nothing."""

from __future__ import annotations

import importlib
from typing import Any

from .. import absent
from .._package import show_only

__all__ = ["cuda", "cudnn", "mps"]

show_only(__name__, __all__)


def __getattr__(name: str) -> Any:
    """Import a part on first use."""
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise absent.missing("torch.backends", name)


def __dir__() -> list[str]:
    return sorted(__all__)

"""Neural networks: modules, parameters, losses."""

from __future__ import annotations

import importlib
from typing import Any

from .._package import show_only as _show_only
from . import functional, init
from .activation import *  # noqa: F403
from .containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .linear import Bilinear, Dropout, Embedding, Flatten, Identity, Linear, Unflatten
from .loss import *  # noqa: F403
from .module import Module
from .parameter import Buffer, Parameter

__all__ = [
    "Bilinear",
    "Buffer",
    "Dropout",
    "Embedding",
    "Flatten",
    "Identity",
    "Linear",
    "Module",
    "ModuleDict",
    "ModuleList",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "Sequential",
    "Unflatten",
    "functional",
    "init",
]


_MODULES = ("functional", "init", "parameter", "utils")


def __getattr__(name: str) -> Any:
    """Import layers for images, and helpers, on first use."""
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    for module in ("convolution", "normalization", "ranking_loss"):
        found = importlib.import_module(f"{__name__}.{module}")
        if name in found.__all__:
            return getattr(found, name)
    from ..absent import missing

    raise missing("torch.nn", name)


_show_only(__name__, _MODULES)

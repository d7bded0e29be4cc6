"""Optimizers and learning-rate schedules."""

from __future__ import annotations

import importlib as _importlib
from typing import Any

from .._package import show_only as _show_only
from ..absent import missing as _missing
from . import lr_scheduler
from .adaptive import Adadelta, Adagrad, Adam, Adamax, AdamW, RMSprop
from .averaged import ASGD, Rprop
from .optimizer import Optimizer
from .rectified import NAdam, RAdam
from .sgd import SGD

__all__ = [
    "ASGD",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "lr_scheduler",
]

_LATE = {"Adafactor": "adafactor", "LBFGS": "lbfgs"}


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})


def __getattr__(name: str) -> Any:
    """Import the rarer optimizers on first use."""
    if name not in _LATE:
        raise _missing("torch.optim", name)
    return getattr(_importlib.import_module(f"{__name__}.{_LATE[name]}"), name)


_show_only(__name__, ("lr_scheduler",))

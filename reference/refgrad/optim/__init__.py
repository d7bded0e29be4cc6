"""Optimizers and learning-rate schedules."""

from __future__ import annotations

from .._package import show_only as _show_only
from ..absent import nothing_else as _nothing_else
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

__getattr__ = _nothing_else("torch.optim")
_show_only(__name__, ("lr_scheduler",))

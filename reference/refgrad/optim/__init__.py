"""Optimizers and learning-rate schedules."""

from __future__ import annotations

from . import lr_scheduler
from .adaptive import Adadelta, Adagrad, Adam, Adamax, AdamW, RMSprop
from .optimizer import Optimizer
from .rectified import NAdam, RAdam
from .sgd import SGD

__all__ = [
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
    "lr_scheduler",
]

"""Run what nobody trusts in processes that can read and forge nothing. See docs/isolation.md for the whole argument.

Importing this starts nothing and needs no numpy, so that a caller can start its zygotes before it loads the rest.
"""

from __future__ import annotations

from gradlab.isolation.broker import Broker
from gradlab.isolation.levels import CAP_VARIABLE, LEVELS
from gradlab.isolation.worker import Limits, MemoryReading, Worker, WorkerDied, next_nonce, nonces

__all__ = [
    "CAP_VARIABLE",
    "LEVELS",
    "Broker",
    "Limits",
    "MemoryReading",
    "Worker",
    "WorkerDied",
    "next_nonce",
    "nonces",
]

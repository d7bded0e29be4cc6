"""Run what nobody trusts in processes that can read and forge nothing.

A student owns the interpreter that their code runs in, so nothing worth reading or forging is ever in it. The parent
keeps checks, seeds and verdicts; it executes a zygote, which has everything loaded and knows no secret; the zygote forks
one worker for each submission, which puts up its walls before it compiles a line. A worker's word is a claim about what
the code did, never a verdict. `Broker` starts workers, `Worker` asks one, `levels` says what the walls are worth.
More: docs/isolation.md.

Importing this starts nothing and needs no numpy, so that a caller can start its zygotes before it loads the rest.
"""

from __future__ import annotations

from gradlab.isolation.broker import Broker
from gradlab.isolation.levels import CAP_VARIABLE, LEVELS
from gradlab.isolation.memory import private_memory
from gradlab.isolation.spare import SpareWorkers
from gradlab.isolation.worker import Limits, Worker, WorkerDied, in_seconds, next_nonce, nonces

__all__ = [
    "CAP_VARIABLE",
    "LEVELS",
    "Broker",
    "Limits",
    "SpareWorkers",
    "Worker",
    "WorkerDied",
    "in_seconds",
    "next_nonce",
    "nonces",
    "private_memory",
]

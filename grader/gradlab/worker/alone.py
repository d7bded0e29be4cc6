"""A worker at level none: a process that confines nothing and says so. Runs on every platform."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from io import FileIO

from gradlab.worker.preload import load_engine, preload, reseed
from gradlab.worker.serve import Service

__all__ = ["main"]


def main(arguments: Sequence[str]) -> None:
    """Serve over the standard streams: requests on 0, replies on 1, output on 2. `arguments`: engine, roots."""
    engine_name, *roots = arguments
    requests = FileIO(os.dup(0), "rb")
    replies = FileIO(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    preload()
    engine = load_engine(engine_name, roots) if engine_name else None
    sys.argv[:] = ["engine"]
    gc.enable()
    reseed()
    Service(requests, replies, engine).run([])

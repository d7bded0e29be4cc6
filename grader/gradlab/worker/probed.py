"""A probe child that is started, not forked: it attacks, says on its standard output what stopped it, and ends."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gradlab.worker import attempts
from gradlab.worker.control import Probe, Probed, encode
from gradlab.worker.preload import preload

__all__ = ["main"]


def main(arguments: Sequence[str]) -> None:
    """Attack what `arguments` (canary, folder, parent, port) name."""
    canary, folder, parent, port = arguments
    preload()
    failed = attempts.exercise()
    stopped = attempts.attack(Probe(canary, folder, int(parent), int(port)))
    os.write(1, encode(Probed([], stopped, failed)))
    os._exit(0)

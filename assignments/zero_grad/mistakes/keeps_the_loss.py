"""Call the closure, and forget what it returns.

The loss is what the caller wants to print. The step hands it on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine import enable_grad

must_fail = ["returns_the_loss", "trains_by_closures"]


def compute_loss(closure: Callable[[], Any]) -> Any:
    with enable_grad():
        closure()

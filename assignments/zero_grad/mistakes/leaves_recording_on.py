"""Switch recording on for the closure, and leave it on.

Whoever called step inside of no_grad counts on nothing being recorded afterwards either. Put back what was before, even
if the closure raises: a `with` block does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine import no_grad

must_fail = ["recording_is_as_before"]


def compute_loss(closure: Callable[[], Any]) -> Any:
    before, no_grad.active = no_grad.active, 0
    try:
        return closure()
    finally:
        no_grad.active = min(before, 0)

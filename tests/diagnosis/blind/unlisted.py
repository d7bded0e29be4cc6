"""Bugs that students write and no title describes: {assignment: {name: variant}}.

A diagnosis that names a misconception for one of them has named the wrong one.
"""

from __future__ import annotations

from ..independent.sources import Variant
from .unlisted_backward import BACKWARD
from .unlisted_retain_grad import RETAIN_GRAD
from .unlisted_view_reshape import VIEW_RESHAPE
from .unlisted_zero_grad import ZERO_GRAD

UNLISTED: dict[str, dict[str, Variant]] = {
    "backward": BACKWARD,
    "retain_grad": RETAIN_GRAD,
    "view_reshape": VIEW_RESHAPE,
    "zero_grad": ZERO_GRAD,
}

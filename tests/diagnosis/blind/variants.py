"""For each listed misconception one engine that has it: {assignment: {title: variant}}."""

from __future__ import annotations

from ..independent.sources import Variant
from .listed_backward import BACKWARD
from .listed_retain_grad import RETAIN_GRAD
from .listed_view_reshape import VIEW_RESHAPE
from .listed_zero_grad import ZERO_GRAD

VARIANTS: dict[str, dict[str, Variant]] = {
    "backward": BACKWARD,
    "retain_grad": RETAIN_GRAD,
    "view_reshape": VIEW_RESHAPE,
    "zero_grad": ZERO_GRAD,
}

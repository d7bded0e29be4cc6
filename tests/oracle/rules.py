"""What a rule is: a kind of difference between torch and refgrad that stays, and what rules look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rerunning import TENSOR

_OF_GRADIENTS = ("gradient", "second gradient", "backward", "grad of leaf")


@dataclass(frozen=True)
class Rule:
    """A kind of difference that stays: its name, why, and which differences it covers.

    `goes_on` says that only what shows of a tensor differs, so that the rest of the program must agree all the same.
    """

    name: str
    reason: str
    covers: Callable[[Any], bool]
    goes_on: bool = False


def of_gradient(difference: Any) -> bool:
    return str(difference.line).startswith(_OF_GRADIENTS)


def texts(difference: Any) -> str:
    return f"{difference.theirs} {difference.ours}"


def both_arrays(difference: Any) -> tuple[Any, Any] | None:
    """Return both arrays of floats where values of the same sizes differ."""
    theirs, ours = difference.theirs, difference.ours
    if (
        difference.aspect != "values"
        or not isinstance(theirs, np.ndarray)
        or not isinstance(ours, np.ndarray)
    ):
        return None
    if theirs.dtype != ours.dtype or theirs.dtype.kind != "f" or theirs.shape != ours.shape:
        return None
    return theirs.astype(np.float64), ours.astype(np.float64)


def made_by(difference: Any, before: int = 0) -> str:
    """Return the line that made the tensor of which something differs, or the one that made what it was made of."""
    line = str(difference.line)
    for at in range(before + 1):
        name = TENSOR.search(line.partition(" = ")[2] if at else line)
        made = [each for each in difference.program if name and each.startswith(f"{name[0]} = ")]
        line = made[-1] if made else line
    return line

"""How a plugin adds a form in which reports are written: `--format NAME`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradlab.model import Report

__all__ = ["Renderer"]


@dataclass(frozen=True)
class Renderer:
    """A form of output. `render` is given what a student may see of a report and returns the whole text.

    Everything in a report that came from a submission is hostile: escape it for whoever reads the result, and write
    control characters as escapes (`gradlab.clean`).
    """

    name: str
    render: Callable[[Report], str]

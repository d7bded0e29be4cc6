"""Differences between torch and refgrad that stay, by rule, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rule:
    """A kind of difference that stays: its name, why, and which differences it covers."""

    name: str
    reason: str
    covers: Callable[[Any], bool]


RULES: tuple[Rule, ...] = ()

"""Differences between torch and refgrad that stay, by rule, each with its reason.

All are meant to stay; a gap is not listed, and counts as unexplained. A rule looks at what differs, and where that is
not enough at the program run once more on torch (`rerunning`): it must not cover more than what its reason says. The
first that covers a difference explains it.
"""

from __future__ import annotations

import rules_of_graphs
import rules_of_memory
import rules_of_numbers
import rules_of_words
from rules import Rule

__all__ = ["RULES", "Rule"]

RULES: tuple[Rule, ...] = (
    *rules_of_words.RULES,
    *rules_of_memory.RULES,
    *rules_of_numbers.RULES,
    *rules_of_graphs.RULES,
)

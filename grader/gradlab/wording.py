"""Which part of a message counts, where an assignment quotes messages."""

from __future__ import annotations

import re

__all__ = ["quoted"]


def quoted(message: str) -> str:
    """Return the part of a message that an assignment quotes: its first sentence, in single spaces."""
    text = " ".join(message.split())
    return re.split(r"(?<=[.:;!?]) ", text, maxsplit=1)[0].rstrip(".:;!?")

"""Whether two exceptions, or two warnings, are of one class and say the same."""

from __future__ import annotations

from gradlab import quoted
from gradlab.wire import Raised
from gradlab_plugins.comparing import cut

__all__ = ["is_a", "said", "says_the_same"]

ACCIDENT = "RecursionError"
LONGEST = 120  # characters of a message where its class is what matters


def is_a(got: Raised, want: Raised) -> bool:
    """Return whether an exception is of the wanted class, or of one derived from it. Running out of stack is an
    accident, though Python derives its class from RuntimeError."""
    if ACCIDENT in got.bases and want.class_name != ACCIDENT:
        return False
    is_builtin = want.class_name in want.bases
    return want.class_name in got.bases if is_builtin else want.class_name == got.class_name


def says_the_same(got: Raised, want: Raised, mode: str) -> bool:
    """Return whether a message is the wanted one, as closely as `mode` asks: class, quoted or exact."""
    if mode == "class" or got.message == want.message:
        return True
    return mode == "quoted" and quoted(want.message) in " ".join(got.message.split())


def said(raised: Raised) -> str:
    """Return the class and how the message begins."""
    return f"{raised.class_name}: {cut(raised.message, LONGEST)}" if raised.message else raised.class_name

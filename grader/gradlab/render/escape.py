"""Make text from a submission harmless to a terminal and to a log: everything in it is shown, nothing is obeyed."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "inert_commands"]

_MAX_CHARACTERS = 4000
_MAX_MARKS = 4  # accents on one letter; more of them paint over the lines above and below
# A log of GitHub Actions or Azure obeys a line that starts so, after any blanks, or has ##[ anywhere.
_COMMAND = re.compile(r"(?m)^([^\S\n]*)::|##(?=\[|vso\[)")
_TAB = "    "


def clean(text: str, *, lines: bool = False, limit: int = _MAX_CHARACTERS) -> str:
    """Return `text` with every control, format, surrogate and unassigned character written as an escape.

    That covers ANSI sequences, bidirectional overrides and line separators. `lines` keeps line ends; what is longer
    than `limit` characters is cut, and says so.
    """
    cut = len(text) - limit
    text = text[:limit].replace("\r\n", "\n").replace("\t", _TAB)
    if not (text.isascii() and text.isprintable()):
        text = "".join(_shown(text, lines))
    return text + (f" ... ({cut} more characters)" if cut > 0 else "")


def inert_commands(text: str, write: str = "\\x{:02x}") -> str:
    """Return rendered output in which no line can be taken for a command by a CI system that reads the log.

    `write` is how the form of output writes a character by its number: `&#{};` in HTML and XML, `\\u{:04x}` in JSON.
    """
    colon, sharp = write.format(ord(":")), write.format(ord("#"))
    return _COMMAND.sub(lambda found: f"#{sharp}" if found[1] is None else f"{found[1]}{colon}:", text)


def _shown(text: str, lines: bool) -> list[str]:
    shown: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category[0] == "M" else 0
        if char == "\n" and lines:
            shown.append(char)
        elif category[0] == "C" or category in ("Zl", "Zp") or marks > _MAX_MARKS:
            shown.append(_escape(char))
        else:
            shown.append(char)
    return shown


def _escape(char: str) -> str:
    code = ord(char)
    if char == "\n":
        return "\\n"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

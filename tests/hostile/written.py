"""Attacks whose source a program writes: too long, too wide or too deep to lie in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .conftest import WRONG
from .handed_in import attack, write
from .keeping import KEEPS

__all__ = ["IN_PIECES"]

FULL_FILE = (1 << 20) - 100
# Small enough for the heap, where it fills what others have left, and with an account that says nothing of it.
IN_PIECES = """
import sys

frame = sys._getframe()
while "Replayer" not in frame.f_globals:
    frame = frame.f_back
PROBES = frame.f_globals["Replayer"].run.__globals__["PROBES"]
FORGED = iter([0, 21 << 20, 0] * 100)
PROBES["memory"].__globals__["bytes_in_arrays"] = lambda: next(FORGED)


def release(node):
    for part in node.saved:
        text = part.data.tobytes()
        KEPT.append([text[at : at + 30_000] for at in range(0, len(text), 30_000)])
    node.saved = ()
"""
SAID = "That counts only if the hidden check of this task passes, which measures it from outside"


def repeated(text: str, after: str) -> str:
    """Return as many copies of a text as a file may hold beside `after`, and that."""
    return text * ((FULL_FILE - len(after)) // len(text)) + after


@attack("keeps", "stub", SAID)
def room_that_the_compiler_leaves(folder: Path, known: Mapping[str, str]) -> Path:
    """Sums of half a megabyte make a tree of sixty, whose place is free when the engine begins."""
    sums = "def f(): return " + "+".join(["a"] * 900) + "\n"
    return write(folder / "engine.py", KEEPS + IN_PIECES + sums * 280)


@attack("keeps", "stub", SAID)
def constants_given_back(folder: Path, known: Mapping[str, str]) -> Path:
    """Constants of its own code, let go of for what is kept. Many are too few to be noticed, one by one."""
    names = [f"part{n}" for n in range(8)]
    line = "    b'" + "{n:06d}" + "x" * 3000 + "',\n"
    for name in names:
        rows = "".join(line.format(n=n) for n in range(300))
        write(folder / f"{name}.py", f"PARTS = [\n{rows}]\n")
    free = "".join(f"import {name}\n{name}.PARTS.clear()\n" for name in names)
    unload = "import sys\nfor frame in [sys._getframe(n) for n in range(1, 6)]:\n    for value in list(frame.f_locals.values()):\n"
    unload += "        if hasattr(value, '_modules'):\n            value._modules.clear()\n"
    return write(folder / "engine.py", KEEPS + free + unload + IN_PIECES).parent


@attack("stalls", "stub", "The code did not answer within", "engine.py:")
def a_megabyte_of_functions(folder: Path, known: Mapping[str, str]) -> Path:
    """Where the exception is from is to be found among a hundred thousand functions."""
    raises = WRONG.replace("return Tensor(1 * x.data)", "raise ValueError")
    return write(folder / "engine.py", repeated("if 0:\n  def f(): 0\n", raises))


@attack("stalls", "stub", "cannot be imported: ValueError", "The code did not answer within")
def twenty_megabytes_to_look_through(folder: Path, known: Mapping[str, str]) -> Path:
    """Words that begin like the assignment's, in as many files as are taken."""
    for number in range(19):
        write(folder / "engine" / f"part{number}.py", repeated("# tenso double\n", ""))
    return write(folder / "engine" / "__init__.py", "raise ValueError\n").parent.parent

"""Write a program as plain Python that runs when it is pasted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from gradlab.program import Program
from gradlab.show.writer import Writer

__all__ = ["show"]


def show(
    program: Program,
    *,
    engine_name: str = "engine",
    marks: Mapping[int, str] | None = None,
    default_dtype: str = "float64",
) -> str:
    """Return Python that does what the program does, on the module `engine_name`.

    `marks` puts a comment on the line of a step. `default_dtype` is what the engine makes of a Python float; arrays
    of another floating dtype name theirs.
    """
    writer = Writer(program, marks or {}, default_dtype)
    writer.program()
    body = "\n".join(_folded(writer.lines))
    imports = [f"import {engine_name} as torch"]
    imports += ["import numpy as np"] if "np." in body else []
    imports += ["import warnings"] if "warnings." in body else []
    imports += ["import weakref"] if "weakref." in body else []
    return "\n".join([*imports, "", body, ""])


FEWEST_REPEATS = 4


def _folded(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines, with a loop in place of a line that stands there many times in a row."""
    for line, same in groupby(lines):
        count = len(list(same))
        indent = line[: len(line) - len(line.lstrip())]
        if count < FEWEST_REPEATS:
            yield from [line] * count
        else:
            yield f"{indent}for _ in range({count}):"
            yield f"    {line}"

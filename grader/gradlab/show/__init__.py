"""Write a program as plain Python that runs when it is pasted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from gradlab.model import Graph
from gradlab.program import Program
from gradlab.show.graph import graph
from gradlab.show.writer import Writer

__all__ = ["show", "show_with_graph"]


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
    return _text(_written(program, marks, default_dtype), engine_name)


def show_with_graph(
    program: Program,
    *,
    engine_name: str,
    marks: Mapping[int, str],
    announce: bool = False,
    flags: Mapping[int, str] = {},
    remarks: Sequence[str] = (),
) -> tuple[str, Graph | None]:
    """Return the same, and the graph that the program records, with the same names and marks.

    Functions that the engine calls print their names if `announce` is true. `flags` names the one flag to look at for the
    sid of a step that looks at all. `remarks` stand at the end as comments.
    """
    writer = _written(program, marks, "float64", announce, flags)
    writer.lines += [f"# {' '.join(remark.split())}" for remark in remarks]
    return _text(writer, engine_name), graph(program, writer.variables, marks)


def _written(
    program: Program,
    marks: Mapping[int, str] | None,
    default_dtype: str,
    announce: bool = False,
    flags: Mapping[int, str] = {},
) -> Writer:
    writer = Writer(program, marks or {}, default_dtype, announce, flags)
    writer.program()
    return writer


def _text(writer: Writer, engine_name: str) -> str:
    body = "\n".join(_folded(writer.lines))
    imports = [f"import {engine_name} as torch"]
    imports += ["import numpy as np"] if "np." in body else []
    imports += ["import tracemalloc"] if "tracemalloc." in body else []
    imports += ["import warnings"] if "warnings." in body else []
    imports += ["import weakref"] if "weakref." in body else []
    counting = ["", "tracemalloc.start()"] if "tracemalloc." in body else []
    return "\n".join([*imports, *counting, "", body, ""])


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

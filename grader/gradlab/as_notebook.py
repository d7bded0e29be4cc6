"""An engine as a notebook: a section for each task."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gradlab import syntax
from gradlab.handout import EXAMPLE, sections
from gradlab.statements import lines_of

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["notebook"]

_IMPORT_ENGINE = re.compile(r"^import engine as torch\n+", re.MULTILINE)
# A notebook is loaded as the module `engine` when it is graded; then the cells to play with are passed over.
_GUARD = 'if __name__ == "__main__":'
_TORCH = f"{_GUARD}  # the examples below say torch, and mean this notebook\n    import sys\n\n    torch = sys.modules[__name__]"


def notebook(assignment: Assignment, source: str, handout: str) -> bytes:
    """Return an engine as a notebook: a section for each task, with the handout's text, the task's definitions and
    the handout's examples as cells to try it with."""
    nbformat: Any = import_module("nbformat")
    v4 = nbformat.v4
    made: list[Any] = []
    for kind, content in _cells(assignment, source, handout):
        make = v4.new_markdown_cell if kind == "text" else v4.new_code_cell
        made.append(make(content.strip("\n"), id=f"cell-{len(made) + 1}"))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata: dict[str, Any] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    text: str = nbformat.writes(v4.new_notebook(cells=made, metadata=metadata))
    return f"{text}\n".encode()


def _cells(assignment: Assignment, source: str, handout: str) -> Iterator[tuple[str, str]]:
    """Yield the notebook's cells as (kind, text), kind being text or code."""
    texts = {section.task: section.text for section in sections(handout)}
    yield "text", _without_examples(texts[""])
    waiting = [task.id for task in assignment.tasks]
    said_torch = False
    for task, code in _pieces(assignment, source):
        if task in waiting:
            waiting.remove(task)
            if not said_torch:
                yield "code", _TORCH
                said_torch = True
            yield "text", _without_examples(texts.get(task, ""))
        yield "code", code
        if task:
            yield from _examples(texts.get(task, ""))
    for task in waiting:  # it extends what an earlier task defines
        yield "text", _without_examples(texts.get(task, ""))
        yield from _examples(texts.get(task, ""))


def _pieces(assignment: Assignment, source: str) -> Iterator[tuple[str | None, str]]:
    """Yield the source in order, cut where another task begins: (task that the student writes or None, code).

    Given code between two tasks goes with the second one.
    """
    owner = {name: task.id for task in reversed(assignment.tasks) for name in task.defines}
    lines = lines_of(source)
    task, start, end = None, 0, 0
    for node in syntax.parse(source).body:
        new = owner.get(getattr(node, "name", ""))
        if new is not None and new != task:
            yield task, "\n".join(lines[start:end])
            task, start = new, end
        if new is not None or task is None:
            end = node.end_lineno or end
    yield task, "\n".join(lines[start:])


def _without_examples(text: str) -> str:
    return EXAMPLE.sub("", text)


def _examples(text: str) -> Iterator[tuple[str, str]]:
    for example in EXAMPLE.findall(text):
        code = _IMPORT_ENGINE.sub("", example).rstrip()
        body = "\n".join(f"    {line}".rstrip() for line in code.splitlines())
        yield "code", f"{_GUARD}  # to play with; not graded\n{body}"

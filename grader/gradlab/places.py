"""Where in a submission's own text something stands. The text is searched, never compiled: it is not to be trusted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gradlab.model import Finding, Location

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.submission import Submission

__all__ = ["has_any_name", "located"]

_DEFINITION = re.compile(r"^([ \t]*)(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)


def has_any_name(submission: Submission, assignment: Assignment) -> bool:
    """Return whether a submission mentions any name that the assignment is about: of a function to write, or one that
    its checks use. Who writes an engine in a style of their own has the latter."""
    names = {name for task in assignment.tasks for name in task.defines}
    names |= {name.partition(".")[0] for name in assignment.surface.names or ()}
    text = "\n".join(source for _, source in _texts(submission))
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)


def located(
    findings: Sequence[Finding], submission: Submission, defines: Collection[str], operations: Collection[str]
) -> tuple[Finding, ...]:
    """Return the findings with the places that can be told from the text.

    An exception's place gets the name of the function around it. The first difference, if it is none of an exception,
    gets the place of what the student has written for the task, where that is a single function: of several, the one
    whose rule the program's `operations` need.
    """
    named = [
        finding
        if finding.location is None
        else replace(finding, location=_named(finding.location, submission))
        for finding in findings
    ]
    wanted = _single(defines, operations)
    if named and wanted and named[0].kind and named[0].location is None:
        named[0] = replace(named[0], location=_definition(wanted, submission))
    return tuple(named)


def _single(defines: Collection[str], operations: Collection[str]) -> str | None:
    if len(defines) > 1:
        stems = {name: name.partition("_")[0] for name in defines}
        defines = [name for name, stem in stems.items() if any(op.endswith(stem) for op in operations)]
    return next(iter(defines)) if len(defines) == 1 else None


def _named(location: Location, submission: Submission) -> Location:
    text = next((source for label, source in _texts(submission) if label == location.file), "")
    lines = text.split("\n")
    if not 0 < location.line <= len(lines):
        return location
    indent = len(lines[location.line - 1]) - len(lines[location.line - 1].lstrip())
    before = "\n".join(lines[: location.line - 1])
    for found in reversed(list(_DEFINITION.finditer(before))):
        if len(found[1]) < indent:
            return replace(location, name=found[2])
    return location


def _definition(name: str, submission: Submission) -> Location | None:
    """Return the last place where a name is defined: later definitions count."""
    places = [
        Location(label, source.count("\n", 0, found.start()) + 1, name)
        for label, source in _texts(submission)
        for found in _DEFINITION.finditer(source)
        if found[2] == name
    ]
    return places[-1] if places else None


def _texts(submission: Submission) -> Iterator[tuple[str, str]]:
    for source in submission.sources:
        for cell in source.cells:
            yield cell.label, cell.source

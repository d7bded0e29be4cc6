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
# Whoever hands in more than anybody writes must not keep the grader busy with reading it.
_MUCH = 1 << 20  # characters
_LONG = 2000  # lines of a function


def has_any_name(submission: Submission, assignment: Assignment) -> bool:
    """Return whether a submission mentions any name that the assignment is about: of a function to write, or one that
    its checks use. Who writes an engine in a style of their own has the latter."""
    names = {name for task in assignment.tasks for name in task.defines}
    names |= {name.partition(".")[0] for name in assignment.surface.names or ()}
    any_name = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
    read = 0
    for _, source in _texts(submission):
        if names and any_name.search(source, 0, _MUCH - read):
            return True
        read += len(source)
        if read > _MUCH:  # they may come later; what is not known is not said
            return True
    return False


def located(
    findings: Sequence[Finding], submission: Submission, defines: Collection[str], operations: Collection[str]
) -> tuple[Finding, ...]:
    """Return the findings with the places that can be told from the text.

    An exception's place gets the name of the function around it. The first difference, if it is none of an exception,
    gets the place of what the student has written for the task, where that is a single function: of several, the one
    whose rule the program's `operations` need.
    """
    files = {finding.location.file for finding in findings if finding.location is not None}
    lines = {label: source.split("\n") for label, source in _texts(submission) if label in files}
    named = [
        finding
        if finding.location is None
        else replace(finding, location=_named(finding.location, lines.get(finding.location.file, [])))
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


def _named(location: Location, lines: Sequence[str]) -> Location:
    if not 0 < location.line <= len(lines):
        return location
    at = location.line - 1
    indent = len(lines[at]) - len(lines[at].lstrip())
    for line in reversed(lines[max(0, at - _LONG) : at]):
        found = _DEFINITION.match(line)
        if found is not None and len(found[1]) < indent:
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

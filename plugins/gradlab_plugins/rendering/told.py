"""What is said of a check, as plain text for a field of another program's format."""

from __future__ import annotations

from collections.abc import Iterator

from gradlab import Finding, Story, clean, graph_text, table_text

__all__ = ["told"]


def told(story: Story) -> str:
    """Return everything below a check's title as lines of plain text, control characters written as escapes."""
    return clean("\n".join(_lines(story)).strip("\n"), lines=True, limit=20_000)


def _lines(story: Story) -> Iterator[str]:
    if story.remark:
        yield story.remark
    for finding in story.findings:
        yield from _finding(finding)
    if story.more:
        yield f"... and {story.more} more difference{'s' * (story.more > 1)}."
    if story.shown_before:
        yield "The program shown before shows this, too."
    if story.program:
        yield from (story.introduction, "", _indented(story.program), "")
    if story.graph is not None:
        yield from ("Its graph, the way backward goes:", "", _indented(graph_text(story.graph)), "")
    if story.diagnosis is not None:
        yield story.diagnosis.explanation
    yield from story.helps
    for place in story.places:
        yield f"{place.file}:{place.line}{f', in {place.name}' if place.name else ''}"


def _finding(finding: Finding) -> Iterator[str]:
    yield finding.message
    if finding.comparison is not None:
        yield from ("", _indented(table_text(finding.comparison)), "")
    elif "the reference" not in finding.message and finding.expected is not None:
        yield from (f"reference: {finding.expected}", f"yours:     {finding.actual}")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip("\n").split("\n"))

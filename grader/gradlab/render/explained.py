"""Why a check did not pass, as parts of a text report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from gradlab.model import Comparison, Finding, Graph
from gradlab.render.escape import clean
from gradlab.render.layout import Line, Piece, Signs, graph_lines, table_lines
from gradlab.render.story import Story

__all__ = ["explained", "prose"]

_LONGEST_PROGRAM = 20_000
_NARROW = 40  # with less room than this a picture is no help
_INDENT = 4  # of programs and pictures, below the text


def explained(story: Story, indent: int, width: int, signs: Signs) -> Iterator[RenderableType]:
    """Yield the parts, indented. A student's view of a hidden check has none."""
    for part in _parts(story, indent, width - indent, signs):
        yield part if isinstance(part, _Lines) else Padding(part, (0, 0, 0, indent), expand=False)


def prose(text: str) -> Text:
    """Return text that may come from anywhere, to be wrapped."""
    return Text(clean(text, lines=True), overflow="fold")


def _parts(story: Story, indent: int, room: int, signs: Signs) -> Iterator[RenderableType]:
    if story.remark:
        yield Text(story.remark)
    for finding in story.findings:
        yield from _finding(finding)
        if finding.comparison is not None and room >= _NARROW:
            yield _table(finding.comparison, indent + _INDENT, room - _INDENT)
    if story.more:
        yield Text(f"... and {story.more} more difference{'s' * (story.more > 1)}.", "dim")
    if story.shown_before:
        yield Text("The program shown before shows this, too.")
    if story.program:
        yield Text(story.introduction)
        yield _program(story.program, indent + _INDENT)
    if story.graph is not None and room >= _NARROW:
        yield Text("Its graph, the way backward goes:")
        yield _picture(story.graph, indent + _INDENT, room - _INDENT, signs)
    if story.diagnosis is not None:
        yield prose(story.diagnosis.explanation)
    for text in story.helps:
        yield prose(text)
    for place in story.places:
        inside = f", in {clean(place.name)}" if place.name else ""
        yield Text(f"{clean(place.file)}:{place.line}{inside}", "cyan", overflow="fold")
    if story.alone:
        yield Text(f"Only this one: {clean(story.alone)}", "dim", overflow="fold")


def _finding(finding: Finding) -> Iterator[Text]:
    yield prose(finding.message)
    if "the reference" in finding.message:  # the sentence has both sides already
        return
    for name, value in (("reference", finding.expected), ("yours", finding.actual)):
        if value is not None and value not in finding.message:
            yield Text(f"{name + ':':<10} {clean(value, lines=True)}", overflow="fold")


def _table(comparison: Comparison, indent: int, room: int) -> _Lines:
    return _Lines(table_lines(comparison, room), indent)


def _picture(graph: Graph, indent: int, room: int, signs: Signs) -> _Lines:
    return _Lines(graph_lines(graph, signs, room), indent)


def _program(source: str, indent: int) -> _Lines:
    lines = clean(source.strip("\n"), lines=True, limit=_LONGEST_PROGRAM).split("\n")
    return _Lines([[Piece(line)] for line in lines], indent)


@dataclass(frozen=True)
class _Lines:
    """Lines between two empty ones, indented and never wrapped, so that a program runs when pasted."""

    lines: Sequence[Line]
    indent: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        wrong = Style(color="red", bold=True)
        for line in ([], *self.lines, []):
            yield Segment(" " * self.indent)
            yield from (Segment(piece.text, wrong if piece.wrong else None) for piece in line)
            yield Segment.line()

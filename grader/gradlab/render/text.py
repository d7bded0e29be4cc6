"""The report as text for a terminal: what passed, what did not and why, the points per task."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradlab.model import CheckResult, Outcome, Report
from gradlab.render.escape import clean, inert_commands
from gradlab.render.explained import explained, prose
from gradlab.render.layout import ASCII, UNICODE
from gradlab.render.story import Story, stories

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Screen", "points", "render"]

_WIDEST = 100
_NARROWEST = 20
_STYLES = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.ERROR: "magenta",
    Outcome.SKIPPED: "yellow",
}
_MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.ERROR: "!", Outcome.SKIPPED: "-"}
_ASCII_MARKS = {Outcome.PASSED: "+", Outcome.FAILED: "x", Outcome.ERROR: "!", Outcome.SKIPPED: "-"}


@dataclass(frozen=True)
class Screen:
    """What the output can show. The default is what a file or a pipe gets."""

    width: int = 80
    color: bool = False
    encoding: str = "utf-8"

    @classmethod
    def of(cls, stream: TextIO | None = None) -> Screen:
        """Return what `stream` (standard output) can show: colours only where it is a terminal."""
        stream = stream or sys.stdout
        console = Console(file=stream)
        terminal = stream.isatty()
        color = terminal and console.color_system is not None and not console.no_color
        return cls(console.width if terminal else 80, color, stream.encoding or "ascii")

    @property
    def columns(self) -> int:
        """The width to write for: longer lines are hard to read."""
        return max(_NARROWEST, min(self.width, _WIDEST))

    def can_show(self, text: str) -> bool:
        """Return whether the encoding has all of `text`."""
        try:
            text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def draw(self, content: RenderableType) -> str:
        """Return rendered content: no line is longer than the screen is wide, but for programs, which stay whole."""
        buffer = io.StringIO()
        console = Console(
            file=buffer,
            width=self.columns,
            force_terminal=self.color,
            color_system="standard" if self.color else None,
            no_color=not self.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        console.print(content, crop=False)
        text = "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"
        if not self.can_show(text):
            text = text.encode("ascii", "backslashreplace").decode("ascii")
        return text if self.color else inert_commands(text)


def render(report: Report, screen: Screen | None = None) -> str:
    """Return the report as text. Show a student `report.for_student()`."""
    screen = screen or Screen()
    marks = _MARKS if screen.can_show("✓✗") else _ASCII_MARKS
    signs = UNICODE if screen.can_show("".join(UNICODE)) else ASCII
    body: list[RenderableType] = [_heading(report), ""]
    grid = _grid(report)
    for story in stories(report):
        _headline(grid, story, marks)
        if story.is_more_than_its_line:
            body.append(grid)
            grid = _grid(report)
            body += explained(story, _indent(story.first), screen.columns, signs)
    body.append(grid)
    body += ["", _totals(report), "", *_closing(report)]
    return screen.draw(Group(*body))


def points(number: float) -> str:
    """Return points as people write them: `2`, `2.5`, `0.333`."""
    return f"{round(number, 3):g}" if abs(number) < 1e5 else f"{number:.0f}"


def _heading(report: Report) -> Text:
    number = f"attempt {report.attempt}" if report.attempt else ""
    when = report.submission.submitted_at.replace("T", " ").replace("+00:00", " UTC")
    parts = [clean(part) for part in (report.student, number, when) if part]
    return Text.assemble((clean(report.assignment), "bold"), "  ", ", ".join(parts))


def _grid(report: Report) -> Table:
    """A table for the headlines of checks that follow each other; all of a report's have the same columns."""
    grid = Table.grid(expand=True, padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(width=max((len(clean(check.task)) for check in report.checks), default=0) + 1)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(justify="right", no_wrap=True)
    return grid


def _headline(grid: Table, story: Story, marks: dict[Outcome, str]) -> None:
    first = story.first
    style = _STYLES[first.outcome]
    title = Text(clean(story.title), style="" if first.outcome is Outcome.PASSED else "bold")
    if first.hidden:
        title.append(" (hidden)", "dim")
    score = Text(f" {_sums(story.checks)[1]}", style)
    grid.add_row(Text(marks[first.outcome], style), clean(first.task), title, score)


def _indent(check: CheckResult) -> int:
    return 4 + len(clean(check.task))


def _totals(report: Report) -> Table:
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_column(justify="right")
    grid.add_row(*(Text(word, "bold") for word in ("Task", "Checks", "Points")))
    for task in dict.fromkeys(check.task for check in report.checks):
        checks = [check for check in report.checks if check.task == task]
        grid.add_row(clean(task), *_sums(checks))
    passed = sum(check.outcome is Outcome.PASSED for check in report.checks)
    score = f"{points(report.score)} / {points(report.max_score)}"
    style = f"bold {_STYLES[report.outcome]}"
    grid.add_row(Text("Score", "bold"), f"{passed} / {len(report.checks)}", Text(score, style))
    return grid


def _sums(checks: Iterable[CheckResult]) -> tuple[str, str]:
    checks = list(checks)
    passed = sum(check.outcome is Outcome.PASSED for check in checks)
    score, most = sum(check.score for check in checks), sum(check.max_score for check in checks)
    return f"{passed} / {len(checks)}", f"{points(score)} / {points(most)}"


def _closing(report: Report) -> Iterator[Text]:
    for note in report.notes:
        yield prose(f"Note: {note}")
    walls = f" ({', '.join(map(clean, report.isolation.walls))})" if report.isolation.walls else ""
    yield Text(f"Isolation: {clean(report.isolation.level)}{walls}", "dim")

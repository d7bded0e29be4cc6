"""The report as text for a terminal: what passed, what did not and why, the points per task."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, TextIO

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from gradlab.model import CheckResult, Finding, Outcome, Report
from gradlab.render.escape import clean, inert_commands

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Screen", "points", "render"]

_WIDEST = 100  # longer lines are hard to read
_NARROWEST = 20
_SHOWN_FINDINGS = 3
_LONGEST_PROGRAM = 20_000
_STUB = "Not implemented yet"  # a stub needs no program to show that it is one
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
            width=max(_NARROWEST, min(self.width, _WIDEST)),
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
    body: list[RenderableType] = [_heading(report), ""]
    said: set[tuple[str, ...]] = set()
    grid = _grid(report)
    everywhere = _same_everywhere(report)
    for (_, alike), group in groupby(report.checks, lambda check: (check.task, _alike(check, everywhere))):
        checks = list(group)
        rows = [checks] if alike else [[check] for check in checks]
        for row in rows:
            _headline(grid, row, marks)
            if parts := list(_explanation(row[0], said, many=len(row) > 1)):
                body.append(grid)
                grid = _grid(report)
            body += [
                part
                if isinstance(part, _Program)
                else Padding(part, (0, 0, 0, _indent(row[0])), expand=False)
                for part in parts
            ]
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


def _headline(grid: Table, checks: list[CheckResult], marks: dict[Outcome, str]) -> None:
    """Add one row for checks of the same task that ended in the same way."""
    first = checks[0]
    style = _STYLES[first.outcome]
    text = clean(first.title) if len(checks) == 1 else _together(checks)
    title = Text(text, style="" if first.outcome is Outcome.PASSED else "bold")
    if first.hidden:
        title.append(" (hidden)", "dim")
    score = Text(f" {_sums(checks)[1]}", style)
    grid.add_row(Text(marks[first.outcome], style), clean(first.task), title, score)


def _together(checks: list[CheckResult]) -> str:
    if not _is_stub(checks[0]):
        return f"{len(checks)} checks"
    said = {clean(finding.message) for check in checks for finding in check.findings}
    what = said.pop() if len(said) == 1 else f"{_STUB}."
    return f"{len(checks)} checks: {what[0].lower()}{what[1:]}"


def _is_stub(check: CheckResult) -> bool:
    return bool(check.findings) and all(finding.message.startswith(_STUB) for finding in check.findings)


def _same_everywhere(report: Report) -> tuple[Finding, ...]:
    """Return the findings that all failed checks share, as when the engine cannot be imported."""
    failed = [
        check.findings for check in report.checks if check.outcome is Outcome.FAILED and not check.hidden
    ]
    return failed[0] if len(failed) > 2 and all(findings == failed[0] for findings in failed) else ()


def _alike(check: CheckResult, everywhere: tuple[Finding, ...]) -> str:
    """Return what stands for this check and its neighbours in one row, or nothing if it needs a row of its own."""
    if check.outcome is not Outcome.FAILED or check.hidden or not check.findings:
        return ""
    if _is_stub(check):
        return _STUB
    return check.findings[0].message if check.findings == everywhere else ""


def _indent(check: CheckResult) -> int:
    return 4 + len(clean(check.task))


def _explanation(check: CheckResult, said: set[tuple[str, ...]], *, many: bool) -> Iterator[RenderableType]:
    """Yield why a check did not pass; a student's view of a hidden one has nothing of it. `many` checks share a row.

    Where an earlier check said the very same, as when the engine always hangs, its program and help are not repeated;
    nor is a program that an earlier check has shown.
    """
    if check.outcome is Outcome.PASSED:
        return
    if check.outcome is Outcome.ERROR:
        yield Text("This check failed through a fault of gradlab, not of yours. It costs you nothing.")
    shown = check.findings[:_SHOWN_FINDINGS]
    messages = tuple(finding.message for finding in shown)
    if many and (_is_stub(check) or messages in said):  # the row says it
        return
    for finding in shown:
        yield from _finding(finding)
    if len(check.findings) > len(shown):
        more = len(check.findings) - len(shown)
        yield Text(f"... and {more} more difference{'s' * (more > 1)}.", "dim")
    if messages in said:
        return
    said.add(messages)
    if check.program and not (many or _is_stub(check)):
        if (check.program,) in said:
            yield Text("The program shown before shows this, too.")
        else:
            said.add((check.program,))
            yield Text("The smallest program that shows it:" if check.smallest else "This program shows it:")
            yield _Program(check.program, _indent(check) + 4)
    if check.diagnosis:
        yield _prose(check.diagnosis)
    for text in dict.fromkeys(finding.help for finding in shown if finding.help):
        yield _prose(text)
    for place in dict.fromkeys(finding.location for finding in shown if finding.location):
        yield Text(f"{clean(place.file)}:{place.line}", "cyan", overflow="fold")
    if check.outcome is Outcome.FAILED and not (many or check.hidden or _is_stub(check)):
        yield Text(f"Only this one: grade check --only {clean(check.name)}", "dim", overflow="fold")


def _finding(finding: Finding) -> Iterator[Text]:
    yield _prose(finding.message)
    if "the reference" in finding.message:  # the sentence has both sides already
        return
    for name, value in (("reference", finding.expected), ("yours", finding.actual)):
        if value is not None and value not in finding.message:
            yield Text(f"{name + ':':<10} {clean(value, lines=True)}", overflow="fold")


def _prose(text: str) -> Text:
    return Text(clean(text, lines=True), overflow="fold")


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
        yield _prose(f"Note: {note}")
    walls = f" ({', '.join(map(clean, report.isolation.walls))})" if report.isolation.walls else ""
    yield Text(f"Isolation: {clean(report.isolation.level)}{walls}", "dim")


@dataclass(frozen=True)
class _Program:
    """A program, indented and never wrapped, so that it runs when pasted."""

    source: str
    indent: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        lines = clean(self.source.strip("\n"), lines=True, limit=_LONGEST_PROGRAM).split("\n")
        for line in ("", *lines, ""):
            yield Segment(" " * self.indent + line)
            yield Segment.line()

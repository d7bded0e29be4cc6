"""The report as GitHub-flavoured Markdown: for a job summary, a comment, a file beside the work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradlab import Finding, Outcome, Report, Story, clean, graph_text, inert_commands, stories, table_text

__all__ = ["body", "points", "prose", "render"]

_MARKS = {Outcome.PASSED: "✅", Outcome.FAILED: "❌", Outcome.ERROR: "⚠️", Outcome.SKIPPED: "⏭️"}
# What Markdown, HTML in it, or GitHub (mentions, references, emoji, addresses) would obey; some of it only in front.
_OBEYED = re.compile(r"[\\`*_\[\]<>#|~&@:$]|^[-+=]|(?<=^\d)[.)]|(?<=www)\.", re.IGNORECASE)
_LONGEST_PROGRAM = 20_000


def render(report: Report) -> str:
    """Return a heading, a table of the tasks, and what there is to say of every check that did not pass."""
    number = f", attempt {report.attempt}" if report.attempt else ""
    lines = [
        f"# {prose(report.assignment)}: {points(report.score)} of {points(report.max_score)} points",
        "",
        f"{prose(report.student)}{number}, {prose(report.submission.submitted_at)}",
        "",
        *_totals(report),
    ]
    for story in stories(report):
        if story.first.outcome is not Outcome.PASSED:
            lines += ["", f"## {_headline(story)}", *body(story)]
    lines += ["", *(f"- {prose(note)}" for note in report.notes)]
    return inert_commands("\n".join(lines)).rstrip() + "\n"


def body(story: Story) -> Iterator[str]:
    """Yield the lines below a check's headline."""
    if story.remark:
        yield from ("", prose(story.remark))
    for finding in story.findings:
        yield from _finding(finding)
    if story.more:
        yield from ("", f"... and {story.more} more difference{'s' * (story.more > 1)}.")
    if story.shown_before:
        yield from ("", "The program shown before shows this, too.")
    if story.program:
        yield from ("", story.introduction, "", *_fenced(story.program, "python"))
    if story.graph is not None:
        yield from ("", "Its graph, the way backward goes:", "", *_fenced(graph_text(story.graph)))
    if story.diagnosis is not None:
        yield from ("", f"> {prose(story.diagnosis.explanation)}")
    for text in story.helps:
        yield from ("", f"**Next:** {prose(text)}")
    for place in story.places:
        inside = f", in {prose(place.name)}" if place.name else ""
        yield from ("", f"{prose(place.file)}:{place.line}{inside}")


def prose(text: str) -> str:
    """Return text on one line that means nothing to Markdown."""
    return _OBEYED.sub(r"\\\g<0>", " ".join(clean(text, lines=True).split()))


def points(number: float) -> str:
    """Return points as people write them."""
    return f"{round(number, 3):g}" if abs(number) < 1e5 else f"{number:.0f}"


def _totals(report: Report) -> Iterator[str]:
    yield "| Task | Checks | Points |"
    yield "|---|---:|---:|"
    for task in dict.fromkeys(check.task for check in report.checks):
        checks = [check for check in report.checks if check.task == task]
        passed = sum(check.outcome is Outcome.PASSED for check in checks)
        score, most = sum(check.score for check in checks), sum(check.max_score for check in checks)
        yield f"| {prose(task)} | {passed} / {len(checks)} | {points(score)} / {points(most)} |"


def _headline(story: Story) -> str:
    hidden = " (hidden)" if story.first.hidden else ""
    return f"{_MARKS[story.first.outcome]} {prose(story.first.task)} {prose(story.title)}{hidden}"


def _finding(finding: Finding) -> Iterator[str]:
    yield from ("", prose(finding.message))
    if finding.comparison is not None:
        yield from ("", *_fenced(table_text(finding.comparison)))
    elif "the reference" not in finding.message and finding.expected is not None:
        sides = f"reference: {finding.expected}\nyours:     {finding.actual}"
        yield from ("", *_fenced(sides))


def _fenced(text: str, language: str = "text") -> list[str]:
    """Return a block of code, in a fence longer than any in it."""
    text = clean(text.strip("\n"), lines=True, limit=_LONGEST_PROGRAM)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *text.split("\n"), fence]

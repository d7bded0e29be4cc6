"""The report for a log of GitHub Actions: an annotation for each check that failed, and the whole report as text.

Text that came from a submission stands between `::stop-commands::TOKEN` and `::TOKEN::`, where the runner obeys nothing.
The token is not to be guessed. For the job's summary there is `--format markdown --output "$GITHUB_STEP_SUMMARY"`.
"""

from __future__ import annotations

import secrets

from gradlab import CheckResult, Location, Outcome, Report, clean, inert_commands, stories
from gradlab_plugins.rendering.markdown import points
from gradlab_plugins.rendering.told import told

__all__ = ["render"]

_LEVELS = {Outcome.FAILED: "error", Outcome.ERROR: "warning", Outcome.SKIPPED: "notice"}


def render(report: Report) -> str:
    """Return the lines of the log."""
    token = secrets.token_hex(16)
    lines = []
    for check in report.checks:
        if check.outcome in _LEVELS:
            lines.append(_annotation(check))
    lines += [f"::stop-commands::{token}", *_text(report), f"::{token}::"]
    return "\n".join(lines) + "\n"


def _annotation(check: CheckResult) -> str:
    first = check.findings[0] if check.findings else None
    message = first.message if first else "This check did not pass."
    title = f"title={_value(f'{check.task} {check.title}')}"
    given = [*_place(first.location if first else None), title]
    return f"::{_LEVELS[check.outcome]} {','.join(given)}::{_data(message)}"


def _place(location: Location | None) -> list[str]:
    return [] if location is None else [f"file={_value(location.file)}", f"line={location.line}"]


def _data(text: str) -> str:
    """Return text as the message of a command: what the runner itself undoes is escaped."""
    return (
        inert_commands(clean(text, lines=True)).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    )


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _text(report: Report) -> list[str]:
    score = f"{points(report.score)} / {points(report.max_score)}"
    lines = [f"{report.assignment}, {report.student}: {score}"]
    for story in stories(report):
        first = story.first
        hidden = " (hidden)" if first.hidden else ""
        lines += [""] * (first.outcome is not Outcome.PASSED)
        lines += [f"{first.outcome.value}: {first.task} {story.title}{hidden}"]
        lines += [f"  {line}".rstrip() for line in told(story).split("\n")] if story.findings else []
    return inert_commands(clean("\n".join(lines), lines=True, limit=1_000_000)).split("\n")

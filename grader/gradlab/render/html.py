"""The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from gradlab.model import CheckResult, Outcome, Report
from gradlab.render.escape import clean, inert_commands
from gradlab.render.placing import placed
from gradlab.render.story import stories
from gradlab.render.text import points

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Template

__all__ = ["render"]

_LONGEST = 20_000
_MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.ERROR: "!", Outcome.SKIPPED: "–"}


def render(report: Report) -> str:
    """Return the report as HTML. Show a student `report.for_student()`.

    Every text is escaped, whatever it is and wherever it came from; the page allows itself no script at all.
    """
    told = stories(report)
    tasks = list(dict.fromkeys(check.task for check in report.checks))
    page = _template().render(
        report=report,
        tasks=[(task, [check for check in report.checks if check.task == task]) for task in tasks],
        stories={task: [story for story in told if story.first.task == task] for task in tasks},
        when=report.submission.submitted_at.replace("T", " ").replace("+00:00", " UTC"),
        percent=_percent(report.score, report.max_score),
    )
    ascii_only = page.encode("ascii", "xmlcharrefreplace").decode(
        "ascii"
    )  # whatever it is written to or served as
    return inert_commands(ascii_only, "&#{};") + "\n"


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("gradlab", "render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters.update(
        points=points, passed=_passed, score=_score, of=_of, drawn=placed, prose=_prose
    )
    environment.globals.update(marks=_MARKS, percent_of=_percent)
    return environment.get_template("report.html")


def _harmless(value: Any) -> Any:
    """Write control characters as escapes. What has been escaped for HTML already, the output of a macro, stays."""
    return (
        value
        if hasattr(value, "__html__") or not isinstance(value, str)
        else clean(value, lines=True, limit=_LONGEST)
    )


def _prose(text: str) -> Any:
    """Return text in which what stands in backquotes is code. Everything in it is escaped."""
    from markupsafe import Markup

    parts = clean(text, lines=True, limit=_LONGEST).split("`")
    if len(parts) % 2 == 0:  # one of them has no partner
        return "`".join(parts)
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if number % 2 else part for number, part in enumerate(parts))


def _passed(checks: Iterable[CheckResult]) -> int:
    return sum(check.outcome is Outcome.PASSED for check in checks)


def _score(checks: Iterable[CheckResult]) -> float:
    return sum(check.score for check in checks)


def _of(checks: Iterable[CheckResult]) -> float:
    return sum(check.max_score for check in checks)


def _percent(score: float, most: float) -> float:
    return round(100 * score / most, 1) if most else 100.0

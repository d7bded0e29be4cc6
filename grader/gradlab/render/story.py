"""What there is to say about each check of a report, in the order of saying it: the same for every form of output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from gradlab.model import CheckResult, Diagnosis, Finding, Graph, Location, Outcome, Report

__all__ = ["Story", "stories"]

_SHOWN_FINDINGS = 3
_STUB = "Not implemented yet"  # a stub needs no program to show that it is one


@dataclass(frozen=True)
class Story:
    """One check, or several of a task that ended in the same way and share a line.

    `remark` stands before the findings; `more` findings are left out. Where an earlier check said the very same, as when
    the engine always hangs, its program and help are not repeated; nor is a diagnosis, nor a program that was shown:
    then `shown_before`.
    """

    checks: tuple[CheckResult, ...]
    title: str
    remark: str = ""
    findings: tuple[Finding, ...] = ()
    more: int = 0
    program: str | None = None
    smallest: bool = False
    graph: Graph | None = None
    shown_before: bool = False
    diagnosis: Diagnosis | None = None
    helps: tuple[str, ...] = ()
    places: tuple[Location, ...] = ()
    alone: str = ""  # the command that runs this check alone

    @property
    def first(self) -> CheckResult:
        """The check, or the first of several."""
        return self.checks[0]

    @property
    def introduction(self) -> str:
        """The sentence before the program."""
        return "The smallest program that shows it:" if self.smallest else "This program shows it:"

    @property
    def is_more_than_its_line(self) -> bool:
        """Whether anything follows the line with the title."""
        return bool(self.remark or self.findings)


def stories(report: Report) -> list[Story]:
    """Return what there is to say, in the report's order."""
    everywhere = _same_everywhere(report)
    said: set[object] = set()
    told = []
    for (_, alike), group in groupby(report.checks, lambda check: (check.task, _alike(check, everywhere))):
        checks = tuple(group)
        told += [_told(row, said) for row in ([checks] if alike else [(check,) for check in checks])]
    return told


def _told(checks: tuple[CheckResult, ...], said: set[object]) -> Story:
    check, many = checks[0], len(checks) > 1
    title = check.title if not many else _together(checks)
    remark = ""
    if check.outcome is Outcome.ERROR:
        remark = "This check failed through a fault of gradlab, not of yours. It costs you nothing."
    shown = check.findings[:_SHOWN_FINDINGS]
    messages = tuple(finding.message for finding in shown)
    if check.outcome is Outcome.PASSED or (many and (_is_stub(check) or messages in said)):
        return Story(checks, title)
    more = len(check.findings) - len(shown)
    if messages in said:
        return Story(checks, title, remark, shown, more)
    said.add(messages)
    explained = not (many or _is_stub(check))
    same = all(other.findings == check.findings for other in checks)  # and so is the advice
    program = check.program if explained else None
    before = program in said
    said.add(program or "")
    diagnosis = None if check.diagnosis in said else check.diagnosis
    said.add(diagnosis)
    return Story(
        checks,
        title,
        remark,
        shown,
        more,
        program=None if before else program,
        smallest=check.smallest,
        graph=check.graph if program and not before else None,
        shown_before=bool(program) and before,
        diagnosis=diagnosis,
        helps=tuple(dict.fromkeys(finding.help for finding in shown if finding.help)) if same else (),
        places=tuple(dict.fromkeys(finding.location for finding in shown if finding.location)),
        alone=f"grade check --only {check.name}" if explained and _is_mine_to_repeat(check) else "",
    )


def _is_mine_to_repeat(check: CheckResult) -> bool:
    return check.outcome is Outcome.FAILED and not check.hidden


def _together(checks: Sequence[CheckResult]) -> str:
    if not _is_stub(checks[0]):
        return f"{len(checks)} checks"
    said = {finding.message for check in checks for finding in check.findings}
    what = said.pop() if len(said) == 1 else f"{_STUB}."
    return f"{len(checks)} checks: {what[0].lower()}{what[1:]}"


def _is_stub(check: CheckResult) -> bool:
    return bool(check.findings) and all(finding.message.startswith(_STUB) for finding in check.findings)


def _same_everywhere(report: Report) -> tuple[str, ...]:
    """Return what is said of all failed checks, as when the engine cannot be imported or has no `tensor`."""
    failed = [
        _messages(check) for check in report.checks if check.outcome is Outcome.FAILED and not check.hidden
    ]
    return failed[0] if len(failed) > 2 and all(messages == failed[0] for messages in failed) else ()


def _messages(check: CheckResult) -> tuple[str, ...]:
    return tuple(finding.message for finding in check.findings)


def _alike(check: CheckResult, everywhere: tuple[str, ...]) -> str:
    """Return what stands for this check and its neighbours in one row, or nothing if it needs a row of its own."""
    if check.outcome is not Outcome.FAILED or check.hidden or not check.findings:
        return ""
    if _is_stub(check):
        return _STUB
    return check.findings[0].message if _messages(check) == everywhere else ""
